#include "supervisor/rpc/approval_record.h"

#include "supervisor/rpc/absent.h"

namespace openclaw::rpc {

namespace {

std::string command_in(json::View params) {
    if (const auto command = params["command"].text(); !command.empty())
        return std::string(command);
    if (const auto text = params["systemRunPlan"]["commandText"].text(); !text.empty())
        return std::string(text);
    std::string joined;
    params["commandArgv"].each_element([&](json::View word) {
        joined += (joined.empty() ? "" : " ") + std::string(word.text());
        return true;
    });
    return joined;
}

void write_decisions(json::Writer& out) {
    out.key("allowedDecisions").begin_array();
    for (const auto decision : approval_decisions)
        out.value(decision);
    out.end_array();
}

// Named by the asker and shown as they came.
constexpr std::array<std::string_view, 11> passed_on = {
    "systemRunPlan", "security",           "ask",
    "scope",         "resolvedPath",       "sessionId",
    "runId",         "toolCallId",         "turnSourceChannel",
    "turnSourceTo",  "turnSourceAccountId"};
// What the original also names, and nobody here can fill.
constexpr std::array<std::string_view, 3> never_known = {"systemRunBinding", "cronExecutionSource",
                                                         "cronOperationBinding"};

// What reviewers see of a request.
std::string request_json(const ApprovalRecord& record, json::View params) {
    json::Writer out;
    out.begin_object().member("command", record.command);
    write_or_null(out, "cwd", record.cwd);
    write_or_null(out, "host", record.host);
    write_or_null(out, "nodeId", record.node_id);
    write_or_null(out, "agentId", record.agent_id);
    write_or_null(out, "sessionKey", record.session_key);
    write_or_null(out, "warningText", record.warning);
    for (const auto name : passed_on)
        out.raw_member(name, params[name] ? params[name].dump() : "null");
    out.raw_member("turnSourceThreadId",
                   params["turnSourceThreadId"] ? params["turnSourceThreadId"].dump() : "null");
    for (const auto name : never_known)
        out.key(name).null();
    write_decisions(out);
    return out.end_object().take();
}

std::string_view terminal_reason(const ApprovalRecord& record) {
    switch (record.state) {
    case ApprovalState::expired:
        return "timeout";
    case ApprovalState::no_route:
        return "no-route";
    case ApprovalState::decided:
        return "user";
    case ApprovalState::pending:
        break;
    }
    return "";
}

std::string_view resolver_kind(const ApprovalRecord& record) {
    if (record.resolver.empty()) return "system";
    return record.by_device ? "device" : "runtime";
}

std::string resolver_id(const ApprovalRecord& record) {
    if (!record.resolver.empty()) return record.resolver;
    if (record.state == ApprovalState::no_route) return "no-approval-route";
    return record.state == ApprovalState::expired ? "timeout" : "exec-approvals";
}

void write_presentation(json::Writer& out, const ApprovalRecord& record) {
    out.key("presentation").begin_object().member("kind", "exec");
    out.member("commandText", record.command).key("commandPreview").null();
    write_or_null(out, "warningText", record.warning);
    write_or_null(out, "host", record.host);
    write_or_null(out, "nodeId", record.node_id);
    write_or_null(out, "agentId", record.agent_id);
    write_decisions(out);
    out.end_object();
}

void write_source(json::Writer& out, const ApprovalRecord& record) {
    if (record.agent_id.empty() && record.session_key.empty()) return;
    out.key("source").begin_object();
    if (!record.agent_id.empty()) out.member("agentId", record.agent_id);
    if (!record.session_key.empty()) out.member("sessionKey", record.session_key);
    out.end_object();
}

// The words of the published schema's four ends.
void write_end(json::Writer& out, const ApprovalRecord& record) {
    out.member("resolvedAtMs", record.resolved_at_ms);
    write_source(out, record);
    out.key("resolver").begin_object().member("kind", resolver_kind(record));
    out.member("id", resolver_id(record)).end_object();
    if (record.state == ApprovalState::expired) {
        out.member("status", "expired").member("reason", "timeout");
        return;
    }
    const bool is_denied =
        record.state == ApprovalState::no_route || record.decision == approval_decisions[2];
    out.member("status", is_denied ? "denied" : "allowed");
    out.member("decision", is_denied ? approval_decisions[2] : std::string_view(record.decision));
    out.member("reason", record.state == ApprovalState::no_route ? "no-route" : "user");
}

} // namespace

ApprovalRecord approval_from_request(json::View params) {
    const auto text = [&](std::string_view name) { return std::string(params[name].text()); };
    ApprovalRecord record{.id = text("id"),
                          .request_json = {},
                          .command = command_in(params),
                          .cwd = text("cwd"),
                          .host = text("host"),
                          .node_id = text("nodeId"),
                          .agent_id = text("agentId"),
                          .session_key = text("sessionKey"),
                          .warning = text("warningText"),
                          .program_path = text("resolvedPath")};
    if (record.host.empty()) record.host = "gateway";
    record.request_json = request_json(record, params);
    return record;
}

std::string approval_outcome(const ApprovalRecord& record, OutcomeFor whom) {
    json::Writer out;
    out.begin_object().member("id", record.id);
    write_or_null(out, "decision", record.decision);
    out.member("createdAtMs", record.created_at_ms).member("expiresAtMs", record.expires_at_ms);
    if (whom == OutcomeFor::waiter) out.member("terminalReason", terminal_reason(record));
    return out.end_object().take();
}

void write_pending_approval(json::Writer& out, const ApprovalRecord& record) {
    out.begin_object().member("approvalKind", "exec").member("id", record.id);
    out.raw_member("request", record.request_json).member("createdAtMs", record.created_at_ms);
    out.member("expiresAtMs", record.expires_at_ms).end_object();
}

std::string approval_resolved(const ApprovalRecord& record) {
    json::Writer out;
    out.begin_object().member("id", record.id);
    write_or_null(out, "decision", record.decision);
    out.member("resolvedBy", resolver_id(record));
    out.member("ts", record.resolved_at_ms).raw_member("request", record.request_json);
    return out.end_object().take();
}

std::string approval_prompt(const ApprovalRecord& record) {
    json::Writer out;
    out.begin_object().member("id", record.id).member("commandText", record.command);
    out.key("commandPreview").null();
    write_decisions(out);
    out.member("host", record.host);
    write_or_null(out, "nodeId", record.node_id);
    write_or_null(out, "agentId", record.agent_id);
    return out.member("expiresAtMs", record.expires_at_ms).end_object().take();
}

void write_approval(json::Writer& out, const ApprovalRecord& record) {
    out.begin_object().member("id", record.id).member("urlPath", "/approve/" + record.id);
    out.member("createdAtMs", record.created_at_ms).member("expiresAtMs", record.expires_at_ms);
    write_presentation(out, record);
    if (record.is_over()) {
        write_end(out, record);
    } else {
        out.member("status", "pending");
        if (!record.session_key.empty()) out.member("sourceSessionKey", record.session_key);
    }
    out.end_object();
}

std::string to_note(const ApprovalRecord& record) {
    json::Writer out;
    out.begin_object().member("command", record.command).member("cwd", record.cwd);
    out.member("host", record.host).member("nodeId", record.node_id);
    out.member("agentId", record.agent_id).member("sessionKey", record.session_key);
    out.member("warningText", record.warning).member("state", static_cast<int>(record.state));
    out.member("decision", record.decision).member("resolver", record.resolver);
    out.member("byDevice", record.by_device);
    out.member("createdAtMs", record.created_at_ms).member("expiresAtMs", record.expires_at_ms);
    return out.member("resolvedAtMs", record.resolved_at_ms).end_object().take();
}

std::optional<ApprovalRecord> approval_from_note(const std::string& id, std::string_view note) {
    const auto document = json::Document::parse(note);
    if (!document) return std::nullopt;
    const auto root = document->root();
    ApprovalRecord record = approval_from_request(root);
    record.id = id;
    record.state = static_cast<ApprovalState>(root["state"].integer());
    record.decision = root["decision"].text();
    record.resolver = root["resolver"].text();
    record.by_device = root["byDevice"].boolean();
    record.created_at_ms = root["createdAtMs"].integer();
    record.expires_at_ms = root["expiresAtMs"].integer();
    record.resolved_at_ms = root["resolvedAtMs"].integer();
    return record;
}

} // namespace openclaw::rpc
