// telegram/markdown.h — an agent's Markdown as text with marks.
//
// CommonMark with tables, strikethrough, bare URLs and ||spoilers||. Telegram has no headings,
// lists, rules or tables: they become bold lines, "• " and "1. " lines, "───" and aligned text.
// Deviations of ours from the original's rendering are listed in
// tests/golden/telegram/README.md.
#pragma once

#include "workers/telegram/styled.h"

#include <string_view>

namespace openclaw::telegram {

Styled read_markdown(std::string_view markdown);

} // namespace openclaw::telegram
