// What the workers say about the answers they were given, and what their deaths say.
#include "common/log/log.h"
#include "supervisor/flow/deliveries.h"
#include "supervisor/flow/delivery_frames.h"
#include "supervisor/flow/kill_point.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace openclaw::flow {

namespace {

constexpr std::string_view room = "flow/deliveries";
constexpr Milliseconds no_pause{0};       // a new process took its time already
constexpr Milliseconds first_pause{2000}; // TELEGRAM.md 7.1: wait 2 s before the one repeat
constexpr Milliseconds longest_pause{60'000};
// One for each crash that hid the outcome; whoever crashes so often has other troubles than
// doubles.
constexpr std::uint32_t most_repeats = 3;

} // namespace

bool Deliveries::on_delivery(const std::string& worker, const wire::Delivery& report) {
    auto* delivery = table_.find(report.action_id());
    if (delivery == nullptr) { // settled in an earlier life; the worker may forget it too
        if (report.state() == wire::Delivery::SENT)
            tell(worker, delivery_ack_frame(report.action_id(), report.part()));
        return true;
    }
    if (delivery->worker != worker) return false;
    switch (report.state()) {
    case wire::Delivery::DISPATCHING:
        on_dispatching(*delivery, report);
        return true;
    case wire::Delivery::HELD:
        on_held(*delivery);
        return true;
    case wire::Delivery::SENT:
        on_sent(*delivery, report);
        return true;
    case wire::Delivery::FAILED:
        on_failed(*delivery, report);
        return true;
    case wire::Delivery::UNKNOWN:
        on_unknown(*delivery, report.error(), delivery->row.attempts > 1 ? first_pause : no_pause);
        return true;
    default:
        return false;
    }
}

void Deliveries::tell(const std::string& worker, wire::Frame frame) {
    // A link that is full or gone says so itself; the worker asks again or is asked again.
    if (ipc::Link* link = rooms_.links.link(worker)) std::ignore = link->send(frame);
}

void Deliveries::on_dispatching(Delivery& delivery, const wire::Delivery& report) {
    rooms_.traces.add(delivery.row.trace, room,
                      report.preview() ? "preview_dispatched" : "dispatched",
                      "part " + std::to_string(report.part() + 1));
    if (report.awaits_clearance())
        clear(delivery, report.part());
    else
        delivery.is_dispatched = true;
}

// The mark comes before the network: whatever the record calls "queued" has not been sent.
void Deliveries::clear(Delivery& delivery, std::uint32_t part) {
    auto& row = delivery.row;
    ledger::Writes unit;
    if (delivery.finishes_by_edit()) { // edits need none: what was to be edited is gone
        row.stream_message_id.clear();
        unit.push_back(rooms_.ledger.outbox.preview_known(row.action_id, {}));
    }
    row.state = ledger::OutboxState::sending;
    row.next_try_at_ms = 0;
    unit.push_back(rooms_.ledger.outbox.save(row));
    rooms_.ledger.store->mark(std::move(unit), [this, action_id = row.action_id, part,
                                                attempt = row.attempts](const Result<void>& kept) {
        auto* still = table_.find(action_id);
        // Without the mark the worker gives up waiting and says so; another attempt asks anew.
        if (!kept || still == nullptr || !still->is_in_hand || still->row.attempts != attempt)
            return;
        kill_point("part_cleared");
        still->is_dispatched = true;
        tell(still->worker, clearance_frame(action_id, part));
    });
}

void Deliveries::on_held(Delivery& delivery) {
    delivery.is_dispatched = false;
    if (delivery.is_stream || delivery.row.state != ledger::OutboxState::sending) return;
    delivery.row.state = ledger::OutboxState::queued;
    remember(delivery);
}

void Deliveries::on_sent(Delivery& delivery, const wire::Delivery& report) {
    kill_point("part_sent");
    delivery.is_dispatched = false;
    report.preview() ? on_preview_shown(delivery, report.message_id())
                     : on_part_sent(delivery, report);
}

void Deliveries::on_preview_shown(Delivery& delivery, const std::string& message_id) {
    auto& row = delivery.row;
    row.stream_message_id = message_id;
    rooms_.traces.add(row.trace, room, "preview_shown", "message " + message_id);
    rooms_.ledger.store->note(rooms_.ledger.outbox.preview_known(row.action_id, message_id));
}

void Deliveries::on_part_sent(Delivery& delivery, const wire::Delivery& report) {
    auto& row = delivery.row;
    auto& outbox = rooms_.ledger.outbox;
    const auto part = report.part();
    rooms_.traces.add(row.trace, room, "part_sent",
                      "part " + std::to_string(part + 1) + " of " + std::to_string(report.parts()) +
                          ", message " + report.message_id());
    row.parts = report.parts();
    row.receipts.push_back(
        {.part = part, .message_id = report.message_id(), .at_ms = rooms_.now_ms()});
    auto unit =
        ledger::writes(outbox.part_sent(row.action_id, part, report.parts(), report.message_id()));
    if (part + 1 >= report.parts()) {
        tell(delivery.worker, delivery_ack_frame(row.action_id, part));
        kill_point("answer_sent");
        return settle(delivery, ledger::OutboxState::sent, {}, {}, std::move(unit));
    }
    row.state = ledger::OutboxState::queued; // the next part asks for a clearance of its own
    unit.push_back(outbox.save(row));
    // The next part leaves only when a crash cannot forget this receipt any more.
    rooms_.ledger.store->mark(std::move(unit),
                              [this, worker = delivery.worker, action_id = row.action_id,
                               part](const Result<void>& kept) {
                                  if (kept) tell(worker, delivery_ack_frame(action_id, part));
                              });
}

void Deliveries::on_failed(Delivery& delivery, const wire::Delivery& report) {
    delivery.is_dispatched = false;
    if (delivery.is_stream) return; // a preview that could not be shown: the final answer will say
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
    const bool is_edit = delivery.finishes_by_edit();
    if (!is_edit) row.maybe_duplicate = true;
    if (delivery.is_stream) return remember(delivery);
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

void Deliveries::on_worker_down(const std::string& worker, process::Whose whose) {
    const bool is_guilty = whose == process::Whose::its_own && table_.is_alone_in_hand(worker);
    for (const auto place : table_.shown_or_held_by(worker)) {
        auto* delivery = table_.at(place);
        if (delivery == nullptr) continue;
        if (whose == process::Whose::its_own && delivery->is_in_hand) ++delivery->deaths;
        on_holder_died(*delivery, is_guilty);
    }
}

void Deliveries::on_holder_died(Delivery& delivery, bool is_guilty) {
    if (delivery.is_in_hand && is_guilty && delivery.deaths > 1)
        return settle(delivery, ledger::OutboxState::failed, "kills_worker",
                      "the channel's worker ended twice while it had this in hand");
    if (delivery.is_dispatched) {
        delivery.is_dispatched = false;
        return on_unknown(delivery, "the channel's worker ended while it was being sent");
    }
    if (!delivery.is_stream)
        try_later(delivery, Milliseconds(0), "interrupted",
                  "the channel's worker ended before it was sent");
}

} // namespace openclaw::flow
