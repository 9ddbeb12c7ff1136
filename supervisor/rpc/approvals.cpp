#include "supervisor/rpc/approvals.h"

#include "common/base/strings.h"
#include "common/json/write.h"

#include <algorithm>
#include <array>

namespace openclaw::rpc {

namespace {

constexpr std::size_t max_kept = 500;   // waiting and decided ones
constexpr std::size_t max_waiters = 64; // of one request
constexpr std::int64_t default_timeout_ms = 120'000, max_timeout_ms = 600'000;
constexpr std::array<std::string_view, 3> decisions = {"allow-once", "allow-always", "deny"};

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

// What reviewers see of a request.
std::string request_json(json::View params, const std::string& command) {
    json::Writer out;
    out.begin_object().member("command", command);
    for (const auto* name : {"cwd", "host", "nodeId", "agentId", "sessionKey", "warningText"})
        if (const auto value = params[name]; value.is_string()) out.member(name, value.text());
    out.key("allowedDecisions").begin_array();
    for (const auto decision : decisions)
        out.value(decision);
    return out.end_array().end_object().take();
}

WireError with_reason(std::string message, std::string_view reason, std::string_view remedy) {
    json::Writer details;
    details.begin_object().member("reason", reason);
    if (!remedy.empty()) details.member("remediation", remedy);
    return invalid_request(std::move(message), details.end_object().take());
}

WireError not_found() {
    return with_reason(
        "unknown or expired approval id", "APPROVAL_NOT_FOUND",
        "Re-request the action; pending approvals are cleared after expiry or restart.");
}

template <class Request>
std::string outcome_json(const Request& request, std::string_view reason) {
    json::Writer out;
    out.begin_object().member("id", request.id).key("decision");
    if (request.decision.empty() || request.decision == "expired")
        out.null();
    else
        out.value(request.decision);
    out.member("createdAtMs", request.created_at_ms).member("expiresAtMs", request.expires_at_ms);
    if (!reason.empty()) out.member("terminalReason", reason);
    return out.end_object().take();
}

template <class Request>
void write_pending(json::Writer& out, const Request& request) {
    out.begin_object().member("approvalKind", "exec").member("id", request.id);
    out.raw_member("request", request.request_json).member("createdAtMs", request.created_at_ms);
    out.member("expiresAtMs", request.expires_at_ms).end_object();
}

constexpr std::array<std::string_view, 9> more_request_fields = {
    "turnSourceChannel",   "turnSourceTo", "turnSourceAccountId", "resolvedPath",
    "sessionId",           "runId",        "toolCallId",          "approvalReviewerDeviceIds",
    "requireDeliveryRoute"};

constexpr Field nullable(std::string_view name) {
    return {.name = name, .kind = Kind::string, .nullable = true};
}

constexpr std::array request_params = {text("id", 1, 128),
                                       text("command", 1),
                                       Field{.name = "commandArgv", .kind = Kind::string_list},
                                       Field{.name = "systemRunPlan", .kind = Kind::object},
                                       Field{.name = "env", .kind = Kind::object},
                                       nullable("cwd"),
                                       nullable("nodeId"),
                                       nullable("host"),
                                       nullable("security"),
                                       nullable("ask"),
                                       nullable("warningText"),
                                       anything("scope"),
                                       anything("unavailableDecisions"),
                                       anything("commandSpans"),
                                       nullable("agentId"),
                                       nullable("sessionKey"),
                                       integer("timeoutMs", 1, max_timeout_ms),
                                       flag("twoPhase"),
                                       anything("turnSourceThreadId"),
                                       anything(more_request_fields[0]),
                                       anything(more_request_fields[1]),
                                       anything(more_request_fields[2]),
                                       anything(more_request_fields[3]),
                                       anything(more_request_fields[4]),
                                       anything(more_request_fields[5]),
                                       anything(more_request_fields[6]),
                                       anything(more_request_fields[7]),
                                       anything(more_request_fields[8])};
constexpr std::array id_params = {required_text("id")};
constexpr std::array resolve_params = {
    required_text("id"),
    Field{.name = "decision", .kind = Kind::string, .required = true, .one_of = decisions},
    anything("reviewer"), integer("grantExpiresInDays", 1, 3650)};

} // namespace

Approvals::Request* Approvals::find(std::string_view id) {
    const auto found = requests_.find(id);
    return found == requests_.end() ? nullptr : &found->second;
}

void Approvals::request(Call& call) {
    const std::string command = command_in(call.params);
    if (command.empty())
        return call.reply.fail(invalid_request("exec.approval.request needs a command"));
    const std::string host(call.params["host"].text("gateway"));
    if (host == "node" && !call.params["systemRunPlan"].is_object())
        return call.reply.fail(invalid_request("host \"node\" needs a systemRunPlan"));
    std::string id(call.params["id"].text());
    if (id.empty()) id = uuid_v4();
    if (find(id) != nullptr)
        return call.reply.fail(invalid_request("the approval id is taken: " + id));
    forget_old();
    const auto now_ms = loop_.clock().unix_ms();
    const auto timeout = call.params["timeoutMs"].integer(default_timeout_ms);
    Request& request = requests_[id];
    order_.push_back(id);
    request.id = id;
    request.command = command;
    request.host = host;
    request.agent_id = call.params["agentId"].text();
    request.request_json = request_json(call.params, command);
    request.created_at_ms = now_ms;
    request.expires_at_ms = now_ms + timeout;
    if (!events_.has_other_viewer("exec.approval.requested", call.peer)) {
        request.decision = "expired"; // nobody is there to decide
        request.resolved_at_ms = now_ms;
        return call.reply.ok(outcome_json(request, {}));
    }
    request.expiry = std::make_unique<Timer>(loop_);
    request.expiry->start(Milliseconds(timeout), [this, id] {
        if (Request* late = find(id)) settle(*late, "expired", "timeout");
    });
    json::Writer event;
    write_pending(event, request);
    if (!call.params["twoPhase"].boolean()) {
        request.waiters.push_back([reply = call.reply](const Request& decided) {
            reply.ok(outcome_json(decided, decided.decision == "expired" ? "timeout" : "user"));
        });
    } else {
        json::Writer out;
        out.begin_object().member("status", "accepted").member("id", id);
        out.member("deliveryRoute", "approval-client").member("createdAtMs", now_ms);
        call.reply.ok(out.member("expiresAtMs", request.expires_at_ms).end_object().text());
    }
    events_.send({.name = "exec.approval.requested", .payload = event.take()});
}

void Approvals::wait(Call& call) {
    Request* request = find(call.params["id"].text());
    if (request == nullptr) return call.reply.fail(not_found());
    const auto answer = [reply = call.reply](const Request& decided) {
        reply.ok(outcome_json(decided, decided.decision == "expired" ? "timeout" : "user"));
    };
    if (!request->decision.empty()) return answer(*request);
    if (request->waiters.size() >= max_waiters)
        return call.reply.fail(unavailable("64 callers wait for this decision already"));
    request->waiters.push_back(answer);
}

void Approvals::resolve(Call& call) {
    Request* request = find(call.params["id"].text());
    if (request == nullptr || request->decision == "expired") return call.reply.fail(not_found());
    if (!request->decision.empty())
        return call.reply.fail(
            with_reason("approval already resolved", "APPROVAL_ALREADY_RESOLVED", {}));
    settle(*request, std::string(call.params["decision"].text()), call.peer.principal());
    call.reply.ok(R"({"ok":true})");
}

void Approvals::settle(Request& request, std::string decision, std::string_view by) {
    request.decision = std::move(decision);
    request.resolved_at_ms = loop_.clock().unix_ms();
    json::Writer event;
    event.begin_object().member("id", request.id).key("decision");
    if (request.decision == "expired")
        event.null();
    else
        event.value(request.decision);
    event.member("resolvedBy", by).member("ts", request.resolved_at_ms);
    event.raw_member("request", request.request_json).end_object();
    events_.send({.name = "exec.approval.resolved", .payload = event.take()});
    std::vector<std::function<void(const Request&)>> waiters;
    waiters.swap(request.waiters);
    for (const auto& waiter : waiters)
        waiter(request);
    loop_.defer([this, id = request.id] { // not from inside its own timer
        if (Request* ended = find(id)) ended->expiry.reset();
    });
}

void Approvals::get(Call& call) const {
    const auto found = requests_.find(call.params["id"].text());
    if (found == requests_.end() || !found->second.decision.empty())
        return call.reply.fail(not_found());
    const Request& request = found->second;
    json::Writer out;
    out.begin_object().member("id", request.id).member("commandText", request.command);
    out.key("commandPreview").null().key("allowedDecisions").begin_array();
    for (const auto decision : decisions)
        out.value(decision);
    out.end_array().member("host", request.host).key("nodeId").null().key("agentId");
    if (request.agent_id.empty())
        out.null();
    else
        out.value(request.agent_id);
    call.reply.ok(out.member("expiresAtMs", request.expires_at_ms).end_object().text());
}

void Approvals::list(Call& call) const {
    json::Writer out;
    out.begin_array();
    for (const auto& [id, request] : requests_)
        if (request.decision.empty()) write_pending(out, request);
    call.reply.ok(out.end_array().text());
}

// The oldest go, those that wait with a refusal.
void Approvals::forget_old() {
    while (order_.size() >= max_kept) {
        if (Request* oldest = find(order_.front()); oldest != nullptr && oldest->decision.empty())
            settle(*oldest, "expired", "too many");
        requests_.erase(order_.front());
        order_.pop_front();
    }
}

void add_approvals(MethodTable& table, Approvals& approvals) {
    const auto add = [&](std::string_view name, std::span<const Field> params, Handler handler) {
        table.add({.name = name,
                   .scope = policy::scope::approvals,
                   .params = params,
                   .unknown = params.empty() ? Unknown::ignored : Unknown::refused,
                   .handler = std::move(handler)});
    };
    add("exec.approval.list", {}, [&](Call& call) { approvals.list(call); });
    add("exec.approval.request", request_params, [&](Call& call) { approvals.request(call); });
    add("exec.approval.waitDecision", id_params, [&](Call& call) { approvals.wait(call); });
    add("exec.approval.resolve", resolve_params, [&](Call& call) { approvals.resolve(call); });
    add("exec.approval.get", id_params, [&](Call& call) { approvals.get(call); });
}

} // namespace openclaw::rpc
