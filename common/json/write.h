// json/write.h — writing JSON into a string, in order, without a tree.
//
// Commas are placed by the writer; keys and values must alternate inside objects.
// Strings are escaped and made valid UTF-8. Chain calls; take the text with take().
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace openclaw::json {

class Writer {
  public:
    Writer& begin_object();
    Writer& end_object();
    Writer& begin_array();
    Writer& end_array();
    Writer& key(std::string_view name);

    Writer& value(std::string_view text);

    Writer& value(const char* text) { return value(std::string_view(text)); }

    Writer& value(const std::string& text) { return value(std::string_view(text)); }

    Writer& value(bool flag);
    Writer& value(double number); // not finite: null
    template <std::integral T>

    requires(!std::same_as<T, bool>) Writer& value(T number) {
        if constexpr (std::is_signed_v<T>)
            return integer(static_cast<std::int64_t>(number));
        else
            return natural(static_cast<std::uint64_t>(number));
    }

    Writer& null();
    Writer& raw(std::string_view json); // a value that is JSON text already

    template <class T>
    Writer& member(std::string_view name, const T& content) {
        return key(name).value(content);
    }

    Writer& raw_member(std::string_view name, std::string_view json) { return key(name).raw(json); }

    const std::string& text() const { return out_; }

    std::string take() { return std::move(out_); }

  private:
    Writer& integer(std::int64_t number);
    Writer& natural(std::uint64_t number);
    void separate();
    void quote(std::string_view text);

    std::string out_;
};

// Re-indents compact JSON text with two spaces, for people.
std::string pretty(std::string_view json);
std::string quoted(std::string_view text); // one JSON string

} // namespace openclaw::json
