#include "common/json/write.h"

#include "common/base/strings.h"

#include <rapidjson/document.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace openclaw::json {

namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

bool needs_care(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

// How many characters at the beginning of `text` go between quotes as they are. Nearly always all:
// eight are looked at together, each in its own byte of a word.
std::size_t plain_run(std::string_view text) {
    constexpr std::uint64_t ones = 0x0101010101010101, tops = 0x8080808080808080;
    const auto below = [](std::uint64_t word, std::uint64_t n) {
        return (word - n * ones) & ~word & tops; // a bit for each byte less than n, n <= 128
    };
    std::size_t run = 0;
    for (std::uint64_t word; run + sizeof word <= text.size(); run += sizeof word) {
        std::memcpy(&word, text.data() + run, sizeof word);
        if ((below(word, 0x20) | below(word ^ ones * '"', 1) | below(word ^ ones * '\\', 1)) != 0)
            break;
    }
    while (run < text.size() && !needs_care(text[run]))
        ++run;
    return run;
}

// A comma belongs before everything but the first thing in a container, and never after a key.
bool needs_comma(const std::string& out) {
    return !out.empty() && out.back() != '{' && out.back() != '[' && out.back() != ':';
}

char* copy(std::string_view text, char* to) {
    return std::copy(text.begin(), text.end(), to);
}

// Appends what `fill` writes, at most `most` characters; it says where it stopped. One look at the
// capacity instead of one for each piece.
template <class Fill>
void append(std::string& out, std::size_t most, Fill fill) {
    const std::size_t size = out.size();
    out.resize_and_overwrite(size + most, [&](char* text, std::size_t) {
        return static_cast<std::size_t>(fill(text + size) - text);
    });
}

// `text` needs no care. `after`: what follows the closing quote, if anything.
void append_quoted(std::string& out, std::string_view text, std::string_view after) {
    const bool comma = needs_comma(out);
    append(out, text.size() + 3 + after.size(), [&](char* to) {
        if (comma) *to++ = ',';
        *to++ = '"';
        to = copy(text, to);
        *to++ = '"';
        return copy(after, to);
    });
}

} // namespace

void Writer::separate() {
    if (needs_comma(out_)) out_ += ',';
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
    if (plain_run(name) == name.size()) return append_quoted(out_, name, ":"), *this;
    separate();
    quote(name);
    out_ += ':';
    return *this;
}

Writer& Writer::value(std::string_view text) {
    const bool is_valid = is_valid_utf8(text);
    if (is_valid && plain_run(text) == text.size()) return append_quoted(out_, text, {}), *this;
    separate();
    if (is_valid)
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
    if (number == 0 && std::signbit(number)) return raw("-0.0"); // "-0" is the integer
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
    const bool comma = needs_comma(out_);
    append(out_, json.size() + 1, [&](char* to) {
        if (comma) *to++ = ',';
        return copy(json, to);
    });
    return *this;
}

void Writer::quote(std::string_view text) {
    out_ += '"';
    for (std::size_t from = 0; from < text.size();) {
        const std::size_t to = from + plain_run(text.substr(from));
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
