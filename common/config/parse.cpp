// The JSON5 reader: recursive descent over the text, one function for each production of the
// grammar. Failure is a value carried upward: every function answers false once `error_` is set.
#include "common/base/strings.h"
#include "common/config/document.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <limits>
#include <numeric>
#include <optional>

namespace openclaw::config {

namespace {

// A tree costs about 200 bytes a value: a file of eight million commas must not become gigabytes.
constexpr std::size_t max_values = 250'000;

bool is_digit(char32_t c) {
    return c >= '0' && c <= '9';
}

int hex_value(char32_t c) {
    if (is_digit(c)) return static_cast<int>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<int>(c - 'a') + 10;
    if (c >= 'A' && c <= 'F') return static_cast<int>(c - 'A') + 10;
    return -1;
}

// JSON5 §8: white space and line terminators, with Unicode's space separators (category Zs).
bool is_space(char32_t c) {
    return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xA0 || c == 0xFEFF || c == 0x2028 ||
           c == 0x2029 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x202F ||
           c == 0x205F || c == 0x3000;
}

bool is_line_end(char32_t c) {
    return c == '\n' || c == '\r' || c == 0x2028 || c == 0x2029;
}

// ECMAScript's identifiers, generously: every letter beyond ASCII counts.
bool starts_name(char32_t c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' || c == '\\' ||
           (c >= 0x80 && c <= 0x10FFFF && !is_space(c)); // beyond: the end of the text
}

bool continues_name(char32_t c) {
    return starts_name(c) || is_digit(c);
}

void append_utf8(std::string& out, char32_t c) {
    const auto byte = [&](char32_t bits) { out += static_cast<char>(bits); };
    if (c < 0x80) return byte(c);
    if (c < 0x800) return byte(0xC0 | c >> 6), byte(0x80 | (c & 0x3F));
    if (c < 0x10000)
        return byte(0xE0 | c >> 12), byte(0x80 | (c >> 6 & 0x3F)), byte(0x80 | (c & 0x3F));
    byte(0xF0 | c >> 18), byte(0x80 | (c >> 12 & 0x3F)), byte(0x80 | (c >> 6 & 0x3F)),
        byte(0x80 | (c & 0x3F));
}

// How many bytes are valid UTF-8, of a text that is not.
std::size_t valid_bytes(std::string_view text) {
    const std::string mended = to_valid_utf8(text);
    return static_cast<std::size_t>(std::ranges::mismatch(text, mended).in1 - text.begin());
}

class Parser {
  public:
    explicit Parser(std::string_view text)
        : text_(text) {}

    std::expected<Document, ParseError> run();

  private:
    static constexpr char32_t end_of_text = 0xFFFFFFFF;

    // The text is valid UTF-8: run() has checked. `length` receives the bytes of the code point.
    char32_t decode(std::size_t at, std::size_t& length) const;

    char32_t peek() const {
        std::size_t length = 0;
        return decode(at_, length);
    }

    char32_t next();
    bool take(std::string_view word);
    Place place_of(std::size_t offset);

    bool fail(std::string sentence) { return fail_at(at_, std::move(sentence)); }

    bool fail_at(std::size_t offset, std::string sentence);
    bool fail_unexpected(std::string_view wanted);
    std::string shown() const; // the next thing, for an error

    bool skip_space();
    bool skip_block_comment();
    bool value(Node& out, int depth);
    bool value_body(Node& out, int depth);
    bool object(Node& out, int depth);
    bool member(Node& out, int depth);
    bool array(Node& out, int depth);
    bool key(std::string& out);
    bool name(std::string& out);
    bool string(std::string& out);
    bool escape(std::string& out);
    bool unicode_escape(std::string& out);
    std::optional<char32_t> hex_digits(int count);
    bool number(Node& out);
    bool hexadecimal(Node& out, bool negative);
    bool decimal(Node& out, bool negative);
    bool literal(Node& out);
    void keep_last(Node& object);

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t values_ = 0;
    // Places are asked for in growing order; counting goes on from the last one.
    std::size_t counted_ = 0;
    Place counted_place_{.line = 1, .column = 1};
    Document document_;
    std::optional<ParseError> error_;
};

char32_t Parser::decode(std::size_t at, std::size_t& length) const {
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

char32_t Parser::next() {
    std::size_t length = 0;
    const char32_t c = decode(at_, length);
    at_ += length;
    return c;
}

bool Parser::take(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
}

Place Parser::place_of(std::size_t offset) {
    if (offset < counted_) counted_ = 0, counted_place_ = {.line = 1, .column = 1};
    while (counted_ < offset) {
        std::size_t length = 0;
        const char32_t c = decode(counted_, length);
        counted_ += length;
        const bool half_of_pair = c == '\r' && counted_ < text_.size() && text_[counted_] == '\n';
        if (is_line_end(c) && !half_of_pair)
            counted_place_ = {counted_place_.line + 1, 1};
        else
            ++counted_place_.column;
    }
    return counted_place_;
}

bool Parser::fail_at(std::size_t offset, std::string sentence) {
    if (!error_) error_ = {.place = place_of(offset), .sentence = std::move(sentence)};
    return false;
}

std::string Parser::shown() const {
    if (at_ >= text_.size()) return "end of input";
    std::size_t length = 1;
    decode(at_, length);
    return "'" + std::string(text_.substr(at_, length)) + "'";
}

bool Parser::fail_unexpected(std::string_view wanted) {
    return fail("expected " + std::string(wanted) + ", found " + shown());
}

std::expected<Document, ParseError> Parser::run() {
    if (text_.size() > max_document_bytes)
        fail_at(0, "the file is larger than 8 MB");
    else if (!is_valid_utf8(text_)) {
        text_ = text_.substr(
            0, valid_bytes(text_)); // what lies beyond cannot be counted in code points
        fail_at(text_.size(), "the text is not valid UTF-8");
    } else {
        take("\xEF\xBB\xBF");
        if (value(document_.root, 1) && skip_space() && at_ < text_.size())
            fail_unexpected("end of input after the value");
    }
    if (error_) return std::unexpected(std::move(*error_));
    return std::move(document_);
}

bool Parser::skip_space() {
    for (;;) {
        if (is_space(peek()))
            next();
        else if (take("//")) {
            document_.has_comments = true;
            while (peek() != end_of_text && !is_line_end(peek()))
                next();
        } else if (text_.substr(at_).starts_with("/*")) {
            if (!skip_block_comment()) return false;
        } else
            return true;
    }
}

bool Parser::skip_block_comment() {
    const std::size_t close = text_.find("*/", at_ + 2);
    if (close == std::string_view::npos) return fail("this comment has no end");
    at_ = close + 2;
    document_.has_comments = true;
    return true;
}

bool Parser::value(Node& out, int depth) {
    if (!skip_space()) return false;
    if (depth > max_document_depth) return fail("nested deeper than 64 levels");
    if (++values_ > max_values) return fail("more than 250000 values");
    out.place = place_of(at_);
    out.begin = at_;
    if (!value_body(out, depth)) return false;
    out.end = at_;
    return true;
}

bool Parser::value_body(Node& out, int depth) {
    switch (const char32_t c = peek()) {
    case '{':
        return object(out, depth);
    case '[':
        return array(out, depth);
    case '"':
    case '\'':
        out.kind = Kind::string;
        return string(out.text);
    default:
        if (is_digit(c) || c == '+' || c == '-' || c == '.' || c == 'I' || c == 'N')
            return number(out);
        return literal(out);
    }
}

bool Parser::literal(Node& out) {
    const std::size_t start = at_;
    while (continues_name(peek()))
        next();
    const auto word = text_.substr(start, at_ - start);
    at_ = start;
    if (word == "null")
        out.kind = Kind::null;
    else if (word == "true" || word == "false") {
        out.kind = Kind::boolean;
        out.boolean = word == "true";
    } else if (word.empty())
        return fail_unexpected("a value");
    else
        return fail("expected a value, found '" + std::string(utf8_prefix(word, 40)) +
                    "': put text in quotes");
    at_ = start + word.size();
    return true;
}

bool Parser::object(Node& out, int depth) {
    out.kind = Kind::object;
    next();
    for (;;) {
        if (!skip_space()) return false;
        if (take("}")) break;
        if (!member(out, depth) || !skip_space()) return false;
        if (take("}")) break;
        if (!take(",")) return fail_unexpected("',' or '}'");
    }
    keep_last(out);
    return true;
}

bool Parser::member(Node& out, int depth) {
    Member& made = out.members.emplace_back();
    made.place = place_of(at_);
    if (!key(made.key) || !skip_space()) return false;
    if (!take(":")) return fail_unexpected("':' after the key");
    return value(made.value, depth + 1);
}

// Of keys given twice the last one counts; the others go, with a note. Sorting keeps it fast for
// any number of keys.
void Parser::keep_last(Node& object) {
    auto& members = object.members;
    std::vector<std::size_t> order(members.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {},
                             [&](std::size_t i) -> const std::string& { return members[i].key; });
    std::vector<bool> dropped(members.size());
    bool any = false;
    for (std::size_t i = 1; i < order.size(); ++i) {
        if (members[order[i - 1]].key != members[order[i]].key) continue;
        dropped[order[i - 1]] = any = true;
        document_.notes.push_back(
            {members[order[i]].place,
             "Duplicate key " + json::quoted(members[order[i]].key) + ": the last one counts"});
    }
    if (!any) return;
    std::vector<Member> kept;
    for (std::size_t i = 0; i < members.size(); ++i)
        if (!dropped[i]) kept.push_back(std::move(members[i]));
    members = std::move(kept);
}

bool Parser::array(Node& out, int depth) {
    out.kind = Kind::array;
    next();
    for (;;) {
        if (!skip_space()) return false;
        if (take("]")) return true;
        if (!value(out.elements.emplace_back(), depth + 1) || !skip_space()) return false;
        if (take("]")) return true;
        if (!take(",")) return fail_unexpected("',' or ']'");
    }
}

bool Parser::key(std::string& out) {
    const char32_t c = peek();
    if (c == '"' || c == '\'') return string(out);
    if (starts_name(c)) return name(out);
    return fail_unexpected("a key");
}

bool Parser::name(std::string& out) {
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

bool Parser::string(std::string& out) {
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

bool Parser::escape(std::string& out) {
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

std::optional<char32_t> Parser::hex_digits(int count) {
    char32_t code = 0;
    for (int i = 0; i < count; ++i) {
        const int digit = hex_value(peek());
        if (digit < 0) return fail_unexpected("a hexadecimal digit"), std::nullopt;
        code = code << 4 | static_cast<char32_t>(digit);
        next();
    }
    return code;
}

bool Parser::unicode_escape(std::string& out) {
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

bool Parser::number(Node& out) {
    out.kind = Kind::number;
    const bool negative = take("-");
    if (!negative) take("+");
    bool read = true;
    if (take("Infinity"))
        out.number = std::numeric_limits<double>::infinity() * (negative ? -1 : 1);
    else if (take("NaN"))
        out.number = std::numeric_limits<double>::quiet_NaN();
    else if (take("0x") || take("0X"))
        read = hexadecimal(out, negative);
    else
        read = decimal(out, negative);
    if (!read) return false;
    if (continues_name(peek()) || peek() == '.') return fail_unexpected("the end of the number");
    return true;
}

bool Parser::hexadecimal(Node& out, bool negative) {
    const std::size_t start = at_;
    std::uint64_t integer = 0;
    for (int digit = hex_value(peek()); digit >= 0; digit = hex_value(peek())) {
        out.number = out.number * 16 + digit;
        integer = integer << 4 | static_cast<std::uint64_t>(digit);
        next();
    }
    if (at_ == start) return fail_unexpected("a hexadecimal digit");
    out.is_integer = at_ - start <= 15; // 60 bits: fits whatever the sign
    if (negative) out.number = -out.number;
    if (out.is_integer)
        out.integer =
            negative ? -static_cast<std::int64_t>(integer) : static_cast<std::int64_t>(integer);
    return true;
}

bool Parser::decimal(Node& out, bool negative) {
    const std::size_t start = at_;
    const auto digits = [&] {
        const std::size_t from = at_;
        while (is_digit(peek()))
            next();
        return at_ - from;
    };
    const std::size_t whole = digits();
    if (whole > 1 && text_[start] == '0')
        return fail_at(start, "a number must not begin with 0: octal is not allowed");
    const bool has_point = take(".");
    const std::size_t fraction = has_point ? digits() : 0;
    if (whole + fraction == 0) return fail_unexpected("a digit");
    const bool has_exponent = peek() == 'e' || peek() == 'E';
    if (has_exponent) {
        next();
        if (!take("-")) take("+");
        if (digits() == 0) return fail_unexpected("a digit of the exponent");
    }
    const auto* const first = text_.data() + start;
    const auto* const last = text_.data() + at_;
    const auto read = std::from_chars(first, last, out.number);
    // Beyond double: strtod answers Infinity or 0, from_chars nothing. The field tables refuse what
    // is not finite.
    if (read.ec == std::errc::result_out_of_range)
        out.number = std::strtod(std::string(first, last).c_str(), nullptr);
    if (!has_point && !has_exponent) {
        const auto exact = std::from_chars(first, last, out.integer);
        out.is_integer = exact.ec == std::errc() && exact.ptr == last;
    }
    if (negative) out.number = -out.number, out.integer = -out.integer;
    return true;
}

} // namespace

std::expected<Document, ParseError> parse(std::string_view text) {
    return Parser(text).run();
}

} // namespace openclaw::config
