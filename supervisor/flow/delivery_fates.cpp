// What became of the answers that a life had in hand when it ended: a worker's, or the gateway's.
#include "common/log/log.h"
#include "supervisor/flow/deliveries.h"
#include "supervisor/flow/delivery_frames.h"

#include <utility>

namespace openclaw::flow {

void Deliveries::on_worker_down(const std::string& worker, process::Whose whose) {
    const auto life = files_.end(worker);
    const bool died_of_itself = whose == process::Whose::its_own;
    const auto moment = now();
    const auto guilty = died_of_itself ? table_.alone_at_work(worker, moment) : 0;
    for (const auto place : table_.places_of(worker)) {
        auto* delivery = table_.at(place);
        if (delivery == nullptr) continue;
        if (died_of_itself && delivery->is_in_hand && !delivery->rests(moment)) ++delivery->deaths;
        on_holder_died(*delivery, place == guilty, life.evidence);
    }
    if (life.file.empty()) return;
    rooms_.ledger.store->mark({}, [file = life.file](const Result<void>& kept) {
        if (kept) InFlightFiles::discard(file);
    });
}

void Deliveries::on_holder_died(Delivery& delivery, bool is_guilty, const Evidence& evidence) {
    const auto fate = fate_of(delivery, evidence);
    if (fate == Fate::settled || !delivery.is_in_hand) return;
    if (is_guilty && delivery.deaths > 1)
        return settle(delivery, ledger::OutboxState::failed, "kills_worker",
                      "the channel's worker ended twice while it had this in hand");
    if (fate == Fate::may_have_left)
        return on_unknown(delivery, "the channel's worker ended while it was being sent");
    try_later(delivery, Milliseconds(0), "interrupted",
              "the channel's worker ended before it was sent");
}

Deliveries::Fate Deliveries::fate_of(Delivery& delivery, const Evidence& evidence) {
    auto& row = delivery.row;
    if (row.receipts.empty()) take_preview(delivery, evidence);
    if (delivery.is_stream) return Fate::not_sent;
    if (take_receipts(delivery, evidence)) return Fate::settled;
    const auto next = static_cast<std::uint32_t>(row.receipts.size());
    if (!evidence.may_have_left(row.action_id, next)) return Fate::not_sent;
    if (delivery.finishes_by_edit()) { // edits are not noted: it was a new message
        row.stream_message_id.clear();
        rooms_.ledger.store->note(rooms_.ledger.outbox.preview_known(row.action_id, {}));
    }
    return Fate::may_have_left;
}

// A preview that nobody knows the id of may stand in the chat for ever.
void Deliveries::take_preview(Delivery& delivery, const Evidence& evidence) {
    auto& row = delivery.row;
    if (!row.stream_message_id.empty()) return;
    if (const auto* receipt = evidence.receipt(row.action_id, ipc::preview_part))
        return on_preview_shown(delivery, *receipt->message_id);
    if (evidence.may_have_left(row.action_id, ipc::preview_part)) on_preview_lost(delivery);
}

// The worker had the platform's answer, and died before it could tell. True: that was the last
// part.
bool Deliveries::take_receipts(Delivery& delivery, const Evidence& evidence) {
    const std::string action_id = delivery.row.action_id;
    for (;;) {
        const auto next = static_cast<std::uint32_t>(delivery.row.receipts.size());
        const auto* receipt = evidence.receipt(action_id, next);
        if (receipt == nullptr || receipt->parts == 0) return false;
        wire::Delivery report;
        report.set_part(receipt->part);
        report.set_parts(receipt->parts);
        report.set_message_id(*receipt->message_id);
        on_part_sent(delivery, report);
        if (table_.find(action_id) == nullptr) return true;
        // A worker that left out a part told of it already: nothing more can be read off here.
        if (delivery.row.receipts.size() == next) return false;
    }
}

void Deliveries::recover(std::vector<ledger::OutboxRow> rows) {
    for (auto& row : rows) {
        if (table_.find(row.action_id) != nullptr) continue;
        auto& delivery = table_.add(std::move(row));
        take_times(delivery);
        delivery.is_on_disk = true;
        rooms_.traces.add(delivery.row.trace, deliveries_room, "recovered",
                          std::string(ledger::name(delivery.row.state)));
        recover_one(delivery);
    }
    sweep();
}

void Deliveries::recover_one(Delivery& delivery) {
    auto& row = delivery.row;
    const auto& evidence = files_.former(delivery.worker);
    const bool is_blind = rooms_.ledger.boots.machine_went_down();
    auto fate = is_blind ? Fate::may_have_left : fate_of(delivery, evidence);
    if (fate == Fate::settled) return;
    if (!evidence.is_known() && row.state == ledger::OutboxState::sending)
        fate = Fate::may_have_left; // somebody took the file away
    if (delivery.is_stream) {
        row.maybe_duplicate |= is_blind && row.stream_message_id.empty();
        return remember(delivery);
    }
    if (fate == Fate::may_have_left)
        return on_unknown(delivery, "the gateway stopped while it was being sent");
    if (row.state == ledger::OutboxState::sending) {
        row.state = ledger::OutboxState::queued;
        remember(delivery); // the next start may find no file any more
    }
    wait_in_line(delivery);
}

void Deliveries::end_recovery() {
    rooms_.ledger.store->mark({}, [this](const Result<void>& kept) {
        if (kept) files_.discard_former();
    });
}

} // namespace openclaw::flow
