#include "workers/discord/buckets.h"

#include <algorithm>

namespace openclaw::discord {

namespace {

constexpr Milliseconds margin{50}; // DISCORD.md 1.2: retry_after + 50 ms
constexpr Milliseconds second = std::chrono::seconds(1);

constexpr Milliseconds worth_keeping = std::chrono::seconds(10);
constexpr std::string_view everything = "*";

std::string held_key(const Route& route) {
    return route.shape + "|" + route.major;
}

} // namespace

std::string Buckets::key_of(const Route& route) const {
    const auto found = hashes_.find(route.shape);
    return (found == hashes_.end() ? route.shape : found->second) + "|" + route.major;
}

Buckets::Bucket& Buckets::bucket_of(const Route& route) {
    return buckets_[key_of(route)];
}

std::optional<Instant> Buckets::free_at(const Route& route, Instant now) const {
    auto at = std::max(now, route.is_global ? all_held_until_ : now);
    if (route.is_global && recent_.size() >= most_a_second)
        at = std::max(at, recent_[recent_.size() - most_a_second] + second);
    if (const auto held = held_.find(held_key(route)); held != held_.end())
        at = std::max(at, held->second);
    const auto found = buckets_.find(key_of(route));
    if (found == buckets_.end()) return at;
    const auto& bucket = found->second;
    if (!bucket.is_known) return bucket.in_flight > 0 ? std::nullopt : std::optional(at);
    if (bucket.remaining - bucket.in_flight > 0) return at;
    // Used up. When the window is over it is full again, less what is still on its way.
    if (bucket.limit - bucket.in_flight > 0) return std::max(at, bucket.resets_at);
    return std::nullopt;
}

void Buckets::leave(const Route& route, Instant now) {
    auto& bucket = bucket_of(route);
    if (bucket.is_known && bucket.resets_at <= now) bucket.remaining = bucket.limit;
    ++bucket.in_flight;
    if (!route.is_global) return;
    while (!recent_.empty() && recent_.front() + second <= now)
        recent_.pop_front();
    recent_.push_back(now);
}

void Buckets::settle(const Route& route, const RateFacts& facts, Instant now) {
    {
        auto& bucket = bucket_of(route);
        if (bucket.in_flight > 0) --bucket.in_flight;
    }
    if (facts.bucket.empty()) return;
    learn(route, facts);
    auto& bucket = bucket_of(route);
    bucket.is_known = true;
    bucket.limit = std::max<std::int64_t>(facts.limit, 1);
    bucket.remaining = std::clamp<std::int64_t>(facts.remaining, 0, bucket.limit);
    bucket.resets_at = now + facts.reset_after;
}

// From now on the route has another key: what is on its way moves along.
void Buckets::learn(const Route& route, const RateFacts& facts) {
    const auto before = key_of(route);
    hashes_[route.shape] = facts.bucket;
    const auto after = key_of(route);
    if (before == after) return;
    const auto old = buckets_.extract(before);
    auto& bucket = buckets_[after];
    if (old) bucket.in_flight += old.mapped().in_flight;
}

void Buckets::refuse(const Route& route, const RateRefusal& refusal, Instant now) {
    hold(held_name(route, refusal), now + refusal.retry_after + margin);
}

std::string Buckets::held_name(const Route& route, const RateRefusal& refusal) {
    return refusal.is_global ? std::string(everything) : held_key(route);
}

void Buckets::hold(const std::string& name, Instant until) {
    if (name == everything)
        all_held_until_ = std::max(all_held_until_, until);
    else
        held_[name] = until;
}

bool Buckets::is_worth_keeping(const Route& route, const RateRefusal& refusal) {
    if (refusal.is_global) return true;
    if (!route.is_global) return false;
    return route.major.empty() || refusal.retry_after >= worth_keeping;
}

void Buckets::sweep(Instant now) {
    std::erase_if(held_, [now](const auto& entry) { return entry.second <= now; });
    std::erase_if(buckets_, [now](const auto& entry) {
        const auto& bucket = entry.second;
        return bucket.in_flight == 0 && bucket.resets_at <= now;
    });
}

} // namespace openclaw::discord
