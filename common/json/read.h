// json/read.h — reading JSON that strangers wrote. With write.h the only door to RapidJSON.
//
// A Document owns the text's values; a View is a cheap look at one of them and must not outlive it.
// Looking at what is not there is not an error: every accessor has an answer for "absent or of
// another type", so that a parser of foreign bytes reads straight down and validates once.
#pragma once

#include "common/base/result.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace openclaw::json {

enum class Type { absent, null, boolean, number, string, array, object };

class View {
  public:
    View() = default; // absent

    explicit View(const void* node)
        : node_(node) {}

    Type type() const;

    explicit operator bool() const { return node_ != nullptr; } // present, maybe null

    bool is_object() const { return type() == Type::object; }

    bool is_array() const { return type() == Type::array; }

    bool is_string() const { return type() == Type::string; }

    bool is_number() const { return type() == Type::number; }

    bool is_integer() const; // a number that fits std::int64_t exactly

    bool is_null() const { return type() == Type::null; }

    View operator[](std::string_view key) const; // absent when this is no object or has no such key
    View at(std::size_t index) const;            // absent when out of range
    std::size_t size() const;                    // of an array or object, else 0

    std::string_view text(std::string_view otherwise = {}) const;
    std::int64_t integer(std::int64_t otherwise = 0) const; // exact integers only
    double number(double otherwise = 0) const;
    bool boolean(bool otherwise = false) const;

    // In document order. Return false to stop.
    void each_member(const std::function<bool(std::string_view key, View value)>& visit) const;
    void each_element(const std::function<bool(View value)>& visit) const;

    std::string dump() const; // this value as compact JSON text

  private:
    const void* node_ = nullptr;
};

class Document {
  public:
    // Strict RFC 8259, UTF-8 checked, nesting of at most 64. The error names the byte offset.
    static Result<Document> parse(std::string_view text);
    Document(Document&&) noexcept;
    Document& operator=(Document&&) noexcept;
    ~Document();

    View root() const;

  private:
    struct State;
    explicit Document(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace openclaw::json
