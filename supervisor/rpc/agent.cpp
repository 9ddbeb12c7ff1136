#include "supervisor/rpc/agent.h"

#include "common/base/strings.h"
#include "common/json/write.h"
#include "supervisor/policy/session_key.h"
#include "supervisor/rpc/attachments.h"
#include "supervisor/rpc/models.h"
#include "supervisor/rpc/run_json.h"

#include <algorithm>
#include <array>
#include <limits>

namespace openclaw::rpc {

namespace {

constexpr std::int64_t default_wait_ms = 30'000;
constexpr std::int64_t max_wait_ms = 24 * 3600 * 1000;

bool is_reset(std::string_view message) {
    const auto word = split(trim(message), ' ').front();
    return word == "/new" || word == "/reset";
}

// {provider, model}, or a model that names its provider.
std::string model_in(json::View params) {
    const auto provider = text_in(params, "provider"), model = text_in(params, "model");
    return provider.empty() || model.empty() ? model : provider + "/" + model;
}

std::optional<WireError> agent_refusal(std::string_view agent_id, const GatewayFacts& facts) {
    if (agent_id.empty() || facts.agents.find(agent_id) != nullptr) return std::nullopt;
    return invalid_request("invalid agent params: unknown agent id \"" + std::string(agent_id) +
                           "\"");
}

// By key, by session id, or the main session of the agent.
Result<std::string> session_meant(json::View params, const RunParts& parts) {
    if (const auto key = params["sessionKey"].text(); !key.empty())
        return session_named(key, parts.facts);
    if (const auto id = params["sessionId"].text(); !id.empty()) {
        const auto sessions = parts.conversations.list();
        const auto found = std::ranges::find(sessions, id, [](const auto* session) {
            return std::string_view(session->session_id);
        });
        if (found == sessions.end())
            return fail(Code::not_found, "no session has the id \"" + std::string(id) + "\"");
        return (*found)->key;
    }
    return policy::main_session_key(params["agentId"].text(parts.facts.agents.default_id));
}

// Where the answer goes besides to the caller: as asked for, else where the session's last message
// came from.
std::optional<flow::ReplyTarget> target_of(json::View params, const ledger::Session* session) {
    if (!params["deliver"].boolean()) return std::nullopt;
    const auto chat = params["replyTo"].text(params["to"].text());
    if (!chat.empty()) {
        ledger::Route route{
            .channel = std::string(params["replyChannel"].text(params["channel"].text())),
            .account = std::string(params["replyAccountId"].text(params["accountId"].text())),
            .chat = {.id = std::string(chat),
                     .thread_id = text_in(params, "threadId"),
                     .kind = ledger::ChatKind::direct}};
        return flow::ReplyTarget{.to = std::move(route), .reply_to_message_id = {}};
    }
    if (session == nullptr || session->last_route.channel.empty()) return std::nullopt;
    return flow::ReplyTarget{.to = session->last_route, .reply_to_message_id = {}};
}

flow::RunRequest request_from(json::View params, const std::string& session_key,
                              const RunParts& parts) {
    flow::RunRequest request;
    request.run_id = text_in(params, "idempotencyKey");
    request.session_key = session_key;
    request.agent_id = policy::agent_of(session_key);
    request.message = text_in(params, "message");
    request.target = target_of(params, parts.conversations.find(session_key));
    request.trace = uuid_v4();
    request.extra_system_prompt = text_in(params, "extraSystemPrompt");
    if (request.agent_id.empty()) request.agent_id = parts.facts.agents.default_id;
    if (const auto seconds = params["timeout"].integer(); seconds > 0)
        request.timeout = std::chrono::seconds(seconds);
    return request;
}

void answer_ended(const Reply& reply, const flow::Run& run) {
    if (run.status == flow::RunStatus::failed)
        answer_failed(reply, run);
    else
        reply.ok(agent_result(run));
}

std::string accepted(const flow::Begun& begun, const std::string& session_key,
                     const std::string& agent_id, std::int64_t now_ms) {
    json::Writer out;
    out.begin_object()
        .member("runId", begun.run_id)
        .member("sessionKey", session_key)
        .member("agentId", agent_id);
    const bool is_new = begun.status == flow::Begun::Status::started;
    return out.member("status", is_new ? "accepted" : "in_flight")
        .member("acceptedAt", now_ms)
        .end_object()
        .take();
}

void begin(Call& call, flow::RunRequest request, const RunParts& parts) {
    const std::string session_key = request.session_key, agent_id = request.agent_id;
    const auto begun = parts.runs.begin(std::move(request));
    if (!begun) return call.reply.fail(begun.error());
    const flow::Run* run = parts.runs.find(begun->run_id);
    if (run != nullptr && run->is_over()) return answer_ended(call.reply, *run);
    call.reply.ok(accepted(*begun, session_key, agent_id, parts.loop.clock().unix_ms()));
    parts.run_events.when_ended(begun->run_id, [reply = call.reply](const flow::Run& ended) {
        answer_ended(reply, ended);
    });
    if (begun->status == flow::Begun::Status::started)
        parts.run_events.tell_session_changed(session_key, "send");
}

void start(Call& call, const RunParts& parts) {
    auto attached = read_attachments(call.params["attachments"]);
    if (!attached) return call.reply.fail(attached.error());
    if (trim(call.params["message"].text()).empty() && attached->is_empty())
        return call.reply.fail(invalid_request("message must not be empty"));
    const std::string model = model_in(call.params);
    if (!model.empty() && !is_known_model(model, parts.facts))
        return call.reply.fail(unknown_model(model));
    if (const auto refused = agent_refusal(call.params["agentId"].text(), parts.facts))
        return call.reply.fail(*refused);
    const auto session_key = session_meant(call.params, parts);
    if (!session_key) return call.reply.fail(session_key.error());
    auto request = request_from(call.params, *session_key, parts);
    std::move(*attached).put(request);
    request.model = model;
    begin(call, std::move(request), parts);
}

std::string_view start_scope(json::View params) {
    return is_reset(params["message"].text()) ? policy::scope::admin : policy::scope::write;
}

void wait(Call& call, const RunParts& parts) {
    const std::string run_id = text_in(call.params, "runId");
    const auto limit = std::min(call.params["timeoutMs"].integer(default_wait_ms), max_wait_ms);
    parts.runs.wait(
        run_id, Milliseconds(limit), [reply = call.reply, run_id](const flow::Run* run) {
            if (run == nullptr)
                reply.ok(run_status(run_id, "timeout")); // PROTOCOL.md 12.2: an answer, no error
            else
                reply.ok(wait_result(*run));
        });
}

constexpr std::array start_params = {
    required_text("message", 0),
    required_text("idempotencyKey", 1, 512),
    text("agentId"),
    text("provider"),
    text("model"),
    text("to"),
    text("replyTo"),
    text("sessionId"),
    text("sessionKey", 0, 512),
    text("expectedExistingSessionId"),
    text("thinking"),
    flag("deliver"),
    Field{.name = "attachments", .kind = Kind::array},
    text("channel"),
    text("replyChannel"),
    text("accountId"),
    text("replyAccountId"),
    text("threadId"),
    text("groupId"),
    text("groupChannel"),
    text("groupSpace"),
    integer("timeout", 0),
    flag("bestEffortDeliver"),
    text("lane"),
    text("cwd"),
    flag("cleanupBundleMcpOnRunEnd"),
    flag("modelRun"),
    text("promptMode"),
    text("extraSystemPrompt", 0, 16'384),
    text("bootstrapContextMode"),
    text("bootstrapContextRunKind"),
    text("acpTurnSource"),
    text("label"),
    text("spawnedBy"),
    anything("inputProvenance"),
};

constexpr std::array wait_params = {required_text("runId"), integer("timeoutMs", 0)};

} // namespace

void add_agent(MethodTable& table, RunParts parts) {
    table.add({.name = "agent",
               .scope = policy::scope::write,
               .scope_rule = start_scope,
               .admission = Admission::work,
               .idempotency = Idempotency::by_run,
               .params = start_params,
               .handler = [parts](Call& call) { start(call, parts); }});
    table.add({.name = "agent.wait",
               .scope = policy::scope::write,
               .params = wait_params,
               .handler = [parts](Call& call) { wait(call, parts); }});
}

} // namespace openclaw::rpc
