#include "supervisor/flow/delivery_table.h"

#include "supervisor/flow/rooms.h"

#include <algorithm>
#include <utility>

namespace openclaw::flow {

void take_times(Delivery& delivery, Instant now, std::int64_t wall_ms) {
    const auto& row = delivery.row;
    if (row.next_try_at_ms > 0)
        delivery.not_before = now + std::clamp(Milliseconds(row.next_try_at_ms - wall_ms),
                                               Milliseconds(0), longest_pause);
    if (row.expires_at_ms == 0) return;
    // Made after its end: the clock was set back in between, and the beginning says nothing.
    const bool is_sound = row.created_at_ms <= row.expires_at_ms;
    const Milliseconds meant(row.expires_at_ms - (is_sound ? row.created_at_ms : wall_ms));
    delivery.expires_at = now + std::min(Milliseconds(row.expires_at_ms - wall_ms), meant);
}

Delivery& DeliveryTable::add(ledger::OutboxRow row) {
    auto delivery = std::make_unique<Delivery>();
    delivery->worker = worker_id(row.to.channel, row.to.account);
    delivery->is_stream = row.markdown.empty() && row.files == 0;
    delivery->place = next_++;
    delivery->row = std::move(row);
    auto& kept = *delivery;
    by_action_[kept.row.action_id] = kept.place;
    by_place_[kept.place] = std::move(delivery);
    return kept;
}

Delivery* DeliveryTable::find(const std::string& action_id) const {
    const auto found = by_action_.find(action_id);
    return found == by_action_.end() ? nullptr : by_place_.at(found->second).get();
}

std::unique_ptr<Delivery> DeliveryTable::remove(Delivery& delivery) {
    put_down(delivery);
    lines_[delivery.worker].waiting.erase(delivery.place);
    by_action_.erase(delivery.row.action_id);
    return std::move(by_place_.extract(delivery.place).mapped());
}

void DeliveryTable::wait(Delivery& delivery) {
    lines_[delivery.worker].waiting.insert(delivery.place);
}

void DeliveryTable::take_in_hand(Delivery& delivery, Instant now) {
    auto& line = lines_[delivery.worker];
    line.waiting.erase(delivery.place);
    line.in_hand.insert(delivery.place);
    if (delivery.deaths > 0) line.suspects.insert(delivery.place);
    delivery.rests_from = now + trial;
    delivery.is_the_repeat = delivery.row.repeats > 0;
    line.holds_repeat |= delivery.is_the_repeat;
    delivery.is_in_hand = true;
}

void DeliveryTable::put_down(Delivery& delivery) {
    if (!std::exchange(delivery.is_in_hand, false)) return;
    auto& line = lines_[delivery.worker];
    line.in_hand.erase(delivery.place);
    line.suspects.erase(delivery.place);
    if (std::exchange(delivery.is_the_repeat, false)) line.holds_repeat = false;
}

void DeliveryTable::acquit(Delivery& delivery) {
    delivery.deaths = 0;
    delivery.rests_from = {};
    lines_[delivery.worker].suspects.erase(delivery.place);
}

const DeliveryTable::Line& DeliveryTable::line(const std::string& worker) const {
    static const Line none;
    const auto found = lines_.find(worker);
    return found == lines_.end() ? none : found->second;
}

// A repeat that waits for another one's fate keeps nobody back.
Delivery* DeliveryTable::oldest_due(const Line& line, Instant now) const {
    for (const auto place : line.waiting) {
        auto& delivery = *by_place_.at(place);
        const bool must_wait = delivery.row.repeats > 0 && line.holds_repeat;
        if (delivery.not_before <= now && !must_wait) return &delivery;
    }
    return nullptr;
}

// A suspect: when all that is in hand rests. Any other: when the suspects do.
Instant DeliveryTable::may_go_from(const Line& line, const Delivery& delivery) const {
    Instant from{};
    for (const auto place : delivery.deaths > 0 ? line.in_hand : line.suspects)
        from = std::max(from, by_place_.at(place)->rests_from);
    return from;
}

// A suspect's turn is not taken by those behind it, or on a busy account it would never come.
Delivery* DeliveryTable::next_for(const std::string& worker, Instant now) const {
    const auto& of = line(worker);
    if (of.in_hand.size() >= max_in_hand) return nullptr;
    auto* oldest = oldest_due(of, now);
    const bool may_go = oldest != nullptr && may_go_from(of, *oldest) <= now;
    return may_go ? oldest : nullptr;
}

Instant DeliveryTable::next_from(const std::string& worker, Instant now) const {
    const auto& of = line(worker);
    const auto* oldest = oldest_due(of, now);
    return oldest == nullptr ? Instant{} : may_go_from(of, *oldest);
}

std::uint64_t DeliveryTable::alone_at_work(const std::string& worker, Instant now) const {
    std::uint64_t found = 0;
    for (const auto place : line(worker).in_hand) {
        if (by_place_.at(place)->rests(now)) continue;
        if (found != 0) return 0;
        found = place;
    }
    return found;
}

std::vector<std::uint64_t> DeliveryTable::places() const {
    std::vector<std::uint64_t> found;
    found.reserve(by_place_.size());
    for (const auto& [place, delivery] : by_place_)
        found.push_back(place);
    return found;
}

std::vector<std::uint64_t> DeliveryTable::places_of(const std::string& worker) const {
    std::vector<std::uint64_t> found;
    for (const auto& [place, delivery] : by_place_)
        if (delivery->worker == worker) found.push_back(place);
    return found;
}

Delivery* DeliveryTable::at(std::uint64_t place) const {
    const auto found = by_place_.find(place);
    return found == by_place_.end() ? nullptr : found->second.get();
}

std::vector<std::string> DeliveryTable::workers() const {
    std::vector<std::string> found;
    for (const auto& [worker, of] : lines_)
        found.push_back(worker);
    return found;
}

std::size_t DeliveryTable::owed_by(const std::string& worker) const {
    return line(worker).waiting.size() + line(worker).in_hand.size();
}

std::size_t DeliveryTable::in_hand_count() const {
    std::size_t count = 0;
    for (const auto& [worker, of] : lines_)
        count += of.in_hand.size();
    return count;
}

} // namespace openclaw::flow
