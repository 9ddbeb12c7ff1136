#include "workers/discord/intake.h"

#include "common/ipc/attached_files.h"
#include "common/log/log.h"

#include <algorithm>
#include <utility>

namespace openclaw::discord {

namespace {

constexpr Milliseconds overdue_after = std::chrono::seconds(10);
constexpr Milliseconds overdue_at_most = std::chrono::minutes(5);

void add_fetched(Translation& message, Fetched fetched) {
    for (auto& words : fetched.words)
        message.inbound.add_attachments(std::move(words));
    message.files = std::move(fetched.files);
    message.lease = std::move(fetched.lease);
}

} // namespace

Intake::Intake(AlarmMaker& alarms, worker::Uplink& uplink, Listener& listener,
               std::uint32_t credits)
    : uplink_(uplink)
    , listener_(listener)
    , credits_(credits)
    , alarm_(alarms.make([this] { on_overdue(); })) {}

void Intake::begin_session(std::int64_t place) {
    unrecorded_.clear();
    for (auto& item : waiting_)
        item.place = 0;
    for (auto& [event_id, item] : open_)
        item.place = 0;
    newest_ = told_ = place;
}

// A replay brings places back that were counted before: they only hold the mark, never move it
// back.
void Intake::arrived(std::int64_t place) {
    newest_ = std::max(newest_, place);
    unrecorded_.insert(place);
}

void Intake::settle(std::int64_t place) {
    const auto found = unrecorded_.find(place);
    if (found == unrecorded_.end()) return;
    unrecorded_.erase(found);
    tell_place();
}

void Intake::tell_place() {
    const auto place = unrecorded_.empty() ? newest_ : *unrecorded_.begin() - 1;
    if (place <= told_) return;
    told_ = place;
    listener_.on_place(place);
}

bool Intake::offer(Translation message, std::int64_t place, Held held) {
    const auto& event_id = message.inbound.event_id();
    const auto is_same = [&](const Item& item) {
        return item.message.inbound.event_id() == event_id;
    };
    // Told again by a replay while the first one is still on its way.
    if (open_.contains(event_id) || std::ranges::any_of(waiting_, is_same)) {
        settle(place);
        return false;
    }
    waiting_.push_back({.message = std::move(message), .place = place, .held = held});
    send_waiting();
    tell_pressure();
    return true;
}

void Intake::release(const std::string& event_id) {
    for (auto& item : waiting_)
        if (item.message.inbound.event_id() == event_id) item.held = Held::no;
    on_room();
}

void Intake::complete(const std::string& event_id, Fetched fetched) {
    for (auto& item : waiting_) {
        if (item.message.inbound.event_id() != event_id) continue;
        add_fetched(item.message, std::move(fetched));
        break;
    }
    release(event_id);
}

// The first that is not held, nor of a channel whose earlier message is.
std::deque<Intake::Item>::iterator Intake::next_to_send() {
    std::set<Snowflake> held;
    return std::ranges::find_if(waiting_, [&](const Item& item) {
        if (item.held == Held::with_channel) held.insert(item.message.channel);
        return item.held == Held::no && !held.contains(item.message.channel);
    });
}

bool Intake::withdraw(const std::string& event_id) {
    const auto found = std::ranges::find_if(
        waiting_, [&](const Item& item) { return item.message.inbound.event_id() == event_id; });
    if (found == waiting_.end()) return false;
    const auto place = found->place;
    waiting_.erase(found);
    settle(place);
    on_room(); // those behind it in its channel
    return true;
}

void Intake::send_waiting() {
    while (credits_ > 0 && uplink_.has_room()) {
        const auto next = next_to_send();
        if (next == waiting_.end()) return;
        auto item = std::move(*next);
        waiting_.erase(next);
        send(item.message);
        --credits_;
        if (open_.empty()) alarm_->set(overdue_after);
        auto event_id = item.message.inbound.event_id();
        open_.insert_or_assign(std::move(event_id), std::move(item));
    }
}

// What cannot be sent (no descriptor for a long text) stays open, and is told again when overdue.
void Intake::send(const Translation& message) {
    wire::Frame frame;
    *frame.mutable_inbound() = message.inbound;
    auto& inbound = *frame.mutable_inbound();
    auto blob = ipc::put_text_and_files(*inbound.mutable_text(), message.text,
                                        *inbound.mutable_files(), message.files);
    if (!blob) return log::warn("discord.message_kept_back", {{"reason", blob.error().sentence}});
    uplink_.send(std::move(frame), std::move(*blob));
}

void Intake::acknowledge(const std::string& event_id, const std::string& trace) {
    is_told_again_ = false;
    const auto found = open_.extract(event_id);
    if (!found) return; // of a message sent twice
    ++credits_;
    auto& item = found.mapped();
    item.message.lease.reset(); // others' files may come now
    if (!trace.empty()) listener_.on_traced(event_id, trace);
    if (!item.message.inbound.message_id().empty())
        listener_.on_recorded(item.message.channel, item.message.message);
    if (item.place != 0) settle(item.place);
    open_.empty() ? alarm_->clear() : alarm_->set(overdue_after); // it goes on
    if (std::exchange(rounds_overdue_, 0) > 0) listener_.on_overdue(false);
    on_room();
}

void Intake::on_room() {
    send_waiting();
    tell_pressure();
}

// Reading goes on when half of it is gone, not at every single one.
void Intake::tell_pressure() {
    const bool is_full = waiting_.size() >= (is_full_ ? enough / 2 : enough);
    if (std::exchange(is_full_, is_full) != is_full) listener_.on_pressure(is_full);
}

void Intake::on_overdue() {
    ++rounds_overdue_;
    log::warn("discord.ack_overdue", {{"messages", open_.size()}, {"round", rounds_overdue_}});
    listener_.on_overdue(true);
    if (uplink_.has_room() && !std::exchange(is_told_again_, true))
        for (const auto& [event_id, item] : open_)
            send(item.message);
    alarm_->set(std::min(overdue_after * (1 << std::min(rounds_overdue_, 6)), overdue_at_most));
}

} // namespace openclaw::discord
