// Sessions begun anew, and removed.
#include "common/json/write.h"
#include "supervisor/policy/session_key.h"
#include "supervisor/rpc/session_answer.h"
#include "supervisor/rpc/session_changes.h"

#include <array>

namespace openclaw::rpc {

namespace {

void reset(Call& call, const RunParts& parts) {
    const auto key = session_named(call.params["key"].text(), parts.facts);
    if (!key) return call.reply.fail(key.error());
    const auto* known = parts.conversations.find(*key);
    if (known != nullptr)
        if (const auto broken = broken_expectation(call.params, *known))
            return call.reply.fail(*broken);
    parts.runs.abort(*key, std::nullopt);
    known = parts.conversations.find(*key); // an abort writes, too
    auto fresh = known == nullptr ? new_session(*key, parts)
                                  : ledger::reborn(*known, parts.loop.clock().unix_ms());
    parts.conversations.keep(std::move(fresh),
                             [reply = call.reply, key = *key, parts](Result<void> kept) {
                                 if (!kept) return reply.fail(kept.error());
                                 const auto* session = parts.conversations.find(key);
                                 if (session == nullptr) return reply.fail(no_such_session(key));
                                 parts.run_events.tell_session_changed(key, "reset");
                                 auto out = begin_session_answer(*session);
                                 reply.ok(finish_session_answer(out, *session, parts));
                             });
}

std::string deleted_json(const std::string& key, bool is_deleted) {
    json::Writer out;
    out.begin_object().member("ok", true).member("key", key).member("deleted", is_deleted);
    return out.key("archived").begin_array().end_array().end_object().take();
}

void remove(Call& call, const RunParts& parts) {
    const auto key =
        policy::canonical_session_key(call.params["key"].text(), parts.facts.agents.default_id);
    if (!key) return call.reply.fail(key.error());
    const auto read = policy::read_session_key(*key);
    if (read && read->kind == policy::SessionKind::main)
        return call.reply.fail(invalid_request("Cannot delete the main session (" + *key + ")."));
    const auto* known = parts.conversations.find(*key);
    if (known == nullptr) return call.reply.ok(deleted_json(*key, false));
    if (const auto broken = broken_expectation(call.params, *known))
        return call.reply.fail(*broken);
    if (call.params["archivedOnly"].boolean() && known->settings.archived_at_ms == 0)
        return call.reply.fail(invalid_request("the session is not archived: " + *key));
    const std::string session_id = known->session_id;
    parts.runs.abort(*key, std::nullopt);
    parts.conversations.erase(
        *key, call.params["deleteTranscript"].boolean(),
        [reply = call.reply, key = *key, session_id, parts](Result<void> gone) {
            if (!gone) return reply.fail(gone.error());
            parts.run_events.tell_session_deleted(key, session_id);
            reply.ok(deleted_json(key, true));
        });
}

constexpr std::array<std::string_view, 2> reset_reasons = {"new", "reset"};
constexpr std::array reset_params = {
    required_text("key"),
    text("agentId", 1),
    Field{.name = "reason", .kind = Kind::string, .one_of = reset_reasons},
    text("expectedSessionId", 1),
};
constexpr std::array delete_params = {
    required_text("key"),
    text("agentId", 1),
    flag("deleteTranscript"),
    text("expectedSessionId", 1),
    text("expectedLifecycleRevision", 1),
    Field{.name = "expectedSessionUpdatedAt", .kind = Kind::number},
    flag("emitLifecycleHooks"),
    flag("archivedOnly"),
};

} // namespace

void add_session_end(MethodTable& table, RunParts parts) {
    table.add({.name = "sessions.reset",
               .scope = policy::scope::admin,
               .params = reset_params,
               .handler = [parts](Call& call) { reset(call, parts); }});
    table.add({.name = "sessions.delete",
               .scope = policy::scope::admin,
               .params = delete_params,
               .handler = [parts](Call& call) { remove(call, parts); }});
}

} // namespace openclaw::rpc
