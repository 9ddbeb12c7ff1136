#include "supervisor/rpc/run_json.h"

#include <algorithm>

namespace openclaw::rpc {

namespace {

// A JSON string's inside: escaped, without its quotes.
std::string escaped(std::string_view text) {
    std::string quoted = json::quoted(text);
    return quoted.substr(1, quoted.size() - 2);
}

std::string event_head(std::string_view name, std::string payload_so_far) {
    return R"({"type":"event","event":")" + std::string(name) + R"(","payload":)" +
           std::move(payload_so_far);
}

std::int64_t duration_of(const flow::Run& run) {
    return std::max<std::int64_t>(0, run.ended_at_ms - run.started_at_ms);
}

void write_agent_tail(json::Writer& out, const flow::Run& run, std::uint64_t sequence,
                      std::int64_t now_ms) {
    out.member("sessionKey", run.request.session_key).member("agentId", run.request.agent_id);
    if (!run.session_id.empty()) out.member("sessionId", run.session_id);
    out.member("seq", sequence).member("ts", now_ms).member("isHeartbeat", false).end_object();
}

} // namespace

json::Writer begin_chat(const flow::Run& run, std::uint64_t sequence, std::string_view state) {
    json::Writer out;
    out.begin_object()
        .member("runId", run.request.run_id)
        .member("sessionKey", run.request.session_key);
    out.member("agentId", run.request.agent_id).member("seq", sequence).member("state", state);
    return out;
}

std::string agent_payload(const flow::Run& run, std::uint64_t sequence, std::string_view stream,
                          std::string_view data_json, std::int64_t now_ms) {
    json::Writer out;
    out.begin_object()
        .member("runId", run.request.run_id)
        .member("stream", stream)
        .raw_member("data", data_json);
    write_agent_tail(out, run, sequence, now_ms);
    return out.take();
}

std::string assistant_message(std::string_view text, std::int64_t now_ms) {
    json::Writer out;
    out.begin_object().member("role", "assistant").key("content").begin_array();
    out.begin_object().member("type", "text").member("text", text).end_object().end_array();
    return out.member("timestamp", now_ms).end_object().take();
}

std::string usage_json(const flow::Run& run) {
    json::Writer out;
    out.begin_object().member("input", run.input_tokens).member("output", run.output_tokens);
    return out.member("totalTokens", run.input_tokens + run.output_tokens).end_object().take();
}

web::Event chat_delta(const flow::Run& run, std::uint64_t sequence, std::string_view appended,
                      bool replaces, std::int64_t now_ms) {
    json::Writer start = begin_chat(run, sequence, "delta");
    if (replaces) start.member("replace", true);
    start.key("deltaText");
    web::Event event;
    event.head = event_head("chat", start.take()) + '"';
    event.appended = escaped(appended);
    event.tail = R"(","message":)" + assistant_message(run.text, now_ms) + "}";
    if (!replaces) event.merge_key = "chat:" + run.request.run_id;
    return event;
}

web::Event agent_delta(const flow::Run& run, std::uint64_t sequence, std::string_view appended,
                       std::int64_t now_ms) {
    json::Writer start;
    start.begin_object()
        .member("runId", run.request.run_id)
        .member("stream", "assistant")
        .key("data")
        .begin_object();
    start.member("text", run.text).key("delta");
    json::Writer tail; // the rest of the object that `start` opened
    tail.begin_object();
    write_agent_tail(tail, run, sequence, now_ms);
    web::Event event;
    event.head = event_head("agent", start.take()) + '"';
    event.appended = escaped(appended);
    event.tail =
        R"(","itemId":)" + json::quoted(run.request.run_id + ":1") + "}," + tail.take().substr(1);
    event.merge_key = "agent:" + run.request.run_id;
    return event;
}

std::string status_payload(const flow::Run& run, std::string_view status) {
    json::Writer out;
    out.begin_object().member("runId", run.request.run_id).member("status", status);
    if (!run.error.empty()) out.member("summary", run.error);
    return out.end_object().take();
}

void write_terminal_reply(json::Writer& out, const flow::Run& run) {
    out.key("terminalReply")
        .begin_object()
        .member("disposition", run.text.empty() ? "silent" : "visible")
        .member("text", run.text)
        .end_object();
}

std::string agent_result(const flow::Run& run) {
    const bool is_aborted = run.status == flow::RunStatus::aborted;
    json::Writer out;
    out.begin_object()
        .member("runId", run.request.run_id)
        .member("status", is_aborted ? "aborted" : "ok");
    out.member("summary", is_aborted ? "aborted" : "completed")
        .key("result")
        .begin_object()
        .key("payloads")
        .begin_array();
    if (!run.text.empty())
        out.begin_object().member("text", run.text).key("mediaUrl").null().end_object();
    out.end_array()
        .key("meta")
        .begin_object()
        .member("durationMs", duration_of(run))
        .member("aborted", is_aborted);
    out.key("agentMeta")
        .begin_object()
        .member("sessionId", run.session_id)
        .member("provider", run.provider)
        .member("model", run.model);
    out.raw_member("usage", usage_json(run)).end_object();
    if (!run.stop_reason.empty()) out.member("stopReason", run.stop_reason);
    return out.end_object().end_object().end_object().take();
}

std::string wait_result(const flow::Run& run) {
    const bool is_ok = run.status == flow::RunStatus::completed;
    json::Writer out;
    out.begin_object().member("runId", run.request.run_id).member("status", is_ok ? "ok" : "error");
    if (run.started_at_ms > 0) out.member("startedAt", run.started_at_ms);
    out.member("endedAt", run.ended_at_ms);
    if (!run.stop_reason.empty()) out.member("stopReason", run.stop_reason);
    if (!is_ok) out.member("error", run.status == flow::RunStatus::aborted ? "aborted" : run.error);
    write_terminal_reply(out, run);
    return out.end_object().take();
}

} // namespace openclaw::rpc
