// json/number_reader.h — builds a RapidJSON document from its parser's events; the numbers are read
// here, from their text.
//
// RapidJSON 1.1 reads exact numbers with a significand of zero ("0e60") by shifting zero left until
// its top bit is set: undefined. std::from_chars reads every number exactly, and faster.
#pragma once

#include <rapidjson/document.h>
#include <rapidjson/reader.h>

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string>
#include <string_view>

namespace openclaw::json {

class NumberReader : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, NumberReader> {
  public:
    using Size = rapidjson::SizeType;

    explicit NumberReader(rapidjson::Document& document)
        : document_(document) {}

    bool Null() { return document_.Null(); }

    bool Bool(bool value) { return document_.Bool(value); }

    bool String(const char* text, Size size, bool copy) {
        return document_.String(text, size, copy);
    }

    bool StartObject() { return document_.StartObject(); }

    bool Key(const char* text, Size size, bool copy) { return document_.Key(text, size, copy); }

    bool EndObject(Size members) { return document_.EndObject(members); }

    bool StartArray() { return document_.StartArray(); }

    bool EndArray(Size elements) { return document_.EndArray(elements); }

    // False ends the parsing: no number of ours is so large.
    bool RawNumber(const char* text, Size size, bool) {
        const std::string_view number(text, size);
        if (number.find_first_of(".eE") != std::string_view::npos) return floating(number);
        std::int64_t small = 0;
        if (is_read(number, small)) return document_.Int64(small);
        std::uint64_t large = 0;
        return is_read(number, large) ? document_.Uint64(large) : floating(number);
    }

  private:
    template <class Number>
    static bool is_read(std::string_view text, Number& number) {
        return std::from_chars(text.data(), text.data() + text.size(), number).ec == std::errc();
    }

    bool floating(std::string_view text) {
        double number = 0;
        // from_chars calls both ends of the range an error; strtod tells them apart.
        if (!is_read(text, number)) number = std::strtod(std::string(text).c_str(), nullptr);
        return std::isfinite(number) && document_.Double(number);
    }

    rapidjson::Document& document_;
};

} // namespace openclaw::json
