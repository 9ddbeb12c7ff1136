#include "supervisor/policy/patience.h"

#include <algorithm>

namespace openclaw::policy {

Patience patience(const Facts& facts, const config::PatienceRule& rule,
                  const config::Messages& messages) {
    if (facts.has_attachments || !facts.command.empty() || facts.text.empty()) return {};
    Milliseconds pause = messages.debounce.value_or(rule.pause);
    if (const auto own = messages.debounce_by_channel.find(facts.channel);
        own != messages.debounce_by_channel.end())
        pause = own->second;
    if (rule.paste_characters > 0 && count_characters(facts.text) >= rule.paste_characters)
        pause = std::max(pause, rule.paste_pause);
    return {.joins = true, .pause = pause};
}

std::size_t count_characters(std::string_view utf8) {
    return static_cast<std::size_t>(std::ranges::count_if(
        utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

} // namespace openclaw::policy
