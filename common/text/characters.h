// text/characters.h — texts as platforms count them and as people see them.
//
// Telegram counts UTF-16 code units (Bot API: MessageEntity.offset, .length), Discord code points;
// we hold UTF-8. All functions expect valid UTF-8.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace openclaw {

std::size_t utf16_length(std::string_view utf8);
std::size_t count_code_points(std::string_view utf8);

// Bytes of the longest prefix of at most `units` UTF-16 units. Never cuts a code point.
std::size_t utf16_prefix(std::string_view utf8, std::size_t units);

// The code point that starts at byte `at`; 0 at the end of the text.
std::uint32_t code_point_at(std::string_view utf8, std::size_t at);
// First byte of the code point before byte `at` (which must be above 0).
std::size_t previous_code_point(std::string_view utf8, std::size_t at);

// Does a person see the characters around byte `at` as one? Combining marks, joiners, variation
// selectors, skin tones and flags: a text must not be cut there.
bool is_inside_character(std::string_view utf8, std::size_t at);

} // namespace openclaw
