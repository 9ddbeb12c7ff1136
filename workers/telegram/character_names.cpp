#include "workers/telegram/character_names.h"

#include <array>
#include <charconv>
#include <cstdint>

namespace openclaw::telegram {

namespace {

struct Named {
    std::string_view name;
    std::string_view character;
};

// The names people use in prose (HTML 4.01, section 24); not the whole of HTML 5's 2,231.
constexpr auto named = std::to_array<Named>({
    {"amp", "&"},       {"lt", "<"},     {"gt", ">"},     {"quot", "\""}, {"apos", "'"},
    {"nbsp", "\u00A0"}, {"copy", "©"},   {"reg", "®"},    {"trade", "™"}, {"hellip", "…"},
    {"mdash", "—"},     {"ndash", "–"},  {"lsquo", "‘"},  {"rsquo", "’"}, {"ldquo", "“"},
    {"rdquo", "”"},     {"laquo", "«"},  {"raquo", "»"},  {"bull", "•"},  {"middot", "·"},
    {"times", "×"},     {"divide", "÷"}, {"plusmn", "±"}, {"deg", "°"},   {"micro", "µ"},
    {"para", "¶"},      {"sect", "§"},   {"euro", "€"},   {"pound", "£"}, {"yen", "¥"},
    {"cent", "¢"},      {"larr", "←"},   {"rarr", "→"},   {"uarr", "↑"},  {"darr", "↓"},
    {"harr", "↔"},      {"rArr", "⇒"},   {"lArr", "⇐"},   {"le", "≤"},    {"ge", "≥"},
    {"ne", "≠"},        {"asymp", "≈"},  {"infin", "∞"},  {"sum", "∑"},   {"radic", "√"},
    {"frac12", "½"},    {"frac14", "¼"}, {"frac34", "¾"}, {"sup2", "²"},  {"sup3", "³"},
    {"alpha", "α"},     {"beta", "β"},   {"gamma", "γ"},  {"delta", "δ"}, {"pi", "π"},
    {"sigma", "σ"},     {"omega", "ω"},  {"lambda", "λ"}, {"mu", "μ"},    {"check", "✓"},
});

std::string encode_utf8(std::uint32_t point) {
    if (point == 0 || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000)) point = 0xFFFD;
    const auto byte = [](std::uint32_t value) { return static_cast<char>(value); };
    if (point < 0x80) return {byte(point)};
    if (point < 0x800) return {byte(0xC0 | point >> 6), byte(0x80 | (point & 63))};
    if (point < 0x10000)
        return {byte(0xE0 | point >> 12), byte(0x80 | (point >> 6 & 63)),
                byte(0x80 | (point & 63))};
    return {byte(0xF0 | point >> 18), byte(0x80 | (point >> 12 & 63)),
            byte(0x80 | (point >> 6 & 63)), byte(0x80 | (point & 63))};
}

std::string decode_number(std::string_view digits, int base, std::string_view otherwise) {
    std::uint32_t point = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), point, base);
    if (error != std::errc() || end != digits.data() + digits.size()) return std::string(otherwise);
    return encode_utf8(point);
}

} // namespace

std::string decode_character(std::string_view reference) {
    if (reference.size() < 3 || reference.front() != '&' || reference.back() != ';')
        return std::string(reference);
    const auto body = reference.substr(1, reference.size() - 2);
    if (body.starts_with("#x") || body.starts_with("#X"))
        return decode_number(body.substr(2), 16, reference);
    if (body.starts_with('#')) return decode_number(body.substr(1), 10, reference);
    for (const auto& entry : named)
        if (entry.name == body) return std::string(entry.character);
    return std::string(reference);
}

} // namespace openclaw::telegram
