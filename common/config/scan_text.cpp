// Strings and keys: JSON5 §5 and ECMAScript's escapes.
#include "common/config/scanner.h"

namespace openclaw::config {

namespace {

void append_utf8(std::string& out, char32_t c) {
    const auto byte = [&](char32_t bits) { out += static_cast<char>(bits); };
    if (c < 0x80) return byte(c);
    if (c < 0x800) return byte(0xC0 | c >> 6), byte(0x80 | (c & 0x3F));
    if (c < 0x10000)
        return byte(0xE0 | c >> 12), byte(0x80 | (c >> 6 & 0x3F)), byte(0x80 | (c & 0x3F));
    byte(0xF0 | c >> 18), byte(0x80 | (c >> 12 & 0x3F)), byte(0x80 | (c >> 6 & 0x3F)),
        byte(0x80 | (c & 0x3F));
}

} // namespace

bool Scanner::name(std::string& out) {
    while (continues_name(peek())) {
        const char32_t c = next();
        if (c != '\\')
            append_utf8(out, c);
        else if (!take("u"))
            return fail_unexpected("'u' after '\\' in a key");
        else if (!unicode_escape(out))
            return false;
    }
    return true;
}

bool Scanner::string(std::string& out) {
    const std::size_t start = at_;
    const char32_t quote = next();
    for (;;) {
        const std::size_t here = at_;
        const char32_t c = next();
        if (c == quote) return true;
        if (c == end_of_text) return fail_at(start, "this string has no end");
        // JSON5 §5.2: U+2028 and U+2029 may stand in strings, the others may not.
        if (c == '\n' || c == '\r') return fail_at(here, "a line break inside a string: write \\n");
        if (c != '\\')
            append_utf8(out, c);
        else if (!escape(out))
            return false;
    }
}

bool Scanner::escape(std::string& out) {
    const std::size_t start = at_ - 1;
    const char32_t c = next();
    switch (c) {
    case 'b':
        out += '\b';
        return true;
    case 'f':
        out += '\f';
        return true;
    case 'n':
        out += '\n';
        return true;
    case 'r':
        out += '\r';
        return true;
    case 't':
        out += '\t';
        return true;
    case 'v':
        out += '\v';
        return true;
    case 'u':
        return unicode_escape(out);
    case 'x': {
        const auto code = hex_digits(2);
        if (!code) return false;
        append_utf8(out, *code);
        return true;
    }
    case '0':
        if (is_digit(peek())) return fail_at(start, "octal escapes are not allowed");
        out += '\0';
        return true;
    case '\r':
        take("\n");
        return true; // line continuation
    case '\n':
    case 0x2028:
    case 0x2029:
        return true;
    case end_of_text:
        return fail_at(start, "this string has no end");
    default:
        if (is_digit(c)) return fail_at(start, "octal escapes are not allowed");
        append_utf8(out, c);
        return true;
    }
}

std::optional<char32_t> Scanner::hex_digits(int count) {
    char32_t code = 0;
    for (int i = 0; i < count; ++i) {
        const int digit = hex_value(peek());
        if (digit < 0) return fail_unexpected("a hexadecimal digit"), std::nullopt;
        code = code << 4 | static_cast<char32_t>(digit);
        next();
    }
    return code;
}

bool Scanner::unicode_escape(std::string& out) {
    auto code = hex_digits(4);
    if (!code) return false;
    constexpr char32_t replacement = 0xFFFD; // half a pair is no character
    if (*code >= 0xD800 && *code <= 0xDBFF && text_.substr(at_).starts_with("\\u")) {
        const std::size_t before = at_;
        at_ += 2;
        const auto low = hex_digits(4);
        if (!low) return false;
        if (*low >= 0xDC00 && *low <= 0xDFFF)
            code = 0x10000 + ((*code - 0xD800) << 10) + (*low - 0xDC00);
        else
            at_ = before;
    }
    append_utf8(out, *code >= 0xD800 && *code <= 0xDFFF ? replacement : *code);
    return true;
}

} // namespace openclaw::config
