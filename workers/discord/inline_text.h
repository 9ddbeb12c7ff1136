// discord/inline_text.h — one line of Markdown, between its code spans (DISCORD.md 2.3). Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace openclaw::discord {

// "__bold__" → "**bold**", "![a](u)" → "[a](u)", "@everyone" with a zero-width space in it.
std::string inline_text(std::string_view line);

// The people a text mentions ("<@123>", "<@!123>") outside code, each once, in order; at most
// `most`.
std::vector<std::string> mentioned_users(std::string_view text, std::size_t most);

} // namespace openclaw::discord
