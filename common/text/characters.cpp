#include "common/text/characters.h"

namespace openclaw {

namespace {

constexpr std::uint32_t zero_width_joiner = 0x200D;

unsigned char byte_at(std::string_view text, std::size_t at) {
    return static_cast<unsigned char>(text[at]);
}

bool is_continuation(unsigned char byte) {
    return (byte & 0xC0) == 0x80;
}

std::size_t sequence_length(unsigned char lead) {
    if (lead < 0x80) return 1;
    if (lead < 0xE0) return 2;
    return lead < 0xF0 ? 3 : 4;
}

// Characters that attach to the one before them (Unicode 15: Mn blocks, selectors, modifiers).
bool attaches_to_previous(std::uint32_t point) {
    return (point >= 0x0300 && point <= 0x036F) || (point >= 0x1AB0 && point <= 0x1AFF) ||
           (point >= 0x1DC0 && point <= 0x1DFF) || (point >= 0x20D0 && point <= 0x20FF) ||
           (point >= 0xFE00 && point <= 0xFE0F) || (point >= 0xFE20 && point <= 0xFE2F) ||
           (point >= 0x1F3FB && point <= 0x1F3FF) || (point >= 0xE0020 && point <= 0xE007F) ||
           point == zero_width_joiner;
}

bool is_regional_indicator(std::uint32_t point) {
    return point >= 0x1F1E6 && point <= 0x1F1FF;
}

// A flag is a pair of indicators: a cut between them is inside when an odd number stands before it.
bool is_inside_flag(std::string_view text, std::size_t at) {
    if (!is_regional_indicator(code_point_at(text, at))) return false;
    std::size_t before = 0;
    for (std::size_t i = at; i > 0; ++before) {
        i = previous_code_point(text, i);
        if (!is_regional_indicator(code_point_at(text, i))) break;
    }
    return before % 2 == 1;
}

} // namespace

std::size_t utf16_length(std::string_view utf8) {
    std::size_t units = 0;
    for (const char c : utf8) {
        const auto byte = static_cast<unsigned char>(c);
        if (!is_continuation(byte)) units += byte >= 0xF0 ? 2 : 1;
    }
    return units;
}

std::size_t count_code_points(std::string_view utf8) {
    std::size_t points = 0;
    for (const char c : utf8)
        if (!is_continuation(static_cast<unsigned char>(c))) ++points;
    return points;
}

std::size_t utf16_prefix(std::string_view utf8, std::size_t units) {
    std::size_t at = 0;
    while (at < utf8.size()) {
        const auto lead = byte_at(utf8, at);
        const std::size_t cost = lead >= 0xF0 ? 2 : 1;
        if (cost > units) break;
        units -= cost;
        at += sequence_length(lead);
    }
    return at < utf8.size() ? at : utf8.size();
}

std::uint32_t code_point_at(std::string_view utf8, std::size_t at) {
    if (at >= utf8.size()) return 0;
    const auto lead = byte_at(utf8, at);
    const std::size_t length = sequence_length(lead);
    if (length == 1 || at + length > utf8.size()) return lead;
    std::uint32_t point = lead & (0xFFu >> (length + 1));
    for (std::size_t i = 1; i < length; ++i)
        point = point << 6 | (byte_at(utf8, at + i) & 0x3F);
    return point;
}

std::size_t previous_code_point(std::string_view utf8, std::size_t at) {
    do
        --at;
    while (at > 0 && is_continuation(byte_at(utf8, at)));
    return at;
}

bool is_inside_character(std::string_view utf8, std::size_t at) {
    if (at == 0 || at >= utf8.size()) return false;
    if (is_continuation(byte_at(utf8, at))) return true;
    if (attaches_to_previous(code_point_at(utf8, at))) return true;
    if (code_point_at(utf8, previous_code_point(utf8, at)) == zero_width_joiner) return true;
    return is_inside_flag(utf8, at);
}

} // namespace openclaw
