#include "supervisor/policy/session_key.h"

#include "common/base/strings.h"

#include <algorithm>
#include <array>

namespace openclaw::policy {

namespace {

constexpr std::string_view agent_prefix = "agent:";
constexpr std::size_t max_key_bytes = 512; // ours: a key is a name, not a document

struct KindRow {
    SessionKind kind;
    std::string_view word;
};

constexpr std::array<KindRow, 14> kinds = {{
    {SessionKind::main, "main"},
    {SessionKind::direct, "direct"},
    {SessionKind::group, "group"},
    {SessionKind::channel, "channel"},
    {SessionKind::cron, "cron"},
    {SessionKind::subagent, "subagent"},
    {SessionKind::hook, "hook"},
    {SessionKind::http, "http"},
    {SessionKind::dashboard, "dashboard"},
    {SessionKind::acp, "acp"},
    {SessionKind::heartbeat, "heartbeat"},
    {SessionKind::global, "global"},
    {SessionKind::unknown, "unknown"},
    {SessionKind::other, "other"},
}};

// First words of internal keys (PROTOCOL.md 13).
constexpr std::array<KindRow, 8> internal = {{
    {SessionKind::cron, "cron"},
    {SessionKind::subagent, "subagent"},
    {SessionKind::hook, "hook"},
    {SessionKind::http, "openai"},
    {SessionKind::http, "openresponses"},
    {SessionKind::dashboard, "dashboard"},
    {SessionKind::acp, "acp"},
    {SessionKind::heartbeat, "heartbeat"},
}};

bool is_sentinel(std::string_view key) {
    return key == "global" || key == "unknown";
}

std::string under(std::string_view agent_id, std::string_view rest) {
    return std::string(agent_prefix) + std::string(agent_id) + ":" + std::string(rest);
}

// --- making
// ----------------------------------------------------------------------------------------------------------

std::string direct_rest(const Facts& facts, config::DmScope scope, const std::string& peer) {
    switch (scope) {
    case config::DmScope::main:
        return "main";
    case config::DmScope::per_peer:
        return "direct:" + peer;
    case config::DmScope::per_channel_peer:
        return facts.channel + ":direct:" + peer;
    case config::DmScope::per_account_channel_peer:
        return facts.channel + ":" + facts.account + ":direct:" + peer;
    }
    return "main";
}

std::string room_rest(const Facts& facts) {
    return facts.channel + (facts.chat_kind == ChatKind::group ? ":group:" : ":channel:") +
           facts.chat_id;
}

// Groups have topics, channels have threads; a direct conversation with a thread is a topic, too
// (BEHAVIOUR.md A2).
std::string thread_suffix(const Facts& facts) {
    if (facts.thread_id.empty()) return "";
    return (facts.chat_kind == ChatKind::channel ? ":thread:" : ":topic:") + facts.thread_id;
}

// --- reading
// ---------------------------------------------------------------------------------------------------------

bool is_clean(std::string_view key) {
    return std::ranges::none_of(
        key, [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7F; });
}

// Splits "x:topic:7" into x and the thread.
std::string_view take_thread(std::string_view rest, SessionParts& parts) {
    for (const std::string_view word : {"topic", "thread"}) {
        const std::string marker = ":" + std::string(word) + ":";
        const auto at = rest.rfind(marker);
        if (at == std::string_view::npos || at == 0 || at + marker.size() == rest.size()) continue;
        parts.thread_word = word;
        parts.thread_id = rest.substr(at + marker.size());
        return rest.substr(0, at);
    }
    return rest;
}

// "direct:P", "C:direct:P", "C:A:direct:P".
bool read_direct(const std::vector<std::string_view>& words, std::string_view rest,
                 SessionParts& parts) {
    const auto at = std::ranges::find(words, "direct") - words.begin();
    if (at > 2 || static_cast<std::size_t>(at) + 1 >= words.size()) return false;
    parts.kind = SessionKind::direct;
    if (at >= 1) parts.channel = words[0];
    if (at == 2) parts.account = words[1];
    parts.peer_id = rest.substr(
        static_cast<std::size_t>(words[static_cast<std::size_t>(at) + 1].data() - rest.data()));
    return true;
}

bool read_room(const std::vector<std::string_view>& words, std::string_view rest,
               SessionParts& parts) {
    if (words.size() < 3 || (words[1] != "group" && words[1] != "channel")) return false;
    parts.kind = words[1] == "group" ? SessionKind::group : SessionKind::channel;
    parts.channel = words[0];
    parts.peer_id = rest.substr(static_cast<std::size_t>(words[2].data() - rest.data()));
    return true;
}

void read_rest(SessionParts& parts) {
    const std::string_view rest = take_thread(parts.rest, parts);
    const auto words = split(rest, ':');
    if (rest == "main") return void(parts.kind = SessionKind::main);
    if (read_direct(words, rest, parts) || read_room(words, rest, parts)) return;
    const auto found = std::ranges::find(internal, words.front(), &KindRow::word);
    parts.kind = found != internal.end() && words.size() > 1 ? found->kind : SessionKind::other;
}

std::string capitalised(std::string_view word) {
    std::string out(word);
    if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 32);
    return out;
}

} // namespace

std::string_view word(SessionKind kind) {
    return std::ranges::find(kinds, kind, &KindRow::kind)->word;
}

std::string main_session_key(std::string_view agent_id) {
    return under(agent_id, "main");
}

std::string http_session_key(std::string_view agent_id, std::string_view door,
                             std::string_view id) {
    return under(agent_id, std::string(door) + ":" + std::string(id));
}

std::string linked_peer(std::string_view channel, std::string_view sender_id,
                        const config::Session& session) {
    const std::string full = std::string(channel) + ":" + std::string(sender_id);
    for (const auto& [person, ids] : session.identity_links)
        if (std::ranges::any_of(
                ids, [&](const std::string& id) { return id == full || id == sender_id; }))
            return person;
    return std::string(sender_id);
}

std::string session_key(const Facts& facts, const Route& route, const config::Session& session) {
    if (session.scope == config::Session::Scope::global) return "global";
    if (facts.chat_kind == ChatKind::direct) {
        const std::string peer = linked_peer(facts.channel, facts.sender_id, session);
        return under(route.agent_id,
                     direct_rest(facts, route.dm_scope.value_or(session.dm_scope), peer) +
                         thread_suffix(facts));
    }
    if (route.group_scope.value_or(session.group_scope) == config::GroupScope::main)
        return main_session_key(route.agent_id);
    return under(route.agent_id, room_rest(facts) + thread_suffix(facts));
}

Result<std::string> canonical_session_key(std::string_view written,
                                          std::string_view default_agent) {
    const std::string_view key = trim(written);
    if (key.size() > max_key_bytes)
        return fail(Code::invalid, "a session key has at most 512 characters");
    if (!is_clean(key))
        return fail(Code::invalid, "a session key has no white space and no control characters");
    if (is_sentinel(key)) return std::string(key);
    if (key.starts_with(agent_prefix)) {
        const auto colon = key.find(':', agent_prefix.size());
        const auto agent =
            key.substr(agent_prefix.size(),
                       colon == std::string_view::npos ? colon : colon - agent_prefix.size());
        if (colon == std::string_view::npos || agent.empty() || colon + 1 == key.size())
            return fail(Code::invalid, "a session key has the form agent:<agent id>:<rest>");
        return under(to_lower(agent), key.substr(colon + 1));
    }
    if (default_agent.empty())
        return fail(Code::invalid,
                    "there is no default agent: name one, as in agent:<agent id>:main");
    return under(default_agent, key.empty() ? "main" : key);
}

Result<std::string> configured_session_key(std::string_view written, const config::Agents& agents) {
    std::string key = TRY(canonical_session_key(written, agents.default_id));
    const std::string agent = agent_of(key);
    if (!agent.empty() && agents.find(agent) == nullptr)
        return fail(Code::not_found, "Agent \"" + agent + "\" no longer exists in configuration");
    return key;
}

Result<SessionParts> read_session_key(std::string_view key) {
    SessionParts parts;
    if (is_sentinel(key)) {
        parts.kind = key == "global" ? SessionKind::global : SessionKind::unknown;
        return parts;
    }
    const auto colon =
        key.starts_with(agent_prefix) ? key.find(':', agent_prefix.size()) : std::string_view::npos;
    if (colon == std::string_view::npos || colon == agent_prefix.size() || colon + 1 == key.size())
        return fail(Code::invalid, "a session key has the form agent:<agent id>:<rest>");
    parts.agent_id = key.substr(agent_prefix.size(), colon - agent_prefix.size());
    parts.rest = key.substr(colon + 1);
    read_rest(parts);
    return parts;
}

std::string agent_of(std::string_view key) {
    const auto parts = read_session_key(key);
    return parts ? parts->agent_id : std::string();
}

std::string session_label(const SessionParts& parts) {
    const std::string thread =
        parts.thread_id.empty() ? "" : " · " + parts.thread_word + " " + parts.thread_id;
    const std::string where =
        capitalised(parts.channel) +
        (parts.account.empty() || parts.account == "default" ? "" : " (" + parts.account + ")");
    switch (parts.kind) {
    case SessionKind::main:
        return "Main" + thread;
    case SessionKind::direct:
        return (where.empty() ? "Direct" : where) + " · " + parts.peer_id + thread;
    case SessionKind::group:
        return where + " group " + parts.peer_id + thread;
    case SessionKind::channel:
        return where + " channel " + parts.peer_id + thread;
    case SessionKind::global:
        return "Global";
    case SessionKind::unknown:
        return "Unknown";
    default:
        return parts.rest;
    }
}

std::string_view session_list_kind(const SessionParts& parts) {
    switch (parts.kind) {
    case SessionKind::group:
    case SessionKind::channel:
        return "group";
    case SessionKind::global:
        return "global";
    case SessionKind::unknown:
        return "unknown";
    case SessionKind::cron:
        return "cron";
    default:
        return "direct";
    }
}

bool is_reserved_for_us(const SessionParts& parts) {
    return parts.kind == SessionKind::subagent || parts.kind == SessionKind::cron ||
           parts.kind == SessionKind::acp;
}

} // namespace openclaw::policy
