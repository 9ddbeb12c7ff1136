// policy/session_key.h — the only maker and reader of session keys (BEHAVIOUR.md A2, PROTOCOL.md
// 13).
//
// Nobody else builds or splits these strings. Canonical form: agent:<agent id>:<rest>, ids in lower
// case where they are ours, native ids as the platform writes them. "global" and "unknown" are
// sentinels and stand for themselves.
#pragma once

#include "common/base/result.h"
#include "common/config/agents.h"
#include "common/config/session.h"
#include "supervisor/policy/facts.h"
#include "supervisor/policy/routing.h"

#include <string>
#include <string_view>

namespace openclaw::policy {

enum class SessionKind {
    main,
    direct,
    group,
    channel,
    cron,
    subagent,
    hook,
    http,
    dashboard,
    acp,
    heartbeat,
    global,
    unknown,
    other
};
std::string_view word(SessionKind kind); // "direct"; "http" covers openai and openresponses

struct SessionParts {
    SessionKind kind = SessionKind::other;
    std::string agent_id;    // empty for the sentinels
    std::string rest;        // after "agent:<id>:"
    std::string channel;     // "telegram"; empty: none
    std::string account;     // only in per-account keys
    std::string peer_id;     // of a direct conversation, or the group's or channel's id
    std::string thread_word; // "topic" or "thread"
    std::string thread_id;
};

// Where a message belongs.
std::string session_key(const Facts& facts, const Route& route, const config::Session& session);
std::string main_session_key(std::string_view agent_id);
// Of a program that asks over HTTP. `door`: "openai", "openresponses".
std::string http_session_key(std::string_view agent_id, std::string_view door, std::string_view id);

// What a client wrote, made canonical: "" and "main" are the default agent's main session,
// "agent:X:main" has its agent id lowered, anything without "agent:" belongs to the default agent.
// Errors: invalid, when a part is empty or too long, or holds control characters or white space.
Result<std::string> canonical_session_key(std::string_view written, std::string_view default_agent);
// The same, and not_found when the agent is not configured: the sentence is the original's
// (PROTOCOL.md 13).
Result<std::string> configured_session_key(std::string_view written, const config::Agents& agents);

// Reads a canonical key. Everything that begins with "agent:<id>:" has parts; unknown forms are
// `other`.
Result<SessionParts> read_session_key(std::string_view key);
std::string agent_of(std::string_view key); // "" for the sentinels

// For lists: "Telegram · 5001", "Telegram group -100 · topic 7", "Main".
std::string session_label(const SessionParts& parts);
// "direct", "group", "channel", "global", "unknown": the kind sessions.list shows.
std::string_view session_list_kind(const SessionParts& parts);
// HTTP callers may not name these (PROTOCOL.md 13).
bool is_reserved_for_us(const SessionParts& parts);

// One person's ids merged: the person's name when `session.identityLinks` holds "<channel>:<id>" or
// the id.
std::string linked_peer(std::string_view channel, std::string_view sender_id,
                        const config::Session& session);

} // namespace openclaw::policy
