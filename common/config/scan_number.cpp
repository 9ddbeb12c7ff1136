// Numbers: JSON5 §6.
#include "common/config/scanner.h"

#include <charconv>
#include <cstdlib>
#include <limits>

namespace openclaw::config {

int Scanner::hex_value(char32_t c) {
    if (is_digit(c)) return static_cast<int>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<int>(c - 'a') + 10;
    if (c >= 'A' && c <= 'F') return static_cast<int>(c - 'A') + 10;
    return -1;
}

std::size_t Scanner::digits() {
    const std::size_t from = at_;
    while (is_digit(peek()))
        next();
    return at_ - from;
}

bool Scanner::number(Node& out) {
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

bool Scanner::hexadecimal(Node& out, bool negative) {
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

bool Scanner::decimal(Node& out, bool negative) {
    const std::size_t start = at_;
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

} // namespace openclaw::config
