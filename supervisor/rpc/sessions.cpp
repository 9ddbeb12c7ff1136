#include "supervisor/rpc/sessions.h"

#include "common/base/strings.h"
#include "common/json/write.h"
#include "supervisor/policy/session_key.h"
#include "supervisor/rpc/approvals.h"
#include "supervisor/rpc/session_row.h"

#include <algorithm>
#include <array>

namespace openclaw::rpc {

namespace {

constexpr std::int64_t default_limit = 200;

bool contains_ignoring_case(std::string_view text, std::string_view part) {
    return to_lower(text).contains(to_lower(part));
}

bool is_meant(const ledger::Session& session, json::View params, std::int64_t now_ms) {
    const auto agent = params["agentId"].text(), label = params["label"].text(),
               search = params["search"].text();
    if (!agent.empty() && session.agent_id != agent) return false;
    if (!label.empty() && session.label != label) return false;
    const auto minutes = params["activeMinutes"].integer();
    if (minutes > 0 && session.updated_at_ms < now_ms - minutes * 60'000) return false;
    // Archived ones are shown when asked for: true, or "all" beside the others.
    const bool wants_all = params["archived"].text() == "all";
    if (!wants_all && params["archived"].boolean() != (session.settings.archived_at_ms > 0))
        return false;
    if (params["spawnedBy"] || params["creatorId"] || params["ownerId"])
        return false; // sessions have no such ties yet
    if (const auto face = params["boardFace"].text();
        !face.empty() && session.settings.board_face != face)
        return false;
    if (search.empty()) return true;
    return contains_ignoring_case(session.key, search) ||
           contains_ignoring_case(session.label, search) ||
           contains_ignoring_case(session.display_name, search);
}

std::vector<const ledger::Session*> chosen(json::View params, const SessionParts& parts) {
    auto sessions = parts.conversations.list();
    std::erase_if(sessions, [&, now_ms = parts.clock.unix_ms()](const auto* session) {
        return !is_meant(*session, params, now_ms);
    });
    if (params["sortBy"].text() == "lastInteractionAt")
        std::ranges::stable_sort(sessions, std::greater(), [](const auto* session) {
            return session->last_interaction_at_ms;
        });
    return sessions;
}

std::string list_json(json::View params, const SessionParts& parts) {
    const auto sessions = chosen(params, parts);
    const auto total = static_cast<std::int64_t>(sessions.size());
    const auto offset = std::min(params["offset"].integer(), total),
               limit = params["limit"].integer(default_limit);
    const auto end = std::min(total, offset + limit);
    json::Writer out;
    out.begin_object()
        .member("ts", parts.clock.unix_ms())
        .member("path", parts.facts.ledger_path)
        .member("count", end - offset);
    out.member("totalCount", total).member("limitApplied", limit).member("hasMore", end < total);
    if (end < total) out.member("nextOffset", end);
    out.key("owners")
        .begin_array()
        .end_array()
        .raw_member("defaults", session_defaults(parts.facts))
        .key("sessions")
        .begin_array();
    for (auto i = offset; i < end; ++i) {
        const ledger::Session& session = *sessions[static_cast<std::size_t>(i)];
        write_row(out, {.session = session,
                        .facts = parts.facts,
                        .active = parts.runs.active(session.key),
                        .now_ms = parts.clock.unix_ms(),
                        .with_title = params["includeDerivedTitles"].boolean(),
                        .with_preview = params["includeLastMessage"].boolean()});
    }
    return out.end_array().end_object().take();
}

void subscribe(Call& call, const SessionParts& parts) {
    call.peer.subscriptions.sessions = true;
    json::Writer out;
    out.begin_object().member("subscribed", true);
    if (call.params.size() > 0) out.raw_member("list", list_json(call.params, parts));
    call.reply.ok(out.end_object().text());
}

void unsubscribe(Call& call) {
    call.peer.subscriptions.sessions = false;
    call.reply.ok(R"({"subscribed":false})");
}

constexpr std::size_t max_watched_sessions = 256; // of one connection

void watch_messages(Call& call, const SessionParts& parts, const Approvals& approvals,
                    bool begins) {
    const auto key =
        policy::canonical_session_key(call.params["key"].text(), parts.facts.agents.default_id);
    if (!key) return call.reply.fail(key.error());
    auto& watched = call.peer.subscriptions.session_messages;
    if (!begins)
        watched.erase(*key);
    else if (watched.size() >= max_watched_sessions)
        return call.reply.fail(invalid_request("this connection watches 256 sessions already"));
    else
        watched.insert(*key);
    json::Writer out;
    out.begin_object().member("subscribed", begins).member("key", *key);
    if (begins && call.params["includeApprovals"].boolean()) {
        out.key("approvalReplay")
            .begin_object()
            .member("sessionKey", *key)
            .member("updatedAtMs", parts.clock.unix_ms());
        out.key("approvals");
        if (call.peer.may(policy::scope::approvals))
            approvals.write_waiting(out, *key);
        else
            out.begin_array().end_array();
        out.member("truncated", false).end_object();
    }
    call.reply.ok(out.end_object().text());
}

constexpr std::array<std::string_view, 2> sort_orders = {"updatedAt", "lastInteractionAt"};

constexpr std::array list_params = {
    integer("limit", 1, 10'000),
    integer("offset", 0),
    integer("activeMinutes", 1),
    flag("requireLastInteraction"),
    Field{.name = "sortBy", .kind = Kind::string, .one_of = sort_orders},
    flag("includeGlobal"),
    flag("includeUnknown"),
    flag("configuredAgentsOnly"),
    flag("includeDerivedTitles"),
    flag("includeLastMessage"),
    text("label", 0, 512),
    text("boardFace"),
    text("creatorId"),
    text("ownerId"),
    flag("ownerFirst"),
    flag("involvingMe"),
    text("involvingProfileId"),
    flag("includePeople"),
    text("spawnedBy"),
    text("agentId"),
    text("search"),
    anything("archived"),
};

constexpr std::array message_params = {required_text("key", 0), text("agentId"),
                                       flag("includeApprovals")};

} // namespace

void add_sessions(MethodTable& table, SessionParts parts, const Approvals& approvals) {
    table.add({.name = "sessions.list",
               .scope = policy::scope::read,
               .params = list_params,
               .handler = [parts](Call& call) { call.reply.ok(list_json(call.params, parts)); }});
    table.add({.name = "sessions.subscribe",
               .scope = policy::scope::read,
               .params = list_params,
               .handler = [parts](Call& call) { subscribe(call, parts); }});
    table.add({.name = "sessions.unsubscribe",
               .scope = policy::scope::read,
               .unknown = Unknown::ignored,
               .handler = unsubscribe});
    table.add({.name = "sessions.messages.subscribe",
               .scope = policy::scope::read,
               .params = message_params,
               .handler = [parts, &approvals](Call& call) {
                   watch_messages(call, parts, approvals, true);
               }});
    table.add({.name = "sessions.messages.unsubscribe",
               .scope = policy::scope::read,
               .params = message_params,
               .handler = [parts, &approvals](Call& call) {
                   watch_messages(call, parts, approvals, false);
               }});
}

} // namespace openclaw::rpc
