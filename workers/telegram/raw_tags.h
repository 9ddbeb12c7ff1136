// telegram/raw_tags.h — marks that Markdown does not know: HTML tags and ||spoilers|| inside one
// paragraph.
//
// Tags that Telegram has (b, i, u, s, code, a, tg-spoiler, …) are honoured when they come in pairs;
// <br> is a line break. Everything else stays in the text as it was written: nothing an agent wrote
// disappears.
#pragma once

#include "workers/telegram/styled.h"

#include <cstddef>
#include <string_view>
#include <vector>

namespace openclaw::telegram {

// Where a raw tag stands in the text.
struct RawTag {
    std::size_t begin = 0;
    std::size_t end = 0;
};

// Turns what is paired in [from, end of text) into marks. `tags` are in text order.
void resolve_raw_tags(Styled& styled, const std::vector<RawTag>& tags);
void resolve_spoilers(Styled& styled, std::size_t from);

// Only these can be a link on Telegram; anything else stays text (TELEGRAM.md 6.1).
bool is_linkable(std::string_view url);

} // namespace openclaw::telegram
