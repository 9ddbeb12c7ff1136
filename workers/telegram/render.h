// telegram/render.h — text with marks as Telegram's HTML.
//
// The output is well nested whatever the marks are, uses only tags the Bot API knows, and escapes
// the three characters it wants escaped (Bot API, "HTML style").
#pragma once

#include "workers/telegram/styled.h"

#include <string>

namespace openclaw::telegram {

std::string to_html(const Styled& styled);

} // namespace openclaw::telegram
