// Files pass here in one piece on the loop, 26 MB of text at a time: tables instead of searches,
// and one allocation.
#include "common/base/strings.h"

#include <array>
#include <cstdint>
#include <optional>

namespace openclaw {

namespace {

constexpr std::string_view standard_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::uint8_t no_digit = 0x80; // a bit that no value of a digit has

using Values = std::array<std::uint8_t, 256>;

constexpr Values values_of(std::string_view digits) {
    Values values{};
    values.fill(no_digit);
    for (std::size_t i = 0; i < digits.size(); ++i)
        values[static_cast<unsigned char>(digits[i])] = static_cast<std::uint8_t>(i);
    return values;
}

constexpr Values standard_values = values_of(standard_digits);
constexpr Values url_values = values_of(url_digits);

// Whole groups of three bytes.
char* encode_groups(std::span<const std::uint8_t> bytes, std::string_view digits, char* out) {
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::uint32_t word = bytes[i] << 16 | bytes[i + 1] << 8 | bytes[i + 2];
        *out++ = digits[word >> 18];
        *out++ = digits[word >> 12 & 63];
        *out++ = digits[word >> 6 & 63];
        *out++ = digits[word & 63];
    }
    return out;
}

// Without padding.
std::string encode(std::span<const std::uint8_t> bytes, std::string_view digits) {
    const std::size_t left = bytes.size() % 3, whole = bytes.size() - left;
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4); // padding, too: what is encoded may be a secret, and
                                             // growing would leave a copy behind
    out.resize(whole / 3 * 4 + (left == 0 ? 0 : left + 1), '=');
    char* end = encode_groups(bytes.first(whole), digits, out.data());
    if (left == 0) return out;
    const std::uint32_t word = bytes[whole] << 16 | (left == 2 ? bytes[whole + 1] << 8 : 0);
    *end++ = digits[word >> 18];
    *end++ = digits[word >> 12 & 63];
    if (left == 2) *end = digits[word >> 6 & 63];
    return out;
}

// Whole groups of four digits. Whether all were digits is asked once, at the end.
bool decode_groups(std::string_view text, const Values& values, char* out) {
    std::uint8_t seen = 0;
    for (std::size_t i = 0; i < text.size(); i += 4) {
        const auto value = [&](std::size_t at) {
            return values[static_cast<unsigned char>(text[i + at])];
        };
        const std::uint8_t a = value(0), b = value(1), c = value(2), d = value(3);
        seen |= a | b | c | d;
        const std::uint32_t word = a << 18 | b << 12 | c << 6 | d;
        *out++ = static_cast<char>(word >> 16);
        *out++ = static_cast<char>(word >> 8);
        *out++ = static_cast<char>(word);
    }
    return (seen & no_digit) == 0;
}

// Bits behind the last whole byte are not looked at.
std::optional<std::string> decode(std::string_view text, const Values& values) {
    const std::size_t whole = text.size() / 4 * 4;
    std::string out(whole / 4 * 3, '\0');
    if (!decode_groups(text.substr(0, whole), values, out.data())) return std::nullopt;
    std::uint32_t word = 0;
    for (const char c : text.substr(whole)) {
        const auto value = values[static_cast<unsigned char>(c)];
        if (value == no_digit) return std::nullopt;
        word = word << 6 | value;
    }
    const std::size_t left = text.size() - whole;
    if (left == 2) out += static_cast<char>(word >> 4);
    if (left == 3) out += {static_cast<char>(word >> 10), static_cast<char>(word >> 2)};
    return out;
}

} // namespace

std::string to_base64url(std::span<const std::uint8_t> bytes) {
    return encode(bytes, url_digits);
}

Result<std::string> from_base64url(std::string_view text) {
    auto bytes = decode(text, url_values);
    if (!bytes) return fail(Code::invalid, "not base64url text");
    return *std::move(bytes);
}

std::string to_base64(std::string_view bytes) {
    std::string out = encode({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()},
                             standard_digits);
    out.append((4 - out.size() % 4) % 4, '=');
    return out;
}

Result<std::string> from_base64(std::string_view text) {
    text = text.substr(0, text.find_last_not_of('=') + 1); // npos + 1 is 0
    if (text.size() % 4 == 1) return fail(Code::invalid, "not base64 text");
    auto bytes = decode(text, standard_values);
    if (!bytes) return fail(Code::invalid, "not base64 text");
    return *std::move(bytes);
}

} // namespace openclaw
