// cli/view/text_width.h — how many columns a text takes on a terminal, and cutting it there. Pure.
//
// Counts what terminals draw: East Asian wide characters and emoji take two columns, combining
// marks none, escape sequences of colour none. Control characters from elsewhere must not reach a
// terminal: printable() removes them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::cli {

std::size_t text_width(std::string_view text);

// Lines of at most `width` columns, broken at spaces where there are any, else anywhere between
// characters. Colour sequences are not understood: wrap first, paint after. At least one line,
// maybe empty.
std::vector<std::string> wrap(std::string_view text, std::size_t width);

// The beginning of `text` that fits into `width` columns, with "…" when something was left out.
std::string shortened(std::string_view text, std::size_t width);

// Valid UTF-8 on one line, without control characters: safe to show whoever wrote it.
std::string printable(std::string_view text);
std::string printable_lines(std::string_view text); // the same, keeping line ends and tabs

} // namespace openclaw::cli
