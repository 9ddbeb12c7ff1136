// policy/reply_route.h — where an answer goes: back to where the message came from, never where a
// model says.
#pragma once

#include "common/config/config.h"
#include "supervisor/policy/facts.h"

#include <string>

namespace openclaw::policy {

struct ReplyRoute {
    std::string channel, account, chat_id, thread_id;
    std::string reply_to_message_id; // quoted by the first part; empty: none
    bool quote_every_part = false;   // replyToMode: all
    bool is_direct = true;

    bool operator==(const ReplyRoute&) const = default;
};

// `batched`: the turn answers several messages at once (replyToMode "batched" quotes only then).
ReplyRoute reply_route(const Facts& facts, config::ReplyToMode mode, bool batched = false);

// May this message move the session's last route? Not when it is a DM in a shared main session from
// somebody who is not the one pinned owner (BEHAVIOUR.md A2).
bool moves_last_route(const Facts& facts, bool is_main_session, const config::Commands& commands);

} // namespace openclaw::policy
