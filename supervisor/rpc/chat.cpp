#include "supervisor/rpc/chat.h"

#include "common/base/strings.h"
#include "common/json/write.h"
#include "supervisor/policy/session_key.h"
#include "supervisor/rpc/attachments.h"

#include <array>
#include <optional>

namespace openclaw::rpc {

namespace {

flow::RunRequest request_from(json::View params, std::string session_key,
                              const GatewayFacts& facts) {
    flow::RunRequest request;
    request.run_id = params["idempotencyKey"].text();
    request.session_key = std::move(session_key);
    request.agent_id = policy::agent_of(request.session_key);
    if (request.agent_id.empty())
        request.agent_id = params["agentId"].text(facts.agents.default_id);
    request.message = params["message"].text();
    request.trace = uuid_v4();
    if (const auto limit = params["timeoutMs"].integer(); limit > 0)
        request.timeout = Milliseconds(limit);
    return request;
}

// The words of PROTOCOL.md 14 for a key that was used before.
void answer_known(const Reply& reply, const flow::Begun& begun, const flow::AgentRuns& runs) {
    if (begun.status == flow::Begun::Status::in_flight)
        return reply.ok(run_status(begun.run_id, "in_flight"));
    const flow::Run* run = runs.find(begun.run_id);
    if (begun.status == flow::Begun::Status::failed && run != nullptr)
        return answer_failed(reply, *run);
    if (begun.status == flow::Begun::Status::failed)
        return reply.fail(unavailable("the run failed"), run_status(begun.run_id, "error"));
    reply.ok(run_status(begun.run_id, "ok"));
}

WireError leaf_changed() {
    return invalid_request(
        "the conversation has changed since it was read; load it again and retry",
        R"({"reason":"active-leaf-changed"})");
}

// The client names the last message it knows: another one means that it answers a conversation it
// has not read.
void begin_at_leaf(const Call& call, flow::RunRequest request, const RunParts& parts) {
    const ledger::Session* session = parts.conversations.find(request.session_key);
    const std::string expected(call.params["expectedLeafEntryId"].text());
    if (session == nullptr) {
        if (!expected.empty()) return call.reply.fail(leaf_changed());
        return begin_chat_run(call.reply, std::move(request), parts);
    }
    parts.conversations.page(session->session_id, 0, 1,
                             [reply = call.reply, request = std::move(request), expected,
                              parts](Result<ledger::TranscriptPage> page) mutable {
                                 if (!page) return reply.fail(page.error());
                                 const std::string leaf =
                                     page->rows.empty() ? "" : page->rows.back().id;
                                 if (leaf != expected) return reply.fail(leaf_changed());
                                 begin_chat_run(reply, std::move(request), parts);
                             });
}

// What becomes of a message while a run is active (BEHAVIOUR.md A3): "interrupt" ends that run,
// "collect" makes one later turn of all that wait, "steer" and "followup" give each message an
// answer of its own. Steering differs in a run that calls tools, between two calls; there are none
// here.
void obey_queue_mode(flow::RunRequest& request, std::string_view mode, bool is_known,
                     const RunParts& parts) {
    if (mode == "interrupt" && !is_known) parts.runs.abort(request.session_key, std::nullopt);
    request.joins_waiting = mode == "collect";
}

void send(Call& call, const RunParts& parts) {
    auto session_key = session_named(call.params["sessionKey"].text(), parts.facts);
    if (!session_key) return call.reply.fail(session_key.error());
    auto attached = read_attachments(call.params["attachments"]);
    if (!attached) return call.reply.fail(attached.error());
    if (trim(call.params["message"].text()).empty() && attached->is_empty())
        return call.reply.fail(invalid_request("message must not be empty"));
    auto request = request_from(call.params, std::move(*session_key), parts.facts);
    std::move(*attached).put(request);
    const bool is_known = parts.runs.find(request.run_id) != nullptr;
    obey_queue_mode(request, call.params["queueMode"].text(parts.facts.queue_mode), is_known,
                    parts);
    if (!is_known && call.params["expectedLeafEntryId"])
        return begin_at_leaf(call, std::move(request), parts);
    begin_chat_run(call.reply, std::move(request), parts);
}

// The events about the end come before the answer (PROTOCOL.md 12.5): AgentRuns::abort tells its
// listeners at once.
void abort(Call& call, const RunParts& parts) {
    const auto session_key = session_named(call.params["sessionKey"].text(), parts.facts);
    if (!session_key) return call.reply.fail(session_key.error());
    std::optional<std::string> run_id;
    if (const auto text = call.params["runId"].text(); !text.empty()) run_id = text;
    const auto ids = parts.runs.abort(*session_key, run_id);
    json::Writer out;
    out.begin_object()
        .member("ok", true)
        .member("aborted", !ids.empty())
        .key("runIds")
        .begin_array();
    for (const auto& id : ids)
        out.value(id);
    call.reply.ok(out.end_array().end_object().text());
}

constexpr std::array<std::string_view, 4> queue_modes = {"steer", "followup", "collect",
                                                         "interrupt"};

constexpr std::array send_params = {
    required_text("sessionKey", 0, 512),
    required_text("message", 0),
    required_text("idempotencyKey", 1, 512),
    text("agentId"),
    text("sessionId"),
    anything("intent"),
    text("thinking"),
    anything("fastMode"),
    integer("fastAutoOnSeconds", 1),
    Field{.name = "queueMode", .kind = Kind::string, .one_of = queue_modes},
    flag("deliver"),
    text("originatingChannel"),
    text("originatingTo"),
    text("originatingAccountId"),
    text("originatingThreadId"),
    text("replyToId"),
    Field{.name = "attachments", .kind = Kind::array},
    anything("toolBindings"),
    integer("timeoutMs", 0),
    anything("systemInputProvenance"),
    text("systemProvenanceReceipt"),
    flag("suppressCommandInterpretation"),
    Field{.name = "expectedLeafEntryId", .kind = Kind::string, .nullable = true},
    text("expectedSessionRoutingContract"),
    anything("expectedPermissionMode"),
    anything("expectedToolOverrides"),
};

constexpr std::array abort_params = {required_text("sessionKey", 0, 512), text("agentId"),
                                     text("runId"), flag("preserveSideRuns")};

} // namespace

void begin_chat_run(const Reply& reply, flow::RunRequest request, const RunParts& parts) {
    const std::string session_key = request.session_key, run_id = request.run_id;
    const auto begun = parts.runs.begin(std::move(request));
    if (!begun) return reply.fail(begun.error());
    if (begun->status != flow::Begun::Status::started)
        return answer_known(reply, *begun, parts.runs);
    parts.run_events.narrate(run_id);
    reply.ok(run_status(run_id, "started"));
    parts.run_events.tell_session_changed(session_key, "send");
}

void add_chat(MethodTable& table, RunParts parts) {
    table.add({.name = "chat.send",
               .scope = policy::scope::write,
               .admission = Admission::work,
               .idempotency = Idempotency::by_run,
               .params = send_params,
               .handler = [parts](Call& call) { send(call, parts); }});
    table.add({.name = "chat.abort",
               .scope = policy::scope::write,
               .params = abort_params,
               .handler = [parts](Call& call) { abort(call, parts); }});
}

} // namespace openclaw::rpc
