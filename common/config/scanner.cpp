#include "common/config/scanner.h"

namespace openclaw::config {

namespace {

// JSON5 §8: white space and line terminators, with Unicode's space separators (category Zs).
bool is_space(char32_t c) {
    return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xA0 || c == 0xFEFF || c == 0x2028 ||
           c == 0x2029 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x202F ||
           c == 0x205F || c == 0x3000;
}

bool is_line_end(char32_t c) {
    return c == '\n' || c == '\r' || c == 0x2028 || c == 0x2029;
}

} // namespace

// ECMAScript's identifiers, generously: every letter beyond ASCII counts.
bool Scanner::starts_name(char32_t c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' || c == '\\' ||
           (c >= 0x80 && c <= 0x10FFFF && !is_space(c)); // beyond: the end of the text
}

bool Scanner::continues_name(char32_t c) {
    return starts_name(c) || is_digit(c);
}

char32_t Scanner::peek() const {
    std::size_t length = 0;
    return decode(at_, length);
}

char32_t Scanner::decode(std::size_t at, std::size_t& length) const {
    if (at >= text_.size()) return end_of_text;
    const auto byte = [&](std::size_t i) {
        return static_cast<char32_t>(static_cast<unsigned char>(text_[i]));
    };
    const char32_t lead = byte(at);
    length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (length == 1) return lead;
    char32_t c = lead & (0xFFu >> (length + 1));
    for (std::size_t i = 1; i < length; ++i)
        c = c << 6 | (byte(at + i) & 0x3F);
    return c;
}

char32_t Scanner::next() {
    std::size_t length = 0;
    const char32_t c = decode(at_, length);
    at_ += length;
    return c;
}

bool Scanner::take(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
}

Place Scanner::place_of(std::size_t offset) {
    if (offset < counted_) counted_ = 0, counted_place_.line = counted_place_.column = 1;
    while (counted_ < offset) {
        std::size_t length = 0;
        const char32_t c = decode(counted_, length);
        counted_ += length;
        const bool half_of_pair = c == '\r' && counted_ < text_.size() && text_[counted_] == '\n';
        if (is_line_end(c) && !half_of_pair)
            ++counted_place_.line, counted_place_.column = 1;
        else
            ++counted_place_.column;
    }
    return counted_place_;
}

bool Scanner::fail_at(std::size_t offset, std::string sentence) {
    if (!error_) error_ = {.place = place_of(offset), .sentence = std::move(sentence)};
    return false;
}

bool Scanner::fail_unexpected(std::string_view wanted) {
    std::size_t length = 1;
    const std::string shown = decode(at_, length) == end_of_text
                                  ? "end of input"
                                  : "'" + std::string(text_.substr(at_, length)) + "'";
    return fail("expected " + std::string(wanted) + ", found " + shown);
}

bool Scanner::skip_space() {
    for (;;) {
        if (is_space(peek()))
            next();
        else if (take("//")) {
            has_comments_ = true;
            while (peek() != end_of_text && !is_line_end(peek()))
                next();
        } else if (text_.substr(at_).starts_with("/*")) {
            if (!skip_block_comment()) return false;
        } else
            return true;
    }
}

bool Scanner::skip_block_comment() {
    const std::size_t close = text_.find("*/", at_ + 2);
    if (close == std::string_view::npos) return fail("this comment has no end");
    at_ = close + 2;
    has_comments_ = true;
    return true;
}

std::string_view Scanner::plain_word() {
    const std::size_t start = at_;
    while (continues_name(peek()))
        next();
    return text_.substr(start, at_ - start);
}

} // namespace openclaw::config
