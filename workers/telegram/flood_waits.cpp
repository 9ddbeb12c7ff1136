#include "workers/telegram/flood_waits.h"

#include "common/json/read.h"
#include "common/json/write.h"

#include <algorithm>
#include <utility>

namespace openclaw::telegram {

FloodWaits::FloodWaits(const Clock& clock, worker::Uplink& uplink,
                       const std::map<std::string, std::string>& state)
    : clock_(clock)
    , uplink_(uplink) {
    const auto kept = state.find(std::string(state_key));
    const auto record = json::Document::parse(kept == state.end() ? "{}" : kept->second);
    if (!record) return;
    record->root().each_member([&](std::string_view whose, json::View until) {
        return until_ms_[std::string(whose)] = until.integer(), true;
    });
    forget_old();
}

void FloodWaits::note(const std::string& whose, Milliseconds how_long) {
    auto& until = until_ms_[whose];
    until = std::max(until, clock_.unix_ms() + how_long.count());
    forget_old();
    write();
}

std::map<std::string, Milliseconds> FloodWaits::left() const {
    std::map<std::string, Milliseconds> waits;
    for (const auto& [whose, until] : until_ms_)
        if (const auto left = until - clock_.unix_ms(); left > 0) waits[whose] = Milliseconds(left);
    return waits;
}

void FloodWaits::forget_old() {
    std::erase_if(until_ms_, [&](const auto& one) { return one.second <= clock_.unix_ms(); });
    while (until_ms_.size() > most)
        until_ms_.erase(
            std::ranges::min_element(until_ms_, {}, [](const auto& one) { return one.second; }));
}

void FloodWaits::write() {
    json::Writer record;
    record.begin_object();
    for (const auto& [whose, until] : until_ms_)
        record.member(whose, until);
    record.end_object();
    wire::Frame frame;
    auto& entry = *frame.mutable_state_write()->add_entries();
    entry.set_key(std::string(state_key));
    entry.set_value(record.text());
    uplink_.send(std::move(frame));
}

} // namespace openclaw::telegram
