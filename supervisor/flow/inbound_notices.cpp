// Messages that get no run: what their sender is told instead, if anything.
#include "common/base/strings.h"
#include "common/json/write.h"
#include "common/log/log.h"
#include "supervisor/flow/inbound.h"
#include "supervisor/flow/wire_form.h"
#include "supervisor/policy/pairing.h"

#include <utility>

namespace openclaw::flow {

namespace {

std::string meta_of(const policy::Facts& facts) {
    return json::Writer()
        .begin_object()
        .member("username", facts.sender_handle)
        .member("name", facts.sender_name)
        .end_object()
        .take();
}

} // namespace

void Inbounds::offer_pairing(const Held& message, const policy::Facts& facts) {
    auto& pairings = rooms_.ledger.pairings;
    std::vector<policy::WaitingPairing> waiting;
    for (const auto& request : pairings.waiting(facts.channel, facts.account))
        waiting.push_back({.sender_id = request.sender_id,
                           .code = request.code,
                           .requested_at_ms = request.requested_at_ms});
    const auto step =
        policy::begin_pairing(facts.sender_id, waiting, rooms_.now_ms(), random_below);
    if (!step.code)
        return drop(message, step.silence,
                    "the sender is not approved, and nothing more is said to them");
    const auto now = rooms_.now_ms();
    auto write = pairings.request({.channel = facts.channel,
                                   .account = facts.account,
                                   .sender_id = facts.sender_id,
                                   .code = *step.code,
                                   .meta_json = meta_of(facts),
                                   .requested_at_ms = now,
                                   .expires_at_ms = now + policy::pairing_life.count()});
    if (!write) return drop(message, "pairing_refused", write.error().sentence);
    const auto* account = rooms_.decisions.config().find_channel(facts.channel, facts.account);
    log::info(
        "pairing.requested",
        {{"channel", facts.channel}, {"account", facts.account}, {"sender", facts.sender_id}});
    ledger::Writes unit;
    unit.push_back(std::move(*write));
    // Refused by the disk it is judged anew: the code was not kept, and others may have come.
    commit_notice(message, std::move(unit),
                  notice_for(*message, facts,
                             policy::pairing_message(facts, account->spec->label, *step.code)),
                  [this, message] { judge(message); });
}

ledger::OutboxRow Inbounds::notice_for(const Message& message, const policy::Facts& facts,
                                       std::string markdown) const {
    return {.action_id = message.run_id + ":notice",
            .to = {.channel = facts.channel,
                   .account = facts.account,
                   .chat = {.id = facts.chat_id,
                            .thread_id = facts.thread_id,
                            .kind = chat_kind(facts.chat_kind)}},
            .reply_to_message_id = {},
            .session_key = {},
            .run_id = message.run_id,
            .inbox_event_id = message.key.event_id,
            .trace = message.trace,
            .markdown = std::move(markdown),
            .notice = true};
}

void Inbounds::settle_with(const Held& message, const ledger::OutboxRow& notice) {
    commit_notice(message, {}, notice, [this, message, notice] { settle_with(message, notice); });
}

// The message is settled by a notice: both are recorded as one, or `again` is called in a second.
void Inbounds::commit_notice(const Held& message, ledger::Writes unit, ledger::OutboxRow notice,
                             Task again) {
    unit.push_back(rooms_.ledger.inbox.settle(message->key, ledger::InboxState::done,
                                              "answered by the gateway itself"));
    deliveries_.owe_with(std::move(notice), std::move(unit), std::move(again));
}

void Inbounds::drop(const Held& message, std::string_view word, std::string_view sentence) {
    rooms_.traces.add(message->trace, inbound_room, "dropped", std::string(sentence));
    log::debug("inbound.dropped",
               {{"worker", message->worker}, {"event", message->key.event_id}, {"reason", word}});
    if (message->inbound.awaits_answer())
        return settle_with(message,
                           notice_for(*message, facts_of(message->worker, message->inbound),
                                      std::string(policy::not_authorised_text)));
    rooms_.ledger.store->note(rooms_.ledger.inbox.settle(message->key, ledger::InboxState::dropped,
                                                         std::string(sentence)));
}

void Inbounds::park(const Held& message) {
    log::warn("inbound.parked", {{"worker", message->worker},
                                 {"event", message->key.event_id},
                                 {"resumes", message->charged_resumes}});
    const auto facts = facts_of(message->worker, message->inbound);
    auto notice =
        notice_for(*message, facts,
                   "⚠️ I was interrupted every time I tried to answer this, so I have "
                   "set it aside. Please ask in another way, or begin anew with /new.");
    notice.action_id = message->run_id + ":reply"; // its preview may stand in the chat
    park_with(message, notice);
}

void Inbounds::park_with(const Held& message, const ledger::OutboxRow& notice) {
    deliveries_.owe_with(notice,
                         ledger::writes(rooms_.ledger.inbox.settle(
                             message->key, ledger::InboxState::parked, "interrupted too often")),
                         [this, message, notice] { park_with(message, notice); });
}

} // namespace openclaw::flow
