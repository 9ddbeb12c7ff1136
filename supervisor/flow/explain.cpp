#include "supervisor/flow/explain.h"

#include "common/json/write.h"

#include <algorithm>
#include <memory>
#include <set>

namespace openclaw::flow {

namespace {

struct Findings {
    std::string id;
    std::vector<ledger::InboxRow> inbox;
    std::vector<ledger::OutboxRow> outbox;
};

void put_inbox(json::Writer& out, const ledger::InboxRow& row) {
    out.begin_object()
        .member("channel", row.key.channel)
        .member("account", row.key.account)
        .member("eventId", row.key.event_id);
    out.member("chatId", row.chat_id)
        .member("messageId", row.message_id)
        .member("state", ledger::name(row.state))
        .member("reason", row.reason);
    out.member("sessionKey", row.session_key)
        .member("runId", row.run_id)
        .member("trace", row.trace)
        .member("resumes", row.attempts);
    out.member("receivedAtMs", row.received_at_ms)
        .member("updatedAtMs", row.updated_at_ms)
        .end_object();
}

void put_outbox(json::Writer& out, const ledger::OutboxRow& row) {
    out.begin_object()
        .member("actionId", row.action_id)
        .member("channel", row.to.channel)
        .member("account", row.to.account)
        .member("chatId", row.to.chat.id);
    out.member("threadId", row.to.chat.thread_id)
        .member("state", ledger::name(row.state))
        .member("attempts", row.attempts)
        .member("parts", row.parts);
    out.member("maybeDuplicate", row.maybe_duplicate)
        .member("repeats", row.repeats)
        .member("previewMessageId", row.stream_message_id)
        .key("messageIds")
        .begin_array();
    for (const auto& receipt : row.receipts)
        out.value(receipt.message_id);
    out.end_array()
        .member("errorCode", row.error_code)
        .member("error", row.error)
        .member("notice", row.notice);
    out.member("runId", row.run_id)
        .member("trace", row.trace)
        .member("createdAtMs", row.created_at_ms)
        .member("updatedAtMs", row.updated_at_ms)
        .end_object();
}

std::string inbox_sentence(const ledger::InboxRow& row) {
    switch (row.state) {
    case ledger::InboxState::received:
        return "Recorded; its turn has not begun.";
    case ledger::InboxState::running:
        return "Being answered.";
    case ledger::InboxState::done:
        return row.reason.empty() ? "Answered." : "Settled: " + row.reason + ".";
    case ledger::InboxState::dropped:
        return "Not answered: " + row.reason;
    case ledger::InboxState::parked:
        return "Set aside: " + row.reason + ".";
    }
    return {};
}

std::string outbox_sentence(const ledger::OutboxRow& row) {
    std::string text;
    switch (row.state) {
    case ledger::OutboxState::queued:
        text =
            "The answer waits to be sent" + (row.error.empty() ? "" : " (" + row.error + ")") + ".";
        break;
    case ledger::OutboxState::sending:
        text = "The answer is being sent.";
        break;
    case ledger::OutboxState::sent:
        text =
            "The answer was delivered in " + std::to_string(std::max(row.parts, 1u)) + " part(s).";
        break;
    case ledger::OutboxState::failed:
        text = "The answer could not be delivered: " + row.error;
        break;
    case ledger::OutboxState::unknown:
        text = "Whether the answer arrived is unknown: " + row.error;
        break;
    }
    if (row.maybe_duplicate)
        text += " What became of a sending is not known, so it was sent again: it may stand in the "
                "chat twice.";
    return text;
}

std::string summary_of(const Findings& findings) {
    if (findings.inbox.empty() && findings.outbox.empty())
        return "Nothing is known of \"" + findings.id +
               "\": it never arrived, or it is older than 30 days.";
    std::string text;
    if (!findings.inbox.empty()) text = inbox_sentence(findings.inbox.front());
    if (!findings.outbox.empty())
        text += (text.empty() ? "" : " ") + outbox_sentence(findings.outbox.front());
    return text;
}

std::string render(const Findings& findings, const TraceLog& traces) {
    std::set<std::string> ids{findings.id};
    for (const auto& row : findings.inbox)
        ids.insert(row.trace);
    for (const auto& row : findings.outbox)
        ids.insert(row.trace);
    std::vector<TraceStep> steps;
    for (const auto& id : ids)
        std::ranges::copy(traces.steps(id), std::back_inserter(steps));
    std::ranges::stable_sort(steps, {}, &TraceStep::at_ms);
    json::Writer out;
    out.begin_object()
        .member("id", findings.id)
        .member("found", !findings.inbox.empty() || !findings.outbox.empty())
        .member("summary", summary_of(findings));
    out.key("inbox").begin_array();
    for (const auto& row : findings.inbox)
        put_inbox(out, row);
    out.end_array().key("outbox").begin_array();
    for (const auto& row : findings.outbox)
        put_outbox(out, row);
    out.end_array().key("steps").begin_array();
    for (const auto& step : steps)
        out.begin_object()
            .member("at_ms", step.at_ms)
            .member("room", step.room)
            .member("event", step.event)
            .member("detail", step.detail)
            .end_object();
    return out.end_array().end_object().take();
}

} // namespace

void explain(Rooms& rooms, const std::string& id, Explained done) {
    auto findings = std::make_shared<Findings>();
    findings->id = id;
    rooms.ledger.inbox.find(id, [&rooms, findings, done = std::move(done)](
                                    Result<std::vector<ledger::InboxRow>> inbox) mutable {
        if (!inbox) return done(Failure(inbox.error()));
        findings->inbox = std::move(*inbox);
        // The answers of a message are found by its run; those of a bare send by the id itself.
        const std::string key =
            findings->inbox.empty() ? findings->id : findings->inbox.front().run_id;
        rooms.ledger.outbox.find(key, [&rooms, findings, done = std::move(done)](
                                          Result<std::vector<ledger::OutboxRow>> outbox) mutable {
            if (!outbox) return done(Failure(outbox.error()));
            findings->outbox = std::move(*outbox);
            if (findings->inbox.empty() && !findings->outbox.empty() &&
                !findings->outbox.front().inbox_event_id.empty())
                return rooms.ledger.inbox.find(
                    findings->outbox.front().run_id,
                    [&rooms, findings,
                     done = std::move(done)](Result<std::vector<ledger::InboxRow>> rows) mutable {
                        if (rows) findings->inbox = std::move(*rows);
                        done(render(*findings, rooms.traces));
                    });
            done(render(*findings, rooms.traces));
        });
    });
}

} // namespace openclaw::flow
