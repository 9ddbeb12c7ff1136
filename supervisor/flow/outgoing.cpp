#include "supervisor/flow/outgoing.h"

#include "common/base/strings.h"
#include "common/config/channels/all.h"
#include "supervisor/flow/addressee.h"

#include <utility>

namespace openclaw::flow {

namespace {

constexpr Milliseconds outcome_within = std::chrono::seconds(30);
constexpr Milliseconds message_life = std::chrono::minutes(10);
// A key that comes again later than that is of a script that always gives the same one.
constexpr Milliseconds key_holds = std::chrono::hours(1);

OutgoingReceipt receipt_of(const ledger::OutboxRow& row) {
    return {.channel = row.to.channel,
            .account = row.to.account,
            .chat_id = row.to.chat.id,
            .message_id = row.receipts.empty() ? std::string() : row.receipts.back().message_id};
}

Result<OutgoingReceipt> outcome_of(const ledger::OutboxRow& row) {
    if (row.state == ledger::OutboxState::sent) return receipt_of(row);
    return fail(Code::unavailable,
                row.error.empty() ? "the outcome of the message is unknown" : row.error);
}

bool is_finished(ledger::OutboxState state) {
    return state != ledger::OutboxState::queued && state != ledger::OutboxState::sending;
}

Result<void> check_files(const config::ChannelAccount& account, const AttachedFiles& files) {
    const auto* row = config::find_channel_row(account.channel);
    if (row == nullptr || !row->abilities.media)
        return fail(Code::invalid, std::string(account.spec->label) +
                                       " cannot send files in this build: send text, or a link");
    if (files.size() > max_attached_files || bytes_of(files) > max_attached_bytes)
        return fail(Code::invalid, "a message may carry 10 files and 24 MiB at most");
    return {};
}

} // namespace

Result<ledger::OutboxRow> Outgoings::row_for(const OutgoingOrder& order) const {
    const auto& config = rooms_.decisions.config();
    const auto* account = find_account(config, order.channel, order.account);
    if (account == nullptr)
        return fail(Code::not_found,
                    order.channel.empty()
                        ? "No channel is configured: add one under channels in the config."
                        : "Channel \"" + order.channel + "\" has no such account in the config.");
    if (!account->should_run())
        return fail(Code::unavailable,
                    account->worker_id() + " is switched off" +
                        (account->problem.empty() ? "." : ": " + account->problem));
    ledger::Chat chat = chat_meant(account->channel, order.to, order.thread_id);
    if (chat.id.empty()) return fail(Code::invalid, "the message has no target: give a chat id");
    if (trim(order.text).empty() && !order.files)
        return fail(Code::invalid, "the message has no text");
    if (order.files) TRY_VOID(check_files(*account, *order.files));
    chat.kind = chat.id.starts_with('-') ? ledger::ChatKind::group : ledger::ChatKind::direct;
    return ledger::OutboxRow{
        .action_id = "send:" + (order.idempotency_key.empty() ? uuid_v4() : order.idempotency_key),
        .to = {.channel = account->channel,
               .account = account->account_id,
               .chat = std::move(chat)},
        .reply_to_message_id = order.reply_to_message_id,
        .session_key = {},
        .run_id = {},
        .inbox_event_id = {},
        .trace = random_hex(6),
        .markdown = order.text,
        .expires_at_ms = rooms_.now_ms() + message_life.count()};
}

void Outgoings::settle(const Shared& waiting, Result<OutgoingReceipt> outcome) {
    waiting->limit->stop();
    if (auto done = std::exchange(waiting->done, nullptr)) done(std::move(outcome));
}

void Outgoings::send(const OutgoingOrder& order, Done done) {
    auto waiting = std::make_shared<Waiting>(
        Waiting{.done = std::move(done), .limit = std::make_unique<Timer>(rooms_.loop)});
    auto row = row_for(order);
    if (!row)
        return rooms_.loop.defer(
            [waiting, error = row.error()] { settle(waiting, Failure(error)); });
    if (order.idempotency_key.empty()) return record(std::move(*row), order.files, waiting);
    const std::string action_id = row->action_id;
    rooms_.ledger.outbox.of_action(
        action_id, [this, alive = std::weak_ptr(alive_), row = std::move(*row), files = order.files,
                    waiting](Result<std::vector<ledger::OutboxRow>> found) mutable {
            if (alive.expired()) return;
            if (!found) return settle(waiting, Failure(found.error()));
            if (!found->empty() && is_finished(found->front().state)) {
                if (rooms_.now_ms() - found->front().created_at_ms < key_holds.count())
                    return settle(waiting, outcome_of(found->front()));
                row.action_id += ":" + row.trace; // that one stays on record
            }
            record(std::move(row), std::move(files), waiting);
        });
}

void Outgoings::record(ledger::OutboxRow row, ledger::SharedFiles files, const Shared& waiting) {
    const std::string action_id = row.action_id;
    waiting->limit->start(outcome_within, [waiting] {
        settle(waiting, fail(Code::timeout, "the message is recorded and not yet delivered; "
                                            "`openclaw channels status` tells why"));
    });
    ledger::Writes unit;
    const bool is_on_its_way = deliveries_.is_known(action_id);
    if (!is_on_its_way) unit = ledger::writes(deliveries_.owe(std::move(row), std::move(files)));
    deliveries_.on_settled(action_id, [waiting](const ledger::OutboxRow& settled) {
        settle(waiting, outcome_of(settled));
    });
    if (is_on_its_way) return; // asked again: both are told
    rooms_.ledger.store->commit(std::move(unit), [this, action_id, waiting](Result<void> kept) {
        if (kept) return deliveries_.release(action_id);
        deliveries_.forget(action_id);
        settle(waiting, Failure(kept.error()));
    });
}

} // namespace openclaw::flow
