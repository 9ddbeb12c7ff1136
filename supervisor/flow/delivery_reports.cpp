// What the workers say about the answers they were given.
#include "common/log/log.h"
#include "supervisor/flow/deliveries.h"
#include "supervisor/flow/delivery_frames.h"
#include "supervisor/flow/kill_point.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace openclaw::flow {

namespace {

constexpr Milliseconds no_pause{0};       // a new process took its time already
constexpr Milliseconds first_pause{2000}; // TELEGRAM.md 7.1: wait 2 s before the one repeat
constexpr std::uint32_t most_repeats = 1;
// Far above DeliveryTable::max_in_hand: each waits for its acknowledgement before the next part.
constexpr std::size_t most_acks_waiting = 1024;
// The longest answer in the shortest messages of any platform is a tenth of it.
constexpr std::uint32_t most_parts = 10'000;

bool has_receipt(const ledger::OutboxRow& row, std::uint32_t part) {
    return std::ranges::any_of(row.receipts,
                               [part](const auto& receipt) { return receipt.part == part; });
}

} // namespace

bool Deliveries::on_delivery(const std::string& worker, const wire::Delivery& report) {
    auto* delivery = table_.find(report.action_id());
    const bool is_known = delivery != nullptr;
    if (is_known && delivery->worker != worker) return false;
    if (report.part() >= most_parts) return false;
    switch (report.state()) {
    case wire::Delivery::DISPATCHING:
        if (delivery != nullptr) on_dispatching(*delivery, report);
        return true;
    case wire::Delivery::HELD:
        if (delivery != nullptr) on_held(*delivery);
        return true;
    case wire::Delivery::SENT:
        if (delivery != nullptr) on_sent(*delivery, report);
        break;
    case wire::Delivery::FAILED:
        if (delivery != nullptr) on_failed(*delivery, report);
        break;
    case wire::Delivery::UNKNOWN:
        if (delivery != nullptr && report.preview())
            on_preview_lost(*delivery);
        else if (delivery != nullptr)
            on_unknown(*delivery, report.error(),
                       delivery->row.attempts > 1 ? first_pause : no_pause);
        break;
    default:
        return false;
    }
    return acknowledge(worker, report, is_known);
}

// Behind the record that the report caused: then the worker strikes the part, and the next may go.
// What was settled in an earlier life caused none, and when no record waits at all its own is on
// disk: then the queue, which is everybody's, is not troubled.
bool Deliveries::acknowledge(const std::string& worker, const wire::Delivery& report,
                             bool is_known) {
    auto& waiting = acks_waiting_[worker];
    auto ack = delivery_ack_frame(report);
    if (!is_known && waiting == 0 && rooms_.ledger.store->degraded().empty())
        return tell(worker, std::move(ack)), true;
    if (waiting >= most_acks_waiting) return false;
    ++waiting;
    rooms_.ledger.store->mark(
        {}, [this, worker, ack = std::move(ack)](const Result<void>& kept) mutable {
            --acks_waiting_[worker];
            if (kept) tell(worker, std::move(ack));
        });
    return true;
}

void Deliveries::tell(const std::string& worker, wire::Frame frame) {
    // A link that is full or gone says so itself; the worker asks again or is asked again.
    if (ipc::Link* link = rooms_.links.link(worker)) std::ignore = link->send(frame);
}

void Deliveries::on_dispatching(Delivery& delivery, const wire::Delivery& report) {
    auto& row = delivery.row;
    rooms_.traces.add(row.trace, deliveries_room,
                      report.preview() ? "preview_dispatched" : "dispatched",
                      "part " + std::to_string(report.part() + 1));
    if (report.preview() || !delivery.is_in_hand) return;
    if (!report.edit() && delivery.finishes_by_edit()) { // what was to be edited is gone
        row.stream_message_id.clear();
        rooms_.ledger.store->note(rooms_.ledger.outbox.preview_known(row.action_id, {}));
    }
    delivery.rests_from = now() + DeliveryTable::trial;
    row.state = ledger::OutboxState::sending;
    row.next_try_at_ms = 0;
    delivery.not_before = {};
    remember(delivery);
}

void Deliveries::on_held(Delivery& delivery) {
    if (!delivery.is_in_hand || delivery.row.state != ledger::OutboxState::sending) return;
    delivery.row.state = ledger::OutboxState::queued;
    remember(delivery);
    acquit(delivery);
}

// Its worker has tried it and lives: others need not wait for it, long as the platform may.
void Deliveries::acquit(Delivery& delivery) {
    table_.acquit(delivery);
    rooms_.loop.defer([this, worker = delivery.worker] { push(worker); });
}

void Deliveries::on_sent(Delivery& delivery, const wire::Delivery& report) {
    kill_point("part_sent");
    if (delivery.deaths > 0 && !report.preview()) acquit(delivery);
    report.preview() ? on_preview_shown(delivery, report.message_id())
                     : on_part_sent(delivery, report);
}

void Deliveries::on_preview_shown(Delivery& delivery, const std::string& message_id) {
    auto& row = delivery.row;
    row.stream_message_id = message_id;
    rooms_.traces.add(row.trace, deliveries_room, "preview_shown", "message " + message_id);
    rooms_.ledger.store->note(rooms_.ledger.outbox.preview_known(row.action_id, message_id));
}

// It may stand in the chat for ever, beside its answer.
void Deliveries::on_preview_lost(Delivery& delivery) {
    delivery.row.maybe_duplicate = true;
    remember(delivery);
}

void Deliveries::on_part_sent(Delivery& delivery, const wire::Delivery& report) {
    auto& row = delivery.row;
    const auto part = report.part();
    rooms_.traces.add(row.trace, deliveries_room, "part_sent",
                      "part " + std::to_string(part + 1) + " of " + std::to_string(report.parts()) +
                          ", message " + report.message_id());
    const bool is_last = part + 1 >= report.parts();
    // Told again: its record was made, and comes before the acknowledgement whatever the disk says.
    if (!is_last && has_receipt(row, part)) return;
    row.parts = report.parts();
    row.receipts.push_back(
        {.part = part, .message_id = report.message_id(), .at_ms = rooms_.now_ms()});
    if (is_last) {
        kill_point("answer_sent");
        return settle(delivery, ledger::OutboxState::sent, {}, {},
                      ledger::writes(rooms_.ledger.outbox.part_sent(
                          row.action_id, part, report.parts(), report.message_id())));
    }
    row.state = ledger::OutboxState::queued; // until the next part's turn has come
    keep_receipt(row, row.receipts.back());
}

// On a full disk it waits for room, and the acknowledgement behind it: without it a death would
// send the part again.
void Deliveries::keep_receipt(const ledger::OutboxRow& row, const ledger::Receipt& receipt) {
    const auto sent = [this, id = row.action_id, part = receipt.part, parts = row.parts,
                       message_id = receipt.message_id] {
        return rooms_.ledger.outbox.part_sent(id, part, parts, message_id);
    };
    rooms_.ledger.store->mark(ledger::writes(sent(), rooms_.ledger.outbox.save(row)),
                              [this, sent](const Result<void>& kept) {
                                  if (!kept) rooms_.ledger.store->note(sent());
                              });
}

void Deliveries::on_failed(Delivery& delivery, const wire::Delivery& report) {
    if (!delivery.is_in_hand) return;
    log::warn("delivery.failed", {{"worker", delivery.worker},
                                  {"action", delivery.row.action_id},
                                  {"code", report.error_code()},
                                  {"permanent", report.permanent()}});
    if (report.permanent())
        return settle(delivery, ledger::OutboxState::failed, report.error_code(), report.error());
    const auto pause =
        std::min(longest_pause, first_pause * (1u << std::min(delivery.row.attempts, 5u)));
    try_later(delivery, pause, report.error_code(), report.error());
}

// It may have been sent, and nobody can tell.
void Deliveries::on_unknown(Delivery& delivery, std::string_view why, Milliseconds pause) {
    auto& row = delivery.row;
    if (delivery.is_stream) return;
    const bool is_edit = delivery.finishes_by_edit();
    if (!is_edit) row.maybe_duplicate = true;
    const bool may_repeat =
        row.retry_class == ledger::RetryClass::duplicate_ok && row.repeats < most_repeats;
    if (!is_edit && !may_repeat)
        return settle(delivery, ledger::OutboxState::unknown, "unknown", std::string(why),
                      ledger::writes(rooms_.ledger.outbox.save(row)));
    if (!is_edit) ++row.repeats;
    log::warn("delivery.unknown", {{"worker", delivery.worker},
                                   {"action", row.action_id},
                                   {"why", why},
                                   {"repeats", !is_edit}});
    try_later(delivery, pause, "unknown", std::string(why));
}

} // namespace openclaw::flow
