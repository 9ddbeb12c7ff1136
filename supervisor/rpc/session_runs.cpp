#include "supervisor/rpc/session_runs.h"

#include "common/base/strings.h"
#include "common/json/write.h"
#include "supervisor/policy/session_key.h"
#include "supervisor/rpc/attachments.h"
#include "supervisor/rpc/chat.h"

#include <array>
#include <optional>

namespace openclaw::rpc {

namespace {

// sessions.send: chat.send by the session's key, with a key of its own when none is given.
void send(Call& call, const RunParts& parts) {
    auto session_key = session_named(call.params["key"].text(), parts.facts);
    if (!session_key) return call.reply.fail(session_key.error());
    auto attached = read_attachments(call.params["attachments"]);
    if (!attached) return call.reply.fail(attached.error());
    if (trim(call.params["message"].text()).empty() && attached->is_empty())
        return call.reply.fail(invalid_request("message must not be empty"));
    flow::RunRequest request;
    request.run_id = call.params["idempotencyKey"].text();
    if (request.run_id.empty()) request.run_id = uuid_v4();
    request.session_key = std::move(*session_key);
    request.agent_id = policy::agent_of(request.session_key);
    request.message = call.params["message"].text();
    std::move(*attached).put(request);
    request.trace = uuid_v4();
    if (const auto limit = call.params["timeoutMs"].integer(); limit > 0)
        request.timeout = Milliseconds(limit);
    begin_chat_run(call.reply, std::move(request), parts);
}

void abort(Call& call, const RunParts& parts) {
    const std::string run_id(call.params["runId"].text());
    std::string written(call.params["key"].text());
    if (written.empty())
        if (const flow::Run* run = parts.runs.find(run_id)) written = run->request.session_key;
    if (written.empty())
        return call.reply.fail(invalid_request("sessions.abort needs a key or a known runId"));
    const auto key = session_named(written, parts.facts);
    if (!key) return call.reply.fail(key.error());
    const auto ids = parts.runs.abort(*key, run_id.empty() ? std::nullopt : std::optional(run_id));
    json::Writer out;
    out.begin_object().member("ok", true).key("abortedRunId");
    if (ids.empty())
        out.null();
    else
        out.value(ids.back()); // the one that ran: those who waited go first
    call.reply.ok(
        out.member("status", ids.empty() ? "no-active-run" : "aborted").end_object().text());
}

// chat.inject

ledger::TranscriptRow injected_row(json::View params, std::int64_t now_ms) {
    const auto label = params["label"].text();
    ledger::TranscriptRow row;
    row.id = uuid_v4();
    row.role = "assistant";
    if (!label.empty()) row.text = "[" + std::string(label) + "]\n\n";
    row.text += params["message"].text();
    row.at_ms = now_ms;
    row.provider = "openclaw";
    row.model = "gateway-injected";
    row.stop_reason = "stop";
    return row;
}

void inject(Call& call, const RunParts& parts) {
    const auto key = session_named(call.params["sessionKey"].text(), parts.facts);
    if (!key) return call.reply.fail(key.error());
    const auto* session = parts.conversations.find(*key);
    if (session == nullptr) return call.reply.fail(invalid_request("session not found: " + *key));
    auto row = injected_row(call.params, parts.loop.clock().unix_ms());
    auto told = row;
    parts.conversations.append(
        session->session_id, std::move(row),
        [reply = call.reply, key = *key, told, parts](Result<std::int64_t> sequence) mutable {
            if (!sequence) return reply.fail(sequence.error());
            told.sequence = *sequence;
            parts.run_events.tell_injected(key, told);
            json::Writer out;
            out.begin_object().member("ok", true).member("messageId", told.id);
            reply.ok(out.end_object().text());
            parts.run_events.on_transcript_row(key, told);
        });
}

constexpr std::array send_params = {required_text("key"),
                                    text("agentId"),
                                    required_text("message", 0),
                                    text("thinking"),
                                    Field{.name = "attachments", .kind = Kind::array},
                                    integer("timeoutMs", 0),
                                    text("idempotencyKey", 1, 512)};
constexpr std::array abort_params = {text("key"), text("runId"), text("agentId"),
                                     flag("clearQueued")};
constexpr std::array inject_params = {required_text("sessionKey", 0, 512), text("agentId"),
                                      required_text("message"), text("label", 0, 100)};

} // namespace

void add_session_runs(MethodTable& table, RunParts parts) {
    table.add({.name = "sessions.send",
               .scope = policy::scope::write,
               .admission = Admission::work,
               .idempotency = Idempotency::by_run,
               .params = send_params,
               .handler = [parts](Call& call) { send(call, parts); }});
    table.add({.name = "sessions.abort",
               .scope = policy::scope::write,
               .params = abort_params,
               .handler = [parts](Call& call) { abort(call, parts); }});
    table.add({.name = "chat.inject",
               .scope = policy::scope::admin,
               .params = inject_params,
               .handler = [parts](Call& call) { inject(call, parts); }});
}

} // namespace openclaw::rpc
