#include "supervisor/rpc/session_changes.h"

#include "common/base/strings.h"
#include "common/json/write.h"
#include "supervisor/policy/session_key.h"
#include "supervisor/rpc/agents.h"
#include "supervisor/rpc/models.h"
#include "supervisor/rpc/session_patch.h"
#include "supervisor/rpc/session_row.h"

#include <algorithm>
#include <array>
#include <memory>
#include <set>

namespace openclaw::rpc {

namespace {

// The lifecycle's name changes with each new transcript.
std::string entry_json(const ledger::Session& session, const RunParts& parts) {
    json::Writer out;
    write_row(out, {.session = session,
                    .facts = parts.facts,
                    .active = parts.runs.active(session.key),
                    .now_ms = parts.loop.clock().unix_ms()});
    std::string row = out.take();
    row.pop_back();
    return row + R"(,"lifecycleRevision":)" + json::quoted(session.session_id) +
           R"(,"sessionStartedAt":)" + std::to_string(session.session_started_at_ms) + "}";
}

json::Writer begin_answer(const ledger::Session& session) {
    json::Writer out;
    out.begin_object().member("ok", true).member("key", session.key);
    return out;
}

std::string finish_answer(json::Writer& out, const ledger::Session& session,
                          const RunParts& parts) {
    const auto [provider, model] = model_of(session, parts.facts);
    out.raw_member("entry", entry_json(session, parts)).key("resolved").begin_object();
    out.member("modelProvider", provider).member("model", model).end_object();
    return out.end_object().take();
}

WireError no_such_session(std::string_view key) {
    return invalid_request("No session found: " + std::string(key));
}

WireError session_changed(std::string_view what) {
    return invalid_request("the session has changed since it was read (" + std::string(what) +
                               "); load it again and retry",
                           R"({"reason":"session-changed"})");
}

// What the caller believes of the session, compared with what is so.
std::optional<WireError> broken_expectation(json::View params, const ledger::Session& session) {
    for (const auto* name : {"expectedSessionId", "expectedLifecycleRevision"})
        if (const auto expected = params[name].text();
            !expected.empty() && expected != session.session_id)
            return session_changed(name);
    if (const auto at = params["expectedMarkedUnreadAt"];
        at && at.integer() != session.settings.marked_unread_at_ms)
        return session_changed("expectedMarkedUnreadAt");
    if (const auto at = params["expectedSessionUpdatedAt"];
        at && at.integer() != session.updated_at_ms)
        return session_changed("expectedSessionUpdatedAt");
    return std::nullopt;
}

// A session as it comes into being by an operator's hand.
ledger::Session new_session(const std::string& key, const RunParts& parts) {
    const auto now = parts.loop.clock().unix_ms();
    ledger::Session session;
    session.key = key;
    session.agent_id = policy::agent_of(key);
    if (session.agent_id.empty()) session.agent_id = parts.facts.agents.default_id;
    session.session_id = uuid_v4();
    session.chat_kind = ledger::ChatKind::direct;
    session.created_at_ms = session.session_started_at_ms = session.updated_at_ms = now;
    if (const auto read = policy::read_session_key(key))
        session.display_name = policy::session_label(*read);
    return session;
}

struct Patched {
    ledger::Session session;
    bool model_changed = false;
};

// The session after the patch, not yet kept. A session that is not there yet is made: clients mark
// conversations before the first word.
std::expected<Patched, WireError> patched(std::string_view written_key, json::View expectations,
                                          json::View patch, const RunParts& parts) {
    const auto key = session_named(written_key, parts.facts);
    if (!key) return std::unexpected(to_wire(key.error()));
    const auto* known = parts.conversations.find(*key);
    Patched result{.session = known != nullptr ? *known : new_session(*key, parts)};
    if (known != nullptr)
        if (auto broken = broken_expectation(expectations, *known))
            return std::unexpected(std::move(*broken));
    const auto& label = patch["label"];
    if (label.is_string())
        for (const auto* other : parts.conversations.list())
            if (other->key != *key && other->label == label.text())
                return std::unexpected(
                    invalid_request("label already in use: " + std::string(label.text())));
    auto outcome = apply_patch(result.session, patch, parts.facts, parts.loop.clock().unix_ms());
    if (outcome.refused) return std::unexpected(std::move(*outcome.refused));
    result.model_changed = outcome.model_changed;
    return result;
}

void patch(Call& call, const RunParts& parts) {
    auto result = patched(call.params["key"].text(), call.params, call.params, parts);
    if (!result) return call.reply.fail(result.error());
    const std::string key = result->session.key;
    parts.conversations.keep(
        result->session,
        [reply = call.reply, key, parts, model_changed = result->model_changed](Result<void> kept) {
            if (!kept) return reply.fail(kept.error());
            const auto* session = parts.conversations.find(key);
            if (session == nullptr) return reply.fail(no_such_session(key));
            parts.run_events.tell_session_patched(key, model_changed);
            auto out = begin_answer(*session);
            out.member("path", parts.facts.ledger_path);
            reply.ok(finish_answer(out, *session, parts));
        });
}

// Many in one call: each succeeds or fails for itself.
class PatchMany : public std::enable_shared_from_this<PatchMany> {
  public:
    PatchMany(Reply reply, RunParts parts)
        : reply_(std::move(reply))
        , parts_(parts) {}

    void begin(json::View targets, json::View patch) {
        outcomes_.resize(targets.size());
        left_ = targets.size();
        if (left_ == 0) return finish();
        for (std::size_t i = 0; i < outcomes_.size(); ++i)
            apply(i, targets.at(i), patch);
    }

  private:
    void apply(std::size_t i, json::View target, json::View patch) {
        const std::string written(target["key"].text());
        auto result = patched(written, target, patch, parts_);
        if (!result) return settle(i, refusal(written, result.error()));
        const std::string key = result->session.key;
        parts_.conversations.keep(
            std::move(result->session),
            [self = shared_from_this(), i, key, model = result->model_changed](Result<void> kept) {
                if (!kept) return self->settle(i, refusal(key, to_wire(kept.error())));
                self->parts_.run_events.tell_session_patched(key, model);
                self->settle(i, json::Writer()
                                    .begin_object()
                                    .member("ok", true)
                                    .member("key", key)
                                    .end_object()
                                    .take());
            });
    }

    static std::string refusal(const std::string& key, const WireError& error) {
        json::Writer out;
        out.begin_object().member("ok", false).member("key", key);
        return out.raw_member("error", to_json(error)).end_object().take();
    }

    void settle(std::size_t i, std::string outcome) {
        outcomes_[i] = std::move(outcome);
        if (--left_ == 0) finish();
    }

    void finish() {
        json::Writer out;
        out.begin_object().key("outcomes").begin_array();
        for (const auto& outcome : outcomes_)
            out.raw(outcome);
        reply_.ok(out.end_array().end_object().text());
    }

    Reply reply_;
    RunParts parts_;
    std::vector<std::string> outcomes_;
    std::size_t left_ = 0;
};

constexpr std::size_t max_targets = 500;

void patch_many(Call& call, const RunParts& parts) {
    const auto targets = call.params["targets"];
    if (targets.size() > max_targets)
        return call.reply.fail(invalid_request("sessions.patchMany takes 500 targets at most"));
    if (const auto problem = complaint(call.params["patch"], session_patch_fields()))
        return call.reply.fail(
            invalid_request("invalid sessions.patchMany params: at /patch: " + *problem));
    std::make_shared<PatchMany>(call.reply, parts)->begin(targets, call.params["patch"]);
}

std::string_view patch_many_scope(json::View params) {
    return session_patch_scope(params["patch"]);
}

// create

// What a new session cannot be in this build.
constexpr std::array<std::string_view, 13> not_creatable = {"contextWindow",
                                                            "permissionMode",
                                                            "toolOverrides",
                                                            "incognito",
                                                            "catalogId",
                                                            "fork",
                                                            "forkFrom",
                                                            "projectId",
                                                            "projectGitUrl",
                                                            "worktree",
                                                            "worktreeName",
                                                            "execNode",
                                                            "cwd"};

std::optional<WireError> not_supported(json::View params) {
    for (const auto name : not_creatable) {
        const auto value = params[name];
        const bool is_off =
            !value || value.is_null() || (value.type() == json::Type::boolean && !value.boolean());
        if (!is_off)
            return invalid_request("sessions.create: " + std::string(name) +
                                   " is not something this build can do");
    }
    return std::nullopt;
}

Result<std::string> key_for_new(json::View params, const GatewayFacts& facts) {
    if (const auto written = params["key"].text(); !written.empty())
        return session_named(written, facts);
    const std::string agent(params["agentId"].text(facts.agents.default_id));
    return session_named("agent:" + agent + ":dashboard:" + uuid_v4(), facts);
}

void answer_created(const Reply& reply, const std::string& key, const RunParts& parts,
                    const Result<flow::Begun>* begun) {
    const auto* session = parts.conversations.find(key);
    if (session == nullptr) return reply.fail(no_such_session(key));
    auto out = begin_answer(*session);
    out.member("sessionId", session->session_id)
        .member("runStarted", begun != nullptr && begun->has_value());
    if (begun != nullptr && *begun) out.member("runId", (*begun)->run_id);
    if (begun != nullptr && !*begun) out.raw_member("runError", to_json(to_wire(begun->error())));
    reply.ok(finish_answer(out, *session, parts));
}

void on_created(const Reply& reply, const std::string& key, const std::string& message,
                const RunParts& parts) {
    parts.run_events.tell_session_changed(key, "create");
    if (message.empty()) return answer_created(reply, key, parts, nullptr);
    flow::RunRequest request;
    request.run_id = uuid_v4();
    request.session_key = key;
    request.agent_id = policy::agent_of(key);
    request.message = message;
    request.trace = request.run_id;
    const std::string run_id = request.run_id;
    const auto begun = parts.runs.begin(std::move(request));
    if (begun) parts.run_events.narrate(run_id);
    answer_created(reply, key, parts, &begun);
}

void create(Call& call, const RunParts& parts) {
    const auto params = call.params;
    if (const auto refused = not_supported(params)) return call.reply.fail(*refused);
    const auto key = key_for_new(params, parts.facts);
    if (!key) return call.reply.fail(key.error());
    if (parts.conversations.find(*key) != nullptr)
        return call.reply.fail(invalid_request("session already exists: " + *key));
    auto session = new_session(*key, parts);
    if (const auto model = params["model"].text(); !model.empty()) {
        if (!is_known_model(model, parts.facts)) return call.reply.fail(unknown_model(model));
        session.settings.model = model;
    }
    session.label = params["label"].text();
    if (const auto name = params["displayName"].text(); !name.empty()) session.display_name = name;
    session.settings.category = params["category"].text();
    session.settings.created_via = "operator";
    session.settings.parent_key = params["parentSessionKey"].text();
    const std::string message(params["message"].text(params["task"].text()));
    parts.conversations.keep(std::move(session),
                             [reply = call.reply, key = *key, message, parts](Result<void> kept) {
                                 if (!kept) return reply.fail(kept.error());
                                 on_created(reply, key, message, parts);
                             });
}

// reset and delete

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
                                 auto out = begin_answer(*session);
                                 reply.ok(finish_answer(out, *session, parts));
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

// groups: the categories that sessions are in

void list_groups(Call& call, const RunParts& parts) {
    std::set<std::string> names;
    for (const auto* session : parts.conversations.list())
        if (!session->settings.category.empty()) names.insert(session->settings.category);
    json::Writer out;
    out.begin_object().key("groups").begin_array();
    int position = 0;
    for (const auto& name : names)
        out.begin_object().member("name", name).member("position", position++).end_object();
    out.end_array().key("sectionOrder").begin_array();
    for (const auto& name : names)
        out.value(name);
    call.reply.ok(out.end_array().end_object().text());
}

// Renames a group, or empties it: every session in it is changed.
void move_group(Call& call, const RunParts& parts) {
    const std::string from(call.params["name"].text()), to(call.params["to"].text());
    std::vector<ledger::Session> moved;
    for (const auto* session : parts.conversations.list())
        if (session->settings.category == from) moved.push_back(*session);
    if (moved.empty()) return call.reply.fail(invalid_request("no such group: " + from));
    const auto left = std::make_shared<std::size_t>(moved.size());
    const auto failed = std::make_shared<std::optional<Error>>();
    for (auto& session : moved) {
        session.settings.category = to;
        const std::string key = session.key;
        parts.conversations.keep(std::move(session),
                                 [reply = call.reply, parts, key, left, failed](Result<void> kept) {
                                     if (!kept)
                                         *failed = kept.error();
                                     else
                                         parts.run_events.tell_session_patched(key, false);
                                     if (--*left > 0) return;
                                     if (*failed) return reply.fail(**failed);
                                     reply.ok(R"({"ok":true})");
                                 });
    }
}

constexpr std::array<std::string_view, 4> visibilities = {"shared", "read-only", "suggest",
                                                          "draft"};
constexpr std::array<std::string_view, 2> reset_reasons = {"new", "reset"};
constexpr std::array create_params = {
    text("key", 1),
    text("idempotencyKey", 1),
    text("agentId", 1),
    text("label", 1, 512),
    text("displayName", 1, 500),
    text("category", 1, 512),
    text("model", 1),
    text("contextWindow", 1),
    text("thinkingLevel", 1),
    anything("fastMode"),
    anything("permissionMode"),
    Field{.name = "toolOverrides", .kind = Kind::object},
    flag("incognito"),
    Field{.name = "visibility", .kind = Kind::string, .one_of = visibilities},
    text("catalogId", 1),
    text("parentSessionKey", 1),
    integer("spawnDepth", 1),
    flag("fork"),
    text("forkFrom"),
    flag("emitCommandHooks"),
    flag("succeedsParent"),
    text("task"),
    text("message"),
    Field{.name = "attachments", .kind = Kind::array},
    text("projectId", 1),
    text("projectGitUrl", 1, 2048),
    flag("worktree"),
    text("worktreeBaseRef", 1),
    text("worktreeName"),
    text("execNode", 1),
    text("cwd", 1),
};
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
constexpr std::array many_params = {
    Field{.name = "targets", .kind = Kind::array, .required = true},
    Field{.name = "patch", .kind = Kind::object, .required = true},
};
constexpr std::array rename_group_params = {required_text("name", 1, 512),
                                            required_text("to", 1, 512)};
constexpr std::array delete_group_params = {required_text("name", 1, 512)};

} // namespace

void add_session_changes(MethodTable& table, RunParts parts) {
    table.add({.name = "sessions.create",
               .scope = policy::scope::write,
               .admission = Admission::work,
               .params = create_params,
               .handler = [parts](Call& call) { create(call, parts); }});
    table.add({.name = "sessions.patch",
               .scope = policy::scope::write,
               .scope_rule = session_patch_scope,
               .params = session_patch_params(),
               .handler = [parts](Call& call) { patch(call, parts); }});
    table.add({.name = "sessions.patchMany",
               .scope = policy::scope::write,
               .scope_rule = patch_many_scope,
               .params = many_params,
               .handler = [parts](Call& call) { patch_many(call, parts); }});
    table.add({.name = "sessions.reset",
               .scope = policy::scope::admin,
               .params = reset_params,
               .handler = [parts](Call& call) { reset(call, parts); }});
    table.add({.name = "sessions.delete",
               .scope = policy::scope::admin,
               .params = delete_params,
               .handler = [parts](Call& call) { remove(call, parts); }});
    table.add({.name = "sessions.groups.list",
               .scope = policy::scope::read,
               .unknown = Unknown::ignored,
               .handler = [parts](Call& call) { list_groups(call, parts); }});
    table.add({.name = "sessions.groups.rename",
               .scope = policy::scope::write,
               .params = rename_group_params,
               .handler = [parts](Call& call) { move_group(call, parts); }});
    table.add({.name = "sessions.groups.delete",
               .scope = policy::scope::write,
               .params = delete_group_params,
               .handler = [parts](Call& call) { move_group(call, parts); }});
}

} // namespace openclaw::rpc
