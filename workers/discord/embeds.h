// discord/embeds.h — the cards below a message (a bot's, a webhook's, a link's preview) as text.
// Pure.
#pragma once

#include "common/json/read.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace openclaw::discord {

inline constexpr std::size_t longest_embeds = 2000; // bytes, of all cards of a message

// Author, title, description and fields of each, a line apiece, without what stands in `content`
// already. Empty: they say nothing.
std::string embeds_in_words(json::View embeds, std::string_view content);

} // namespace openclaw::discord
