// telegram/split.h — one text into messages that Telegram takes.
//
// Cuts the plain text, which is what the server limits (TELEGRAM.md 6.2): at a blank line, else a
// line end, else a sentence, else a space, else between two characters. A code block that fits one
// message stays whole; a longer one is cut at line ends, closed, and opened again with its
// language. Links, inline code and list prefixes stay whole. Splitting is a pure function of its
// input: a part keeps its number when the answer is split again after a crash.
#pragma once

#include "workers/telegram/styled.h"

#include <cstddef>
#include <vector>

namespace openclaw::telegram {

inline constexpr std::size_t most_units = 4096; // Bot API, sendMessage.text, after entities parsing
inline constexpr std::size_t most_html_bytes =
    30'000; // TELEGRAM.md 6.2; far below what the server reads

struct SplitRule {
    std::size_t limit = 4000;    // UTF-16 units of plain text
    bool each_paragraph = false; // a message for each paragraph ("newline" mode)
};

// No part is empty or white space only; the parts' texts, joined, miss white space only.
std::vector<Styled> split(const Styled& whole, const SplitRule& rule);

} // namespace openclaw::telegram
