#include "common/worker/flood_waits.h"

#include "common/json/read.h"
#include "common/json/write.h"

#include <algorithm>
#include <utility>

namespace openclaw::worker {

FloodWaits::FloodWaits(const Clock& clock, Uplink& uplink,
                       const std::map<std::string, std::string>& state)
    : clock_(clock)
    , uplink_(uplink) {
    const auto kept = state.find(std::string(state_key));
    const auto record = json::Document::parse(kept == state.end() ? "{}" : kept->second);
    if (!record) return;
    record->root().each_member([&](std::string_view whose, json::View wait) {
        const bool has_both = wait.size() == 2; // earlier releases wrote the end alone
        read(whose, has_both ? wait.at(0).integer() : clock_.unix_ms(),
             has_both ? wait.at(1).integer() : wait.integer());
        return true;
    });
    forget_old();
}

// Else each life until the clock has caught up would begin the wait anew.
void FloodWaits::begin() {
    if (std::exchange(is_clock_behind_, false)) write();
}

void FloodWaits::read(std::string_view whose, std::int64_t noted, std::int64_t until) {
    if (noted < 0 || until <= noted) return;
    Wait wait{.noted = noted, .until = until};
    if (const auto now = clock_.unix_ms(); noted > now) {
        wait = {.noted = now, .until = now + left_of(wait).count()};
        is_clock_behind_ = true;
    }
    waits_[std::string(whose)] = wait;
}

void FloodWaits::note(const std::string& whose, Milliseconds how_long) {
    auto& wait = waits_[whose];
    const auto now = clock_.unix_ms();
    wait = {.noted = now, .until = now + std::max(how_long, left_of(wait)).count()};
    forget_old();
    write();
}

std::map<std::string, Milliseconds> FloodWaits::left() const {
    std::map<std::string, Milliseconds> all;
    for (const auto& [whose, wait] : waits_)
        if (const auto left = left_of(wait); left.count() > 0) all[whose] = left;
    return all;
}

Milliseconds FloodWaits::left_of(const Wait& wait) const {
    return Milliseconds(wait.until - std::max(clock_.unix_ms(), wait.noted));
}

void FloodWaits::forget_old() {
    std::erase_if(waits_, [&](const auto& one) { return left_of(one.second).count() <= 0; });
    while (waits_.size() > most)
        waits_.erase(std::ranges::min_element(
            waits_, {}, [this](const auto& one) { return left_of(one.second); }));
}

void FloodWaits::write() {
    json::Writer record;
    record.begin_object();
    for (const auto& [whose, wait] : waits_)
        record.key(whose).begin_array().value(wait.noted).value(wait.until).end_array();
    record.end_object();
    wire::Frame frame;
    auto& entry = *frame.mutable_state_write()->add_entries();
    entry.set_key(std::string(state_key));
    entry.set_value(record.text());
    uplink_.send(std::move(frame));
}

} // namespace openclaw::worker
