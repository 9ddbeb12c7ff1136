// base/secret.h — a string that never prints and wipes itself.
//
// There is no formatter and no stream operator: a Secret that reaches a log line does not compile.
// reveal() is the only way out; search for it to see every use of a secret.
#pragma once

#include <string.h>

#include <string>
#include <string_view>
#include <utility>

namespace openclaw {

class Secret {
  public:
    Secret() = default;

    explicit Secret(std::string value)
        : value_(std::move(value)) {}

    Secret(const Secret&) = default;

    Secret(Secret&& other) noexcept
        : value_(std::move(other.value_)) {
        other.wipe();
    }

    Secret& operator=(const Secret& other) {
        if (this != &other) {
            wipe();
            value_ = other.value_;
        }
        return *this;
    }

    Secret& operator=(Secret&& other) noexcept {
        if (this != &other) {
            wipe();
            value_ = std::move(other.value_);
            other.wipe();
        }
        return *this;
    }

    ~Secret() { wipe(); }

    const std::string& reveal() const { return value_; }

    bool empty() const { return value_.empty(); }

    std::size_t size() const { return value_.size(); }

    void wipe() {
        explicit_bzero(value_.data(), value_.size());
        value_.clear();
    }

    // Constant time in the length of `offered`; false for an empty secret, so "unset" admits
    // nobody.
    bool equals(std::string_view offered) const {
        unsigned char difference = value_.size() == offered.size() ? 0 : 1;
        for (std::size_t i = 0; i < offered.size(); ++i)
            difference |= static_cast<unsigned char>(
                offered[i] ^ (value_.empty() ? 0 : value_[i % value_.size()]));
        return difference == 0 && !value_.empty();
    }

  private:
    std::string value_;
};

} // namespace openclaw
