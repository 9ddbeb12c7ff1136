#include "common/json/write.h"

#include "common/base/strings.h"

#include <rapidjson/document.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include <charconv>
#include <cmath>

namespace openclaw::json {

namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

bool needs_care(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

} // namespace

// A comma belongs before everything but the first thing in a container, and never after a key.
void Writer::separate() {
    if (out_.empty()) return;
    const char last = out_.back();
    if (last != '{' && last != '[' && last != ':') out_ += ',';
}

Writer& Writer::begin_object() {
    return separate(), out_ += '{', *this;
}

Writer& Writer::end_object() {
    return out_ += '}', *this;
}

Writer& Writer::begin_array() {
    return separate(), out_ += '[', *this;
}

Writer& Writer::end_array() {
    return out_ += ']', *this;
}

Writer& Writer::key(std::string_view name) {
    separate();
    quote(name);
    out_ += ':';
    return *this;
}

Writer& Writer::value(std::string_view text) {
    separate();
    if (is_valid_utf8(text))
        quote(text);
    else
        quote(to_valid_utf8(text));
    return *this;
}

Writer& Writer::value(bool flag) {
    return raw(flag ? "true" : "false");
}

Writer& Writer::null() {
    return raw("null");
}

Writer& Writer::value(double number) {
    if (!std::isfinite(number)) return null();
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    return raw({digits, end});
}

Writer& Writer::integer(std::int64_t number) {
    char digits[24];
    return raw({digits, std::to_chars(digits, digits + sizeof digits, number).ptr});
}

Writer& Writer::natural(std::uint64_t number) {
    char digits[24];
    return raw({digits, std::to_chars(digits, digits + sizeof digits, number).ptr});
}

Writer& Writer::raw(std::string_view json) {
    separate();
    out_ += json;
    return *this;
}

void Writer::quote(std::string_view text) {
    out_ += '"';
    for (std::size_t from = 0; from < text.size();) {
        std::size_t to = from;
        while (to < text.size() && !needs_care(text[to]))
            ++to;
        out_ += text.substr(from, to - from);
        if (to == text.size()) break;
        const char c = text[to];
        switch (c) {
        case '"':
            out_ += "\\\"";
            break;
        case '\\':
            out_ += "\\\\";
            break;
        case '\n':
            out_ += "\\n";
            break;
        case '\r':
            out_ += "\\r";
            break;
        case '\t':
            out_ += "\\t";
            break;
        default:
            out_ += "\\u00";
            out_ += hex_digits[static_cast<unsigned char>(c) >> 4];
            out_ += hex_digits[static_cast<unsigned char>(c) & 15];
        }
        from = to + 1;
    }
    out_ += '"';
}

std::string pretty(std::string_view json) {
    rapidjson::Document document;
    document.Parse(json.data(), json.size());
    if (document.HasParseError()) return std::string(json);
    rapidjson::StringBuffer buffer;
    rapidjson::PrettyWriter<rapidjson::StringBuffer> writer(buffer);
    writer.SetIndent(' ', 2);
    document.Accept(writer);
    return {buffer.GetString(), buffer.GetSize()};
}

std::string quoted(std::string_view text) {
    return Writer().value(text).take();
}

} // namespace openclaw::json
