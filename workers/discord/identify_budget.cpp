#include "workers/discord/identify_budget.h"

#include "common/base/strings.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace openclaw::discord {

namespace {

constexpr Milliseconds window = std::chrono::hours(24);
constexpr std::int64_t last_second = 253'402'300'799; // the year 9999: what lies behind is no time

struct Pace {
    std::size_t used; // from so many on
    Milliseconds apart;
};

// 5 s: one IDENTIFY for each five seconds and concurrency key (API reference). With 180 s between
// two, the last 600 last for 30 hours: longer than the window.
constexpr auto paces = std::to_array<Pace>({
    {300, std::chrono::seconds(180)},
    {150, std::chrono::seconds(60)},
    {50, std::chrono::seconds(20)},
    {0, std::chrono::milliseconds(5250)},
});

Milliseconds apart_after(std::size_t used) {
    return std::ranges::find_if(paces, [used](const Pace& row) { return used >= row.used; })->apart;
}

} // namespace

// Seconds, each as the distance from the one before: 900 times fit four kilobytes. Rounded up: the
// next life must not believe that the last one is longer ago than it is.
IdentifyBudget::IdentifyBudget(std::string_view text) {
    std::int64_t seconds = 0;
    for (const auto piece : split(text, ' ')) {
        std::int64_t step = 0;
        const auto [end, problem] =
            std::from_chars(piece.data(), piece.data() + piece.size(), step);
        if (problem != std::errc() || end != piece.data() + piece.size() || step < 0 ||
            step > last_second - seconds) {
            taken_.clear();
            return;
        }
        seconds += step;
        taken_.push_back(seconds * 1000);
    }
    while (taken_.size() > most_a_day)
        taken_.pop_front();
}

std::string IdentifyBudget::text() const {
    std::string out;
    std::int64_t before = 0;
    for (const auto at : taken_) {
        if (!out.empty()) out += ' ';
        const auto seconds = std::max((at + 999) / 1000, before); // a clock may be set back
        out += std::to_string(seconds - before);
        before = seconds;
    }
    return out;
}

// A clock that was set back must not lock us out: times of the future count as now.
Milliseconds IdentifyBudget::pause(std::int64_t now_unix_ms) const {
    if (taken_.empty()) return Milliseconds(0);
    const auto count = used(now_unix_ms);
    const auto last = std::min(taken_.back(), now_unix_ms);
    auto next = last + apart_after(count).count();
    if (count >= most_a_day)
        next = std::max(next, std::min(taken_.front(), now_unix_ms) + window.count());
    return Milliseconds(std::max<std::int64_t>(next - now_unix_ms, 0));
}

void IdentifyBudget::take(std::int64_t now_unix_ms) {
    while (!taken_.empty() &&
           (taken_.size() >= most_a_day || taken_.front() + window.count() <= now_unix_ms))
        taken_.pop_front();
    taken_.push_back(now_unix_ms);
}

void IdentifyBudget::give_back() {
    if (!taken_.empty()) taken_.pop_back();
}

std::size_t IdentifyBudget::used(std::int64_t now_unix_ms) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        taken_, [&](std::int64_t at) { return at + window.count() > now_unix_ms; }));
}

} // namespace openclaw::discord
