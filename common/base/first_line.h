// base/first_line.h — what a text begins with, for places that have room for one line.
//
// Both return a view into `text`.
#pragma once

#include "common/base/strings.h"

#include <cstddef>
#include <string_view>

namespace openclaw {

// Up to the first line break.
constexpr std::string_view first_line(std::string_view text) {
    return text.substr(0, text.find('\n'));
}

// The first line with something in it, without blanks around it, of `max_bytes` at most.
inline std::string_view headline(std::string_view text, std::size_t max_bytes) {
    return trim(utf8_prefix(trim(first_line(trim(text))), max_bytes));
}

} // namespace openclaw
