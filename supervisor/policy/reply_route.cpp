#include "supervisor/policy/reply_route.h"

namespace openclaw::policy {

ReplyRoute reply_route(const Facts& facts, config::ReplyToMode mode, bool batched) {
    using Mode = config::ReplyToMode;
    const bool quotes =
        mode == Mode::first || mode == Mode::all || (mode == Mode::batched && batched);
    return {.channel = facts.channel,
            .account = facts.account,
            .chat_id = facts.chat_id,
            .thread_id = facts.thread_id,
            .reply_to_message_id = quotes ? facts.message_id : "",
            .quote_every_part = mode == Mode::all,
            .is_direct = facts.chat_kind == ChatKind::direct};
}

bool moves_last_route(const Facts& facts, bool is_main_session, const config::Commands& commands) {
    if (facts.chat_kind != ChatKind::direct || !is_main_session) return true;
    const auto& owners = commands.owner_allow_from;
    if (owners.size() != 1 || owners.front() == "*") return true; // nobody is pinned
    const std::string& owner = owners.front();
    return owner == facts.sender_id || owner == facts.channel + ":" + facts.sender_id;
}

} // namespace openclaw::policy
