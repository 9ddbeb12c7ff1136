#include "common/base/first_line.h"
#include "common/base/strings.h"
#include "common/json/write.h"
#include "supervisor/policy/session_key.h"
#include "supervisor/rpc/agents.h"
#include "supervisor/rpc/attachments.h"
#include "supervisor/rpc/models.h"
#include "supervisor/rpc/session_answer.h"
#include "supervisor/rpc/session_changes.h"

#include <array>

namespace openclaw::rpc {

namespace {

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
    auto out = begin_session_answer(*session);
    out.member("sessionId", session->session_id)
        .member("runStarted", begun != nullptr && begun->has_value());
    if (begun != nullptr && *begun) out.member("runId", (*begun)->run_id);
    if (begun != nullptr && !*begun) out.raw_member("runError", to_json(to_wire(begun->error())));
    reply.ok(finish_session_answer(out, *session, parts));
}

// The first message, if there is one.
flow::RunRequest first_run(json::View params, const std::string& key, Attachments attached) {
    flow::RunRequest request;
    request.run_id = uuid_v4();
    request.session_key = key;
    request.agent_id = policy::agent_of(key);
    request.message = params["message"].text(params["task"].text());
    std::move(attached).put(request);
    request.trace = request.run_id;
    return request;
}

void on_created(const Reply& reply, flow::RunRequest request, const RunParts& parts) {
    const auto key = request.session_key;
    parts.run_events.tell_session_changed(key, "create");
    if (request.message.empty()) return answer_created(reply, key, parts, nullptr);
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
    auto attached = read_attachments(params["attachments"]);
    if (!attached) return call.reply.fail(attached.error());
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
    parts.conversations.keep(
        std::move(session),
        [reply = call.reply, parts,
         first = first_run(params, *key, std::move(*attached))](Result<void> kept) mutable {
            if (!kept) return reply.fail(kept.error());
            on_created(reply, std::move(first), parts);
        });
}

// title.prepare: what a session would be called that begins with this message. No model is asked.
void prepare_title(Call& call, const RunParts& parts) {
    constexpr std::size_t longest = 60; // published: SessionsTitlePrepareResult
    const auto agent = call.params["agentId"].text();
    if (parts.facts.agents.find(agent) == nullptr) return call.reply.fail(unknown_agent(agent));
    const auto line = headline(call.params["message"].text(), longest);
    json::Writer out;
    out.begin_object().key("title");
    if (line.empty())
        out.null();
    else
        out.value(line);
    call.reply.ok(out.end_object().text());
}

constexpr std::array<std::string_view, 4> visibilities = {"shared", "read-only", "suggest",
                                                          "draft"};
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
constexpr std::array title_params = {required_text("agentId"), required_text("message", 0, 1000),
                                     text("model", 1), text("catalogId", 1), flag("incognito")};

} // namespace

void add_session_create(MethodTable& table, RunParts parts) {
    table.add({.name = "sessions.create",
               .scope = policy::scope::write,
               .admission = Admission::work,
               .params = create_params,
               .handler = [parts](Call& call) { create(call, parts); }});
    table.add({.name = "sessions.title.prepare",
               .scope = policy::scope::write,
               .params = title_params,
               .handler = [parts](Call& call) { prepare_title(call, parts); }});
}

} // namespace openclaw::rpc
