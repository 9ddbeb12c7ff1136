#include "supervisor/flow/deliveries.h"

#include "common/log/log.h"
#include "supervisor/flow/delivery_frames.h"
#include "supervisor/flow/kill_point.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace openclaw::flow {

namespace {

constexpr Milliseconds file_again_after{5000};
constexpr Milliseconds owe_again_after{1000};

std::int64_t left_of(Instant::duration span) {
    return std::chrono::ceil<Milliseconds>(span).count();
}

} // namespace

Deliveries::Deliveries(Rooms& rooms)
    : rooms_(rooms)
    , files_(rooms.in_flight_directory)
    , sweep_timer_(rooms.loop) {}

const ledger::OutboxRow* Deliveries::row(const std::string& action_id) const {
    const auto* delivery = table_.find(action_id);
    return delivery == nullptr ? nullptr : &delivery->row;
}

ledger::Write Deliveries::owe(ledger::OutboxRow row, ledger::SharedFiles files) {
    if (row.created_at_ms == 0) row.created_at_ms = rooms_.now_ms();
    row.files = files ? static_cast<std::uint32_t>(files->size()) : 0;
    auto& delivery = table_.add(std::move(row));
    take_times(delivery);
    return rooms_.ledger.outbox.add(delivery.row, std::move(files));
}

void Deliveries::release(const std::string& action_id) {
    auto* delivery = table_.find(action_id);
    if (delivery == nullptr) return;
    delivery->is_on_disk = true;
    rooms_.traces.add(delivery->row.trace, deliveries_room,
                      delivery->is_stream ? "preview_recorded" : "recorded");
    wait_in_line(*delivery);
    push(delivery->worker);
}

void Deliveries::release_preview(const std::string& action_id) {
    const auto* delivery = table_.find(action_id);
    if (delivery != nullptr && delivery->is_stream) release(action_id);
}

void Deliveries::forget(const std::string& action_id) {
    if (auto* delivery = table_.find(action_id)) table_.remove(*delivery);
}

void Deliveries::owe_with(ledger::OutboxRow row, ledger::Writes rest, Task again) {
    const std::string action_id = row.action_id;
    row.expires_at_ms = rooms_.now_ms() + notice_life.count();
    const bool began_as_preview = is_known(action_id);
    if (began_as_preview)
        std::ranges::move(
            finish_stream(action_id, std::move(row.markdown), row.notice, row.expires_at_ms),
            std::back_inserter(rest));
    else
        rest.push_back(owe(std::move(row)));
    rooms_.ledger.store->commit(
        std::move(rest),
        [this, action_id, began_as_preview, again = std::move(again)](Result<void> kept) mutable {
            if (kept) return release(action_id);
            if (!began_as_preview) forget(action_id);
            owe_again(action_id, std::move(again));
        });
}

void Deliveries::owe_again(const std::string& action_id, Task again) {
    auto& timer = owed_again_.try_emplace(action_id, rooms_.loop).first->second;
    timer.start(owe_again_after, [this, action_id, again = std::move(again)]() mutable {
        owed_again_.erase(action_id);
        again();
    });
}

void Deliveries::on_settled(const std::string& action_id, OnSettled tell) {
    if (auto* delivery = table_.find(action_id)) delivery->watchers.push_back(std::move(tell));
}

ledger::Writes Deliveries::finish_stream(const std::string& action_id, std::string markdown,
                                         bool notice, std::int64_t expires_at_ms) {
    ledger::Writes unit;
    auto* delivery = table_.find(action_id);
    if (delivery == nullptr) return unit;
    delivery->is_on_disk = false;
    delivery->is_stream = false;
    delivery->row.markdown = markdown;
    delivery->row.notice = notice;
    delivery->row.expires_at_ms = expires_at_ms;
    // From now on, whatever the clock said when the preview began.
    delivery->expires_at =
        expires_at_ms == 0 ? Instant::max() : now() + Milliseconds(expires_at_ms - rooms_.now_ms());
    unit.push_back(rooms_.ledger.outbox.set_text(action_id, std::move(markdown), expires_at_ms));
    unit.push_back(rooms_.ledger.outbox.save(delivery->row));
    return unit;
}

void Deliveries::show(const std::string& action_id, std::string_view markdown) {
    const auto* delivery = table_.find(action_id);
    if (delivery == nullptr || !delivery->is_on_disk || !delivery->is_stream) return;
    ipc::Link* link = rooms_.links.link(delivery->worker);
    if (link == nullptr || !link->can_send() || !has_file(delivery->worker, *link)) return;
    tell(delivery->worker, stream_update_frame(delivery->row, markdown));
}

void Deliveries::cancel_stream(const std::string& action_id, std::string_view why) {
    auto* delivery = table_.find(action_id);
    if (delivery == nullptr || !delivery->is_stream) return;
    tell(delivery->worker, stream_cancel_frame(delivery->row));
    settle(*delivery, ledger::OutboxState::failed, "cancelled", std::string(why));
}

bool Deliveries::withdraw(const std::string& action_id, std::string_view why) {
    auto* delivery = table_.find(action_id);
    const bool waits = delivery != nullptr && delivery->is_on_disk && !delivery->is_in_hand;
    if (!waits || delivery->is_stream || !delivery->row.receipts.empty()) return false;
    if (delivery->row.maybe_duplicate) return false; // it may stand in the chat
    settle(*delivery, ledger::OutboxState::failed, std::string(withdrawn), std::string(why));
    return true;
}

void Deliveries::wait_in_line(Delivery& delivery) {
    if (delivery.is_stream) return;
    table_.wait(delivery);
    plan_sweep(delivery);
}

// Hands over what waits for this worker, oldest first.
void Deliveries::push(const std::string& worker) {
    while (!is_held_ && !fetching_.contains(worker)) {
        ipc::Link* link = rooms_.links.link(worker);
        if (link == nullptr || !link->can_send() || !has_file(worker, *link)) return;
        auto* next = table_.next_for(worker, now());
        if (next == nullptr) return plan_trial(worker);
        if (next->row.files > 0) return fetch_files(*next);
        if (!hand_over(*next, {})) return;
    }
}

// They are in memory only while they go from the disk to the worker.
void Deliveries::fetch_files(const Delivery& delivery) {
    fetching_.insert(delivery.worker);
    rooms_.ledger.files.load({ledger::files_of_action(delivery.row.action_id)},
                             [this, worker = delivery.worker,
                              place = delivery.place](Result<ledger::Files::Loaded> loaded) {
                                 fetching_.erase(worker);
                                 if (loaded)
                                     on_files(worker, place, std::move(loaded->files));
                                 else
                                     on_files(worker, place, Failure(loaded.error()));
                             });
}

// Meanwhile it may have expired, the worker may be gone, or another answer's turn may have come.
void Deliveries::on_files(const std::string& worker, std::uint64_t place,
                          Result<AttachedFiles> files) {
    auto* delivery = table_.next_for(worker, now());
    ipc::Link* link = rooms_.links.link(worker);
    const bool may_go = !is_held_ && link != nullptr && link->can_send() && has_file(worker, *link);
    if (!may_go) return; // who comes next begins again
    if (delivery == nullptr || delivery->place != place) return push(worker);
    if (!files || files->size() != delivery->row.files)
        return settle(*delivery, ledger::OutboxState::failed, "files_lost",
                      files ? "its files are not in the ledger" : files.error().sentence);
    if (hand_over(*delivery, *files)) push(worker);
}

// A worker sends nothing before it can note it. Without room on the disk: again in a moment.
bool Deliveries::has_file(const std::string& worker, ipc::Link& link) {
    if (files_.is_given(worker)) return true;
    auto file = files_.give(worker);
    if (!file) {
        log::warn("in_flight.no_file", {{"worker", worker}, {"why", file.error().sentence}});
        plan_at(now() + file_again_after);
        return false;
    }
    const int fd = file->get();
    auto frame = in_flight_file_frame();
    if (link.send(frame, {&fd, 1})) return true;
    InFlightFiles::discard(files_.end(worker).file);
    return false;
}

// False: the link is full, and says when there is room, or that it is gone.
bool Deliveries::hand_over(Delivery& delivery, const AttachedFiles& files) {
    auto& row = delivery.row;
    if (delivery.expires_at <= now()) {
        settle(delivery, ledger::OutboxState::failed, "expired", "it waited past its expiry");
        return true;
    }
    auto made = outbound_frame(row, files);
    if (!made) {
        settle(delivery, ledger::OutboxState::failed, "internal", made.error().sentence);
        return true;
    }
    auto& outbound = *made->frame.mutable_outbound();
    outbound.set_attempt(row.attempts + 1);
    if (row.expires_at_ms != 0) // what is left of it, by the worker's clock as it is set now
        outbound.set_expires_at_ms(rooms_.now_ms() + left_of(delivery.expires_at - now()));
    const int fd = made->blob.get();
    const auto sent =
        rooms_.links.link(delivery.worker)->send(made->frame, {&fd, made->blob ? 1u : 0u});
    if (!sent) return false;
    ++row.attempts;
    table_.take_in_hand(delivery, now());
    kill_point("answer_handed_over");
    rooms_.traces.add(row.trace, deliveries_room, "handed_over",
                      "attempt " + std::to_string(row.attempts));
    return true;
}

void Deliveries::try_later(Delivery& delivery, Milliseconds pause, std::string code,
                           std::string why) {
    table_.put_down(delivery);
    auto& row = delivery.row;
    row.state = ledger::OutboxState::queued;
    delivery.not_before = pause.count() == 0 ? Instant{} : now() + pause;
    row.next_try_at_ms = pause.count() == 0 ? 0 : rooms_.now_ms() + pause.count();
    rooms_.traces.add(row.trace, deliveries_room, "tries_again", why);
    row.error_code = std::move(code);
    row.error = std::move(why);
    remember(delivery);
    wait_in_line(delivery);
    rooms_.loop.defer([this, worker = delivery.worker] { push(worker); }); // a hand is free
}

// Nobody waits for it: what a crash forgets of it is judged again, more carefully.
void Deliveries::remember(const Delivery& delivery) {
    rooms_.ledger.store->note(rooms_.ledger.outbox.save(delivery.row));
}

void Deliveries::settle(Delivery& delivery, ledger::OutboxState state, std::string code,
                        std::string why, ledger::Writes unit) {
    auto& row = delivery.row;
    row.state = state;
    row.error_code = std::move(code);
    row.error = std::move(why);
    rooms_.traces.add(row.trace, deliveries_room, ledger::name(state), row.error);
    keep_fate(row, std::move(unit));
    const auto gone = table_.remove(delivery);
    for (auto& tell : gone->watchers)
        tell(gone->row);
    push(gone->worker);
}

// At once, not noted: until it is written that it was sent, a crash sends it again. On a full disk
// the bare fate waits for room.
void Deliveries::keep_fate(const ledger::OutboxRow& row, ledger::Writes unit) {
    const auto finish = [this, id = row.action_id, state = row.state, code = row.error_code,
                         why = row.error] {
        return rooms_.ledger.outbox.finish(id, state, code, why);
    };
    unit.push_back(finish());
    rooms_.ledger.store->mark(std::move(unit), [this, finish](const Result<void>& kept) {
        if (!kept) rooms_.ledger.store->note(finish());
    });
}

void Deliveries::on_worker_ready(const std::string& worker) {
    push(worker);
}

void Deliveries::on_room(const std::string& worker) {
    push(worker);
}

} // namespace openclaw::flow
