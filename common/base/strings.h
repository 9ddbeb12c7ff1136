// base/strings.h — text and byte forms that several rooms need: hex, base64url, UTF-8, splitting,
// ids.
#pragma once

#include "common/base/result.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw {

std::string to_hex(std::span<const std::uint8_t> bytes);
std::string to_base64url(std::span<const std::uint8_t> bytes); // RFC 4648 §5, no padding
Result<std::string> from_base64url(std::string_view text);
std::string to_base64(std::string_view bytes);          // RFC 4648 §4, padded
Result<std::string> from_base64(std::string_view text); // padding may be missing

bool is_valid_utf8(std::string_view text);
// The longest prefix of at most `limit` bytes that does not cut a code point.
std::string_view utf8_prefix(std::string_view text, std::size_t limit);
// Replaces each malformed sequence by U+FFFD.
std::string to_valid_utf8(std::string_view bytes);

std::string_view trim(std::string_view text); // ASCII white space
std::string to_lower(std::string_view text);  // ASCII letters only
std::vector<std::string_view> split(std::string_view text, char separator);
bool equals_ignoring_case(std::string_view left, std::string_view right); // ASCII

std::string uuid_v4();                     // 36 characters, from getrandom(2)
std::string random_hex(std::size_t bytes); // 2 characters for each byte
std::uint64_t random_below(std::uint64_t limit);

// Edit distance with early exit: how far apart two words are, at most `limit` + 1.
std::size_t edit_distance(std::string_view left, std::string_view right, std::size_t limit);

} // namespace openclaw
