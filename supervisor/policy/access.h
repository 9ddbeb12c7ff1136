// policy/access.h — may this sender speak here? (BEHAVIOUR.md A1, in its order.) Pure.
//
// Direct: the sender's own rules, then dmPolicy. Group and channel: groupPolicy, the list of rooms,
// the list of senders, the mention gate. Bots only where allowBots says so. Pairing gives access to
// direct messages, never to groups and never the owner's rights. Every refusal has words for
// `explain`.
#pragma once

#include "common/config/access.h"
#include "common/config/session.h"
#include "supervisor/policy/facts.h"
#include "supervisor/policy/mention.h"

#include <functional>
#include <string>
#include <string_view>

namespace openclaw::policy {

enum class Verdict {
    admit,   // answer it
    context, // allowed, but the bot was not meant: remember it, do not answer
    pair,    // unknown sender: begin_pairing() decides what to say
    drop,    // silence
};

enum class Reason {
    none,
    dm_disabled,
    sender_not_allowed, // DM allowlist, or open without "*"
    pairing_needed,
    group_disabled, // groupPolicy
    room_not_listed,
    room_switched_off, // enabled: false
    group_sender_not_allowed,
    group_list_empty, // allowlist, and nobody is on it
    not_mentioned,
    bot_not_allowed,
    sender_unknown, // no sender id
};

std::string_view word(Reason reason); // "dm_disabled": stable, for records
std::string_view
sentence(Reason reason); // why it was not answered and what changes that, for people

struct Admission {
    Verdict verdict = Verdict::drop;
    Reason reason = Reason::none;
    bool was_mentioned = false; // natively, by reply, or by a configured pattern
    bool may_command = false;   // text commands of this sender are obeyed here
    bool is_owner = false;      // commands.ownerAllowFrom
};

// Whether this account's owner approved the sender's pairing (ledger/pairings).
using IsPaired = std::function<bool(std::string_view sender_id)>;

struct AccessRules {
    const config::AccessSettings& access;
    const config::Commands& commands;
    const MentionPatterns& mentions;
};

Admission admit(const Facts& facts, const AccessRules& rules, const IsPaired& is_paired);

// What holds in this room: topic over group over "*" over account; in a space: thread over room
// over space over account.
struct Room {
    bool is_listed = false; // by its id, by "*", or because no list is kept
    bool is_named = false;  // by its id, or its space is listed
    bool enabled = true;
    bool require_mention = true;
    config::GroupPolicy policy = config::GroupPolicy::allowlist;
    config::SenderList senders;     // who may speak, prefixes taken off
    std::vector<std::string> roles; // or who has one of these
    config::ReactionNotifications reactions = config::ReactionNotifications::own;
    std::string agent_id;      // empty: routing decides
    std::string system_prompt; // empty: none of its own
};

Room room_for(const Facts& facts, const config::AccessSettings& access);

// Among the senders and roles that the room names.
bool is_named_in(const Room& room, const Facts& facts, const config::AccessSettings& access);

// "telegram:5001", "tg:5001" and "5001" are one; "*" is everybody.
bool is_listed(const config::SenderList& list, std::string_view sender_id,
               const config::AccessSettings& access);
std::string bare_id(std::string_view written, const config::AccessSettings& access);

} // namespace openclaw::policy
