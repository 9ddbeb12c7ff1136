#include "supervisor/policy/ack_reaction.h"

namespace openclaw::policy {

namespace {

bool is_in_scope(config::Messages::AckScope scope, bool is_direct, bool was_mentioned) {
    using Scope = config::Messages::AckScope;
    switch (scope) {
    case Scope::group_mentions:
        return !is_direct && was_mentioned;
    case Scope::group_all:
        return !is_direct;
    case Scope::direct:
        return is_direct;
    case Scope::all:
        return true;
    case Scope::off:
    case Scope::none:
        return false;
    }
    return false;
}

std::string emoji_for(const config::ChannelAccount& account, const config::Messages& messages,
                      const config::Agent& agent) {
    if (account.ack_reaction) return *account.ack_reaction;
    if (messages.ack_reaction) return *messages.ack_reaction;
    return agent.identity.emoji.empty() ? "👀" : agent.identity.emoji;
}

} // namespace

std::optional<std::string> ack_reaction(const Facts& facts, const Admission& admission,
                                        const config::ChannelAccount& account,
                                        const config::Messages& messages,
                                        const config::Agent& agent) {
    if (admission.verdict != Verdict::admit) return std::nullopt;
    if (!is_in_scope(messages.ack_scope, facts.chat_kind == ChatKind::direct,
                     admission.was_mentioned))
        return std::nullopt;
    std::string emoji = emoji_for(account, messages, agent);
    if (emoji.empty()) return std::nullopt;
    return emoji;
}

} // namespace openclaw::policy
