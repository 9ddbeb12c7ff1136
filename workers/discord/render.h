// discord/render.h — a model's Markdown as Discord's (DISCORD.md 2.3).
//
// Discord understands most of it; what it does not is said otherwise: tables become aligned text in
// a code block, deep headings bold lines, pictures links, "__bold__" (which Discord underlines)
// "**bold**". "@everyone" and "@here" are made harmless beside what allowed_mentions forbids. Code
// is never touched. Pure, and text that needs nothing comes out as it went in.
#pragma once

#include <string>
#include <string_view>

namespace openclaw::discord {

std::string render(std::string_view markdown);

} // namespace openclaw::discord
