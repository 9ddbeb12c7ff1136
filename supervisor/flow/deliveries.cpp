#include "supervisor/flow/deliveries.h"

#include "common/base/strings.h"
#include "common/log/log.h"
#include "supervisor/flow/kill_point.h"
#include "supervisor/flow/wire_form.h"

#include <algorithm>
#include <utility>

namespace openclaw::flow {

namespace {

constexpr std::size_t max_in_hand = 256; // answers with one worker at a time
constexpr std::size_t shown_bytes =
    16 * 1024; // of a preview: more than any platform shows in one message
constexpr Milliseconds first_pause{2000}; // TELEGRAM.md 7.1: wait 2 s before the one repeat
constexpr Milliseconds longest_pause{60'000};
constexpr Milliseconds report_grace =
    std::chrono::minutes(2); // a worker that never reports: the fate is unknown
constexpr std::string_view room = "flow/deliveries";

} // namespace

struct Deliveries::Delivery {
    ledger::OutboxRow row;
    std::string worker;
    std::uint64_t place = 0;    // in the table
    bool is_on_disk = false;    // released
    bool is_stream = false;     // no final text yet
    bool is_in_hand = false;    // the worker has the final text
    bool is_dispatched = false; // the worker said so, and no receipt followed
    int deaths = 0;             // workers that died of themselves with it in hand
    bool is_recording = false;  // a write that precedes the next step is under way
    std::vector<OnSettled> watchers;
};

Deliveries::Deliveries(Rooms& rooms)
    : rooms_(rooms)
    , sweep_timer_(rooms.loop) {}

Deliveries::~Deliveries() = default;

Deliveries::Delivery* Deliveries::find(const std::string& action_id) const {
    const auto place = by_action_.find(action_id);
    return place == by_action_.end() ? nullptr : table_.at(place->second).get();
}

const ledger::OutboxRow* Deliveries::row(const std::string& action_id) const {
    const auto* delivery = find(action_id);
    return delivery == nullptr ? nullptr : &delivery->row;
}

ledger::Write Deliveries::owe(ledger::OutboxRow row) {
    auto delivery = std::make_unique<Delivery>();
    delivery->worker = worker_id(row.to.channel, row.to.account);
    delivery->is_stream = row.markdown.empty();
    delivery->place = next_++;
    const bool goes_at_once = rooms_.links.link(delivery->worker) != nullptr &&
                              lines_[delivery->worker].in_hand < max_in_hand;
    row.state = goes_at_once ? ledger::OutboxState::sending : ledger::OutboxState::queued;
    row.attempts = goes_at_once ? 1 : 0;
    if (row.created_at_ms == 0) row.created_at_ms = rooms_.now_ms();
    delivery->row = row;
    by_action_[row.action_id] = delivery->place;
    table_[delivery->place] = std::move(delivery);
    return rooms_.ledger.outbox.add(std::move(row));
}

void Deliveries::release(const std::string& action_id) {
    auto* delivery = find(action_id);
    if (delivery == nullptr) return;
    delivery->is_on_disk = true;
    rooms_.traces.add(delivery->row.trace, room,
                      delivery->is_stream ? "preview_recorded" : "recorded");
    wait_in_line(*delivery);
    push(delivery->worker);
}

void Deliveries::release_preview(const std::string& action_id) {
    const auto* delivery = find(action_id);
    if (delivery != nullptr && delivery->is_stream) release(action_id);
}

void Deliveries::forget(const std::string& action_id) {
    const auto place = by_action_.extract(action_id);
    if (place.empty()) return;
    lines_[table_.at(place.mapped())->worker].waiting.erase(place.mapped());
    table_.erase(place.mapped());
}

void Deliveries::on_settled(const std::string& action_id, OnSettled tell) {
    if (auto* delivery = find(action_id)) delivery->watchers.push_back(std::move(tell));
}

ledger::Writes Deliveries::finish_stream(const std::string& action_id, std::string markdown,
                                         bool notice, std::int64_t expires_at_ms) {
    ledger::Writes unit;
    auto* delivery = find(action_id);
    if (delivery == nullptr) return unit;
    delivery->is_on_disk = false;
    delivery->is_stream = false;
    delivery->row.markdown = markdown;
    delivery->row.notice = notice;
    delivery->row.expires_at_ms = expires_at_ms;
    unit.push_back(rooms_.ledger.outbox.set_text(action_id, std::move(markdown), expires_at_ms));
    // Whether a lost preview stands in the chat is not known: the answer may be its repeat.
    const bool is_orphan = delivery->row.attempts > 0 && delivery->row.stream_message_id.empty() &&
                           delivery->row.maybe_duplicate;
    const bool goes_at_once = rooms_.links.link(delivery->worker) != nullptr;
    delivery->row.state = goes_at_once ? ledger::OutboxState::sending : ledger::OutboxState::queued;
    if (goes_at_once)
        unit.push_back(
            rooms_.ledger.outbox.mark_sending(action_id, ++delivery->row.attempts, is_orphan));
    else
        unit.push_back(rooms_.ledger.outbox.put_back(action_id, 0, "", ""));
    return unit;
}

void Deliveries::show(const std::string& action_id, std::string_view markdown) {
    auto* delivery = find(action_id);
    if (delivery == nullptr || !delivery->is_on_disk || !delivery->is_stream) return;
    ipc::Link* link = rooms_.links.link(delivery->worker);
    if (link == nullptr || !link->can_send()) return;
    wire::Frame frame;
    frame.set_trace(delivery->row.trace);
    auto& update = *frame.mutable_stream_update();
    update.set_action_id(action_id);
    put_chat(*update.mutable_chat(), delivery->row.to.chat);
    update.set_markdown(std::string(utf8_prefix(markdown, shown_bytes)));
    update.set_reply_to_message_id(delivery->row.reply_to_message_id);
    update.set_stream_message_id(delivery->row.stream_message_id);
    (void)link->send(frame);
}

void Deliveries::cancel_stream(const std::string& action_id, std::string_view why) {
    auto* delivery = find(action_id);
    if (delivery == nullptr || !delivery->is_stream) return;
    if (ipc::Link* link = rooms_.links.link(delivery->worker)) {
        wire::Frame frame;
        frame.set_trace(delivery->row.trace);
        auto& cancel = *frame.mutable_stream_cancel();
        cancel.set_action_id(action_id);
        put_chat(*cancel.mutable_chat(), delivery->row.to.chat);
        cancel.set_stream_message_id(delivery->row.stream_message_id);
        (void)link->send(frame);
    }
    settle(*delivery, ledger::OutboxState::failed, "cancelled", std::string(why));
}

void Deliveries::recover(std::vector<ledger::OutboxRow> rows) {
    for (auto& row : rows) {
        if (find(row.action_id) != nullptr) continue;
        auto delivery = std::make_unique<Delivery>();
        delivery->worker = worker_id(row.to.channel, row.to.account);
        delivery->place = next_++;
        delivery->is_on_disk = true;
        delivery->is_stream = row.markdown.empty();
        delivery->row = std::move(row);
        auto& kept = *delivery;
        by_action_[kept.row.action_id] = kept.place;
        table_[kept.place] = std::move(delivery);
        rooms_.traces.add(kept.row.trace, room, "recovered",
                          std::string(ledger::name(kept.row.state)));
        if (kept.is_stream)
            kept.row.maybe_duplicate = kept.row.stream_message_id.empty();
        else if (kept.row.state == ledger::OutboxState::sending)
            on_unknown(kept, "the gateway stopped while it was being sent");
        else
            wait_in_line(kept);
    }
    sweep();
}

void Deliveries::wait_in_line(Delivery& delivery) {
    if (delivery.is_stream) return;
    lines_[delivery.worker].waiting.insert(delivery.place);
    plan_sweep(delivery);
}

bool Deliveries::may_hand_over(const Delivery& delivery) {
    return delivery.is_on_disk && !delivery.is_stream && !delivery.is_in_hand &&
           !delivery.is_recording && delivery.row.next_try_at_ms <= rooms_.now_ms() &&
           has_free_hand(lines_[delivery.worker], delivery);
}

// What its worker died under is given to the next one alone: so the guilty one is known, and the
// others are not taken for it.
bool Deliveries::has_free_hand(const Line& line, const Delivery& delivery) {
    if (delivery.deaths > 0) return line.in_hand == 0;
    return !line.holds_suspect && line.in_hand < max_in_hand;
}

// Hands over what waits for this worker, oldest first.
void Deliveries::push(const std::string& worker) {
    const ipc::Link* link = rooms_.links.link(worker);
    if (link == nullptr || !link->can_send()) return;
    const auto waiting =
        lines_[worker].waiting; // a copy: handing over takes places out of the line
    for (const auto place : waiting) {
        if (lines_[worker].in_hand >= max_in_hand || lines_[worker].holds_suspect) return;
        const auto found = table_.find(place);
        if (found == table_.end() || !may_hand_over(*found->second)) continue;
        if (found->second->row.state == ledger::OutboxState::sending)
            hand_over(*found->second);
        else
            record_then_hand_over(*found->second);
    }
}

void Deliveries::record_then_hand_over(Delivery& delivery) {
    delivery.is_recording = true;
    delivery.row.state = ledger::OutboxState::sending;
    ++delivery.row.attempts;
    auto mark = rooms_.ledger.outbox.mark_sending(delivery.row.action_id, delivery.row.attempts,
                                                  delivery.row.maybe_duplicate);
    rooms_.ledger.store->commit(ledger::writes(std::move(mark)),
                                [this, action_id = delivery.row.action_id](Result<void> kept) {
                                    auto* still = find(action_id);
                                    if (still == nullptr) return;
                                    still->is_recording = false;
                                    if (kept) return push(still->worker);
                                    still->row.state = ledger::OutboxState::queued;
                                    still->row.next_try_at_ms =
                                        rooms_.now_ms() + first_pause.count();
                                    plan_sweep(*still);
                                });
}

void Deliveries::hand_over(Delivery& delivery) {
    if (delivery.row.expires_at_ms != 0 && delivery.row.expires_at_ms <= rooms_.now_ms())
        return settle(delivery, ledger::OutboxState::failed, "expired",
                      "it waited past its expiry");
    ipc::Link* link = rooms_.links.link(delivery.worker);
    auto made = outbound_frame(delivery.row);
    if (!made)
        return settle(delivery, ledger::OutboxState::failed, "internal", made.error().sentence);
    const int fd = made->blob.get();
    const auto sent = link->send(made->frame, {&fd, made->blob ? 1u : 0u});
    if (!sent) return; // the link says when there is room, or that it is gone
    delivery.is_in_hand = true;
    kill_point("answer_handed_over");
    auto& line = lines_[delivery.worker];
    line.waiting.erase(delivery.place);
    ++line.in_hand;
    line.holds_suspect = delivery.deaths > 0;
    rooms_.traces.add(delivery.row.trace, room, "handed_over",
                      "attempt " + std::to_string(delivery.row.attempts));
}

bool Deliveries::on_delivery(const std::string& worker, const wire::Delivery& report) {
    auto* delivery = find(report.action_id());
    if (delivery == nullptr) { // settled in an earlier life; the worker may forget it too
        if (report.state() == wire::Delivery::SENT)
            acknowledge(worker, report.action_id(), report.part());
        return true;
    }
    if (delivery->worker != worker) return false;
    switch (report.state()) {
    case wire::Delivery::DISPATCHING:
        delivery->is_dispatched = true;
        rooms_.traces.add(delivery->row.trace, room, "dispatched",
                          "part " + std::to_string(report.part() + 1));
        return true;
    case wire::Delivery::SENT:
        on_part_sent(*delivery, report);
        return true;
    case wire::Delivery::FAILED:
        on_failed(*delivery, report);
        return true;
    case wire::Delivery::UNKNOWN:
        on_unknown(*delivery, report.error());
        return true;
    default:
        return false;
    }
}

void Deliveries::on_part_sent(Delivery& delivery, const wire::Delivery& report) {
    kill_point("part_sent");
    delivery.is_dispatched = false;
    auto& row = delivery.row;
    auto& outbox = rooms_.ledger.outbox;
    if (report.preview()) {
        row.stream_message_id = report.message_id();
        row.maybe_duplicate = false;
        rooms_.traces.add(row.trace, room, "preview_shown", "message " + report.message_id());
        return rooms_.ledger.store->note(outbox.preview_known(row.action_id, report.message_id()));
    }
    rooms_.traces.add(row.trace, room, "part_sent",
                      "part " + std::to_string(report.part() + 1) + " of " +
                          std::to_string(report.parts()) + ", message " + report.message_id());
    row.parts = report.parts();
    row.receipts.push_back(
        {.part = report.part(), .message_id = report.message_id(), .at_ms = rooms_.now_ms()});
    auto receipt =
        outbox.part_sent(row.action_id, report.part(), report.parts(), report.message_id());
    if (report.part() + 1 >= report.parts()) {
        acknowledge(delivery.worker, row.action_id, report.part());
        kill_point("answer_sent");
        return settle(delivery, ledger::OutboxState::sent, {}, {},
                      ledger::writes(std::move(receipt)));
    }
    // The next part leaves only when this receipt cannot be forgotten any more.
    rooms_.ledger.store->commit(ledger::writes(std::move(receipt)),
                                [this, worker = delivery.worker, action_id = row.action_id,
                                 part = report.part()](Result<void> kept) {
                                    if (kept) acknowledge(worker, action_id, part);
                                });
}

void Deliveries::acknowledge(const std::string& worker, const std::string& action_id,
                             std::uint32_t part) {
    ipc::Link* link = rooms_.links.link(worker);
    if (link == nullptr) return;
    wire::Frame frame;
    frame.mutable_delivery_ack()->set_action_id(action_id);
    frame.mutable_delivery_ack()->set_part(part);
    (void)link->send(frame);
}

void Deliveries::on_failed(Delivery& delivery, const wire::Delivery& report) {
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
void Deliveries::on_unknown(Delivery& delivery, std::string_view why) {
    auto& row = delivery.row;
    if (delivery.is_stream) return;
    const bool is_edit = !row.stream_message_id.empty() && row.receipts.empty();
    const bool may_repeat =
        row.retry_class == ledger::RetryClass::duplicate_ok && !row.maybe_duplicate;
    if (!is_edit && !may_repeat)
        return settle(delivery, ledger::OutboxState::unknown, "unknown", std::string(why));
    if (!is_edit) row.maybe_duplicate = true;
    log::warn("delivery.unknown", {{"worker", delivery.worker},
                                   {"action", row.action_id},
                                   {"why", why},
                                   {"repeats", !is_edit}});
    try_later(delivery, row.attempts > 1 ? first_pause : Milliseconds(0), "unknown",
              std::string(why));
}

void Deliveries::try_later(Delivery& delivery, Milliseconds pause, std::string code,
                           std::string why) {
    if (std::exchange(delivery.is_in_hand, false)) {
        --lines_[delivery.worker].in_hand;
        lines_[delivery.worker].holds_suspect = false;
    }
    delivery.is_dispatched = false;
    delivery.row.state = ledger::OutboxState::queued;
    delivery.row.next_try_at_ms = pause.count() == 0 ? 0 : rooms_.now_ms() + pause.count();
    rooms_.traces.add(delivery.row.trace, room, "tries_again", why);
    rooms_.ledger.store->note(rooms_.ledger.outbox.put_back(
        delivery.row.action_id, delivery.row.next_try_at_ms, std::move(code), std::move(why)));
    wait_in_line(delivery);
    if (delivery.row.next_try_at_ms == 0)
        rooms_.loop.defer([this, worker = delivery.worker] { push(worker); });
}

void Deliveries::settle(Delivery& delivery, ledger::OutboxState state, std::string code,
                        std::string why, ledger::Writes unit) {
    delivery.row.state = state;
    delivery.row.error_code = code;
    delivery.row.error = why;
    rooms_.traces.add(delivery.row.trace, room, ledger::name(state), why);
    // Committed, not noted: until the disk knows that it was sent, a crash sends it again.
    unit.push_back(rooms_.ledger.outbox.finish(delivery.row.action_id, state, std::move(code),
                                               std::move(why)));
    rooms_.ledger.store->commit(std::move(unit), [](Result<void>) {});
    auto& line = lines_[delivery.worker];
    if (delivery.is_in_hand) {
        --line.in_hand;
        line.holds_suspect = false;
    }
    line.waiting.erase(delivery.place);
    by_action_.erase(delivery.row.action_id);
    const auto node = table_.extract(delivery.place);
    for (auto& tell : node.mapped()->watchers)
        tell(node.mapped()->row);
    push(node.mapped()->worker);
}

std::size_t Deliveries::owed_by(const std::string& worker) const {
    const auto line = lines_.find(worker);
    return line == lines_.end() ? 0 : line->second.waiting.size() + line->second.in_hand;
}

std::size_t Deliveries::in_hand_count() const {
    std::size_t count = 0;
    for (const auto& [worker, line] : lines_)
        count += line.in_hand;
    return count;
}

void Deliveries::on_worker_ready(const std::string& worker) {
    push(worker);
}

void Deliveries::on_room(const std::string& worker) {
    push(worker);
}

void Deliveries::on_worker_down(const std::string& worker, process::Whose whose) {
    std::vector<Delivery*> held;
    for (const auto& [place, delivery] : table_)
        if (delivery->worker == worker && (delivery->is_in_hand || delivery->is_stream))
            held.push_back(delivery.get());
    const bool is_own_fault = whose == process::Whose::its_own;
    const bool was_alone = lines_[worker].in_hand == 1;
    for (Delivery* delivery : held) {
        if (is_own_fault && delivery->is_in_hand && ++delivery->deaths > 1 && was_alone)
            settle(*delivery, ledger::OutboxState::failed, "kills_worker",
                   "the channel's worker ended twice while it had this in hand");
        else if (delivery->is_stream)
            delivery->row.maybe_duplicate |=
                delivery->is_dispatched && delivery->row.stream_message_id.empty();
        else if (delivery->is_dispatched)
            on_unknown(*delivery, "the channel's worker ended while it was being sent");
        else
            try_later(*delivery, Milliseconds(0), "interrupted",
                      "the channel's worker ended before it was sent");
    }
}

// When this one next needs attention by itself: it is due again, it expires, or its worker owes a
// report.
void Deliveries::plan_sweep(const Delivery& delivery) {
    const auto& row = delivery.row;
    std::int64_t at_ms = row.next_try_at_ms;
    if (row.expires_at_ms > 0 && (at_ms == 0 || row.expires_at_ms < at_ms))
        at_ms = row.expires_at_ms;
    if (at_ms != 0) plan_at(at_ms);
}

void Deliveries::plan_at(std::int64_t at_ms) {
    if (next_sweep_ms_ != 0 && next_sweep_ms_ <= at_ms) return;
    next_sweep_ms_ = at_ms;
    sweep_timer_.start(Milliseconds(std::max<std::int64_t>(at_ms - rooms_.now_ms(), 1)),
                       [this] { sweep(); });
}

void Deliveries::sweep() {
    const auto now = rooms_.now_ms();
    std::vector<std::uint64_t> late;
    next_sweep_ms_ = 0;
    for (const auto& [place, delivery] : table_) {
        if (delivery->is_stream) continue;
        const auto limit =
            delivery->row.expires_at_ms + (delivery->is_in_hand ? report_grace.count() : 0);
        if (delivery->row.expires_at_ms > 0 && limit <= now)
            late.push_back(place);
        else if (delivery->row.next_try_at_ms <= now)
            delivery->row.next_try_at_ms = 0; // due: do not plan for the past
    }
    for (const auto place : late) {
        auto& delivery = *table_.at(place);
        if (delivery.is_in_hand)
            settle(delivery, ledger::OutboxState::unknown, "no_report",
                   "the channel's worker never said what became of it");
        else
            settle(delivery, ledger::OutboxState::failed, "expired", "it waited past its expiry");
    }
    for (auto& [worker, line] : lines_)
        push(worker);
    for (const auto& [place, delivery] : table_) {
        if (delivery->is_stream) continue;
        if (!delivery->is_in_hand)
            plan_sweep(*delivery);
        else if (delivery->row.expires_at_ms > 0)
            plan_at(delivery->row.expires_at_ms + report_grace.count());
    }
}

} // namespace openclaw::flow
