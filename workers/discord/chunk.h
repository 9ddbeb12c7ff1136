// discord/chunk.h — one text as messages that Discord takes (DISCORD.md 2.2).
//
// At most 2,000 code points and, because long messages are folded on small screens, a number of
// lines. Cut at a paragraph, else a line, else a sentence, else a space; a code block that fits one
// message stays whole; a longer one is cut at line ends, closed, and opened again with its
// language. Never cut inside a mention, an emoji, an address or a character. Pure: a part keeps its
// number when the answer is cut again after a crash.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::discord {

inline constexpr std::size_t most_code_points = 2000; // Create Message, content

struct ChunkRule {
    std::size_t limit = most_code_points;
    std::size_t lines = 17;      // DISCORD.md 2.2: maxLinesPerMessage; 0: any number
    bool each_paragraph = false; // a message for each paragraph ("newline" mode)
};

// `text` is Discord's Markdown (render.h). No part is empty or white space only.
std::vector<std::string> chunk(std::string_view text, const ChunkRule& rule);

} // namespace openclaw::discord
