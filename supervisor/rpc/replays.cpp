#include "supervisor/rpc/replays.h"

namespace openclaw::rpc {

namespace {

// PROTOCOL.md 14: about five minutes and 1,000 keys.
constexpr Milliseconds kept_for = std::chrono::minutes(5);
constexpr std::size_t kept_keys = 1000;

} // namespace

Replays::Verdict Replays::begin(const std::string& key, OnOutcome waiter) {
    forget_old();
    const auto [at, is_new] = entries_.try_emplace(key);
    if (is_new) {
        at->second.since = clock_.now();
        order_.emplace_back(at->second.since, key);
        return Verdict::first;
    }
    if (at->second.outcome)
        waiter(*at->second.outcome);
    else
        at->second.waiters.push_back(std::move(waiter));
    return Verdict::replayed;
}

void Replays::settle(const std::string& key, Outcome outcome) {
    const auto at = entries_.find(key);
    if (at == entries_.end() || at->second.outcome) return;
    at->second.outcome = std::move(outcome);
    std::vector<OnOutcome> waiters;
    waiters.swap(at->second.waiters);
    const Outcome kept = *at->second.outcome; // a waiter may make entries and move this one
    for (const auto& waiter : waiters)
        waiter(kept);
}

void Replays::forget_old() {
    const auto horizon = clock_.now() - kept_for;
    while (!order_.empty() && (order_.front().first < horizon || order_.size() >= kept_keys)) {
        entries_.erase(order_.front().second);
        order_.pop_front();
    }
}

} // namespace openclaw::rpc
