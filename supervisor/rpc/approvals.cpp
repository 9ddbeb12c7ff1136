#include "supervisor/rpc/approvals.h"

#include "common/base/strings.h"
#include "common/json/write.h"
#include "common/log/log.h"
#include "supervisor/policy/session_key.h"
#include "supervisor/rpc/approval_params.h"

#include <algorithm>
#include <array>

namespace openclaw::rpc {

namespace {

constexpr std::size_t max_kept = 500;    // waiting and decided ones, in memory
constexpr std::size_t max_history = 200; // of those that ended, over a restart
constexpr std::size_t max_waiters = 64;  // of one request
constexpr std::int64_t default_timeout_ms = 120'000;
constexpr std::string_view book = "(exec-history)";

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

// An agent that is not named is the session's, or the one there always is.
ExecQuestion question_of(const ApprovalRecord& record) {
    std::string agent =
        record.agent_id.empty() ? policy::agent_of(record.session_key) : record.agent_id;
    if (agent.empty()) agent = "main";
    return {.agent_id = std::move(agent),
            .session_key = record.session_key,
            .command = record.command,
            .cwd = record.cwd,
            .host = record.host,
            .program_path = record.program_path};
}

std::string accepted_json(const ApprovalRecord& record) {
    json::Writer out;
    out.begin_object().member("status", "accepted").member("id", record.id);
    out.member("deliveryRoute", "approval-client").member("createdAtMs", record.created_at_ms);
    return out.member("expiresAtMs", record.expires_at_ms).end_object().take();
}

} // namespace

Approvals::Approvals(Loop& loop, Events& events, Notes& notes)
    : loop_(loop)
    , events_(events)
    , notes_(notes)
    , rules_(notes, loop.clock()) {
    std::vector<ApprovalRecord> ended;
    for (const auto& [id, note] : notes_.load(book))
        if (auto record = approval_from_note(id, note)) ended.push_back(std::move(*record));
    std::ranges::sort(ended, {}, &ApprovalRecord::resolved_at_ms);
    for (auto& record : ended) {
        history_.push_back(record.id);
        order_.push_back(record.id);
        const std::string id = record.id;
        requests_[id].record = std::move(record);
    }
}

Approvals::Request* Approvals::find(std::string_view id) {
    const auto found = requests_.find(id);
    return found == requests_.end() ? nullptr : &found->second;
}

const Approvals::Request* Approvals::find(std::string_view id) const {
    const auto found = requests_.find(id);
    return found == requests_.end() ? nullptr : &found->second;
}

void Approvals::request(Call& call) {
    ApprovalRecord record = approval_from_request(call.params);
    if (record.command.empty())
        return call.reply.fail(invalid_request("exec.approval.request needs a command"));
    if (record.host == "node" && !call.params["systemRunPlan"].is_object())
        return call.reply.fail(invalid_request("host \"node\" needs a systemRunPlan"));
    if (record.id.empty()) record.id = uuid_v4();
    if (find(record.id) != nullptr)
        return call.reply.fail(invalid_request("the approval id is taken: " + record.id));
    forget_old();
    const Milliseconds timeout(call.params["timeoutMs"].integer(default_timeout_ms));
    record.created_at_ms = loop_.clock().unix_ms();
    record.expires_at_ms = record.created_at_ms + timeout.count();
    order_.push_back(record.id);
    Request& request = requests_[record.id];
    request.record = std::move(record);
    if (answer_by_rule(request))
        return call.reply.ok(approval_outcome(request.record, OutcomeFor::asker));
    if (!events_.has_other_viewer("exec.approval.requested", call.peer)) {
        const bool is_open =
            rules_.fallback(question_of(request.record)) == ExecRules::Verdict::allow;
        settle(request, is_open ? ApprovalState::decided : ApprovalState::no_route,
               is_open ? approval_decisions[0] : "");
        return call.reply.ok(approval_outcome(request.record, OutcomeFor::asker));
    }
    if (call.params["twoPhase"].boolean()) call.reply.ok(accepted_json(request.record));
    request.asker = [reply = call.reply](const ApprovalRecord& decided) {
        reply.ok(approval_outcome(decided, OutcomeFor::asker));
    };
    ask(request, timeout);
}

// What was decided for good is decided.
bool Approvals::answer_by_rule(Request& request) {
    switch (rules_.judge(question_of(request.record))) {
    case ExecRules::Verdict::ask:
        return false;
    case ExecRules::Verdict::allow:
        settle(request, ApprovalState::decided, approval_decisions[1]);
        return true;
    case ExecRules::Verdict::deny:
        settle(request, ApprovalState::decided, approval_decisions[2]);
        return true;
    }
    return false;
}

void Approvals::ask(Request& request, Milliseconds timeout) {
    request.expiry = std::make_unique<Timer>(loop_);
    request.expiry->start(timeout, [this, id = request.record.id] {
        if (Request* late = find(id)) settle(*late, ApprovalState::expired, {});
    });
    json::Writer event;
    write_pending_approval(event, request.record);
    events_.send({.name = "exec.approval.requested", .payload = event.take()});
}

void Approvals::wait(Call& call) {
    Request* request = find(call.params["id"].text());
    if (request == nullptr) return call.reply.fail(not_found());
    if (request->record.is_over())
        return call.reply.ok(approval_outcome(request->record, OutcomeFor::waiter));
    if (request->waiters.size() >= max_waiters)
        return call.reply.fail(unavailable("64 callers wait for this decision already"));
    request->waiters.push_back([reply = call.reply](const ApprovalRecord& decided) {
        reply.ok(approval_outcome(decided, OutcomeFor::waiter));
    });
}

void Approvals::resolve(Call& call) {
    Request* request = find(call.params["id"].text());
    if (request == nullptr || request->record.state == ApprovalState::expired)
        return call.reply.fail(not_found());
    if (request->record.is_over())
        return call.reply.fail(
            with_reason("approval already resolved", "APPROVAL_ALREADY_RESOLVED", {}));
    decide(*request, call);
    call.reply.ok(R"({"ok":true})");
}

ApprovalResolver Approvals::resolver_of(const Peer& peer) {
    if (!peer.device_id.empty()) return {.name = peer.device_id, .is_device = true};
    if (!peer.client.display_name.empty()) return {.name = peer.client.display_name};
    return {.name = peer.client.id.empty() ? std::string(peer.principal()) : peer.client.id};
}

void Approvals::decide(Request& request, const Call& call) {
    const auto decision = call.params["decision"].text();
    if (decision == approval_decisions[1])
        rules_.remember(question_of(request.record), request.record.id,
                        call.params["grantExpiresInDays"].integer());
    settle(request, ApprovalState::decided, decision, resolver_of(call.peer));
}

// Nobody hears of what was never asked.
void Approvals::settle(Request& request, ApprovalState state, std::string_view decision,
                       ApprovalResolver by) {
    const bool was_asked = request.expiry != nullptr;
    request.record.state = state;
    request.record.decision = decision;
    request.record.resolver = std::move(by.name);
    request.record.by_device = by.is_device;
    request.record.resolved_at_ms = loop_.clock().unix_ms();
    remember(request);
    if (was_asked)
        events_.send(
            {.name = "exec.approval.resolved", .payload = approval_resolved(request.record)});
    for (const auto& waiter : std::exchange(request.waiters, {}))
        waiter(request.record);
    if (const auto asker = std::exchange(request.asker, nullptr)) asker(request.record);
    loop_.defer([this, id = request.record.id] { // not from inside its own timer
        if (Request* ended = find(id)) ended->expiry.reset();
    });
}

void Approvals::remember(const Request& request) {
    const auto warn = [](Result<void> kept) {
        if (!kept) log::warn("exec.history_not_kept", {{"why", kept.error().sentence}});
    };
    history_.push_back(request.record.id);
    notes_.keep(std::string(book), request.record.id, to_note(request.record), warn);
    while (history_.size() > max_history) {
        notes_.keep(std::string(book), history_.front(), {}, warn);
        history_.pop_front();
    }
}

void Approvals::get(Call& call) const {
    const Request* request = find(call.params["id"].text());
    if (request == nullptr || request->record.is_over()) return call.reply.fail(not_found());
    call.reply.ok(approval_prompt(request->record));
}

void Approvals::list(Call& call) const {
    json::Writer out;
    out.begin_array();
    for (const auto& [id, request] : requests_)
        if (!request.record.is_over()) write_pending_approval(out, request.record);
    call.reply.ok(out.end_array().text());
}

void Approvals::write_waiting(json::Writer& out, std::string_view session_key) const {
    out.begin_array();
    for (const auto& [id, request] : requests_)
        if (!request.record.is_over() && request.record.session_key == session_key)
            write_approval(out, request.record);
    out.end_array();
}

void Approvals::get_any(Call& call) const {
    const Request* request = find(call.params["id"].text());
    if (request == nullptr) return call.reply.fail(not_found());
    json::Writer out;
    out.begin_object().key("approval");
    write_approval(out, request->record);
    call.reply.ok(out.end_object().text());
}

// A second answer is no error here: it is told what was decided before.
void Approvals::resolve_any(Call& call) {
    Request* request = find(call.params["id"].text());
    if (request == nullptr || call.params["kind"].text() != exec_kind)
        return call.reply.fail(not_found());
    const bool applies = !request->record.is_over();
    if (applies) decide(*request, call);
    json::Writer out;
    out.begin_object().member("applied", applies).key("approval");
    write_approval(out, request->record);
    call.reply.ok(out.end_object().text());
}

// Newest first; the cursor is the id of the last one that was shown.
void Approvals::history(Call& call) const {
    const auto limit = static_cast<std::size_t>(call.params["limit"].integer(50));
    const auto cursor = call.params["cursor"].text();
    const bool wants_others = call.params["kind"].text(exec_kind) != exec_kind;
    auto from = history_.rbegin();
    if (!cursor.empty()) from = std::find(history_.rbegin(), history_.rend(), cursor);
    if (!cursor.empty() && from != history_.rend()) ++from;
    json::Writer out;
    out.begin_object().key("items").begin_array();
    std::string last;
    std::size_t shown = 0;
    for (; from != history_.rend() && shown < limit && !wants_others; ++from) {
        const Request* request = find(*from);
        if (request == nullptr) continue;
        write_approval(out, request->record);
        last = *from;
        ++shown;
    }
    out.end_array();
    if (!wants_others && from != history_.rend()) out.member("nextCursor", last);
    call.reply.ok(out.end_object().text());
}

// The oldest go, those that wait with a refusal.
void Approvals::forget_old() {
    while (order_.size() >= max_kept) {
        if (Request* oldest = find(order_.front()); oldest != nullptr && !oldest->record.is_over())
            settle(*oldest, ApprovalState::expired, {});
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
    add("exec.approval.request", approval::request_params,
        [&](Call& call) { approvals.request(call); });
    add("exec.approval.waitDecision", approval::id_params,
        [&](Call& call) { approvals.wait(call); });
    add("exec.approval.resolve", approval::resolve_params,
        [&](Call& call) { approvals.resolve(call); });
    add("exec.approval.get", approval::id_params, [&](Call& call) { approvals.get(call); });
    add("approval.get", approval::id_params, [&](Call& call) { approvals.get_any(call); });
    add("approval.resolve", approval::resolve_any_params,
        [&](Call& call) { approvals.resolve_any(call); });
    add("approval.history", approval::history_params, [&](Call& call) { approvals.history(call); });
}

} // namespace openclaw::rpc
