#include "workers/telegram/pace.h"

#include <algorithm>

namespace openclaw::telegram {

Instant Window::free_at(Instant now, Urgency urgency) const {
    if (limit_.count == 0) return now;
    const auto reserve =
        urgency == Urgency::may_wait ? std::min(limit_.reserve, limit_.count - 1) : 0;
    const auto usable = limit_.count - reserve;
    if (taken_.size() < usable) return now;
    // The one that must leave the window before there are fewer than `usable` in it.
    return std::max(now, taken_[taken_.size() - usable] + limit_.within);
}

void Window::take(Instant now) {
    if (limit_.count == 0) return;
    forget_old(now);
    taken_.push_back(now);
}

void Window::settle_last(Instant now) {
    if (!taken_.empty()) taken_.back() = now;
}

void Window::give_back_last() {
    if (!taken_.empty()) taken_.pop_back();
}

bool Window::is_empty(Instant now) const {
    return taken_.empty() || taken_.back() + limit_.within <= now;
}

void Window::forget_old(Instant now) {
    const auto fresh =
        std::ranges::find_if(taken_, [&](Instant at) { return at + limit_.within > now; });
    taken_.erase(taken_.begin(), fresh);
}

} // namespace openclaw::telegram
