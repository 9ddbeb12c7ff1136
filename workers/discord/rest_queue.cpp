#include "workers/discord/rest_queue.h"

#include <algorithm>
#include <unordered_set>
#include <vector>

namespace openclaw::discord {

namespace {
constexpr Milliseconds sweep_every = std::chrono::minutes(1);
}

RestQueue::RestQueue(const Clock& clock, AlarmMaker& alarms)
    : clock_(clock)
    , next_sweep_(clock.now() + sweep_every)
    , alarm_(alarms.make([this] { pump(); })) {}

RestQueue::Ticket RestQueue::submit(Priority priority, Job job) {
    const Ticket ticket{priority, ++last_number_};
    submit_again(ticket, std::move(job));
    return ticket;
}

void RestQueue::submit_again(Ticket ticket, Job job) {
    jobs_.insert_or_assign(ticket, std::move(job));
    alarm_->set(Milliseconds(0));
}

void RestQueue::withdraw(Ticket ticket) {
    jobs_.erase(ticket);
}

void RestQueue::settle(const Route& route, const RateFacts& facts) {
    buckets_.settle(route, facts, clock_.now());
    if (!jobs_.empty()) alarm_->set(Milliseconds(0));
}

void RestQueue::refuse(const Route& route, const RateRefusal& refusal) {
    buckets_.refuse(route, refusal, clock_.now());
}

// Looks through all that waits, in order; who cannot leave keeps its place before those of the same
// bucket. Turns run when the look is over: they may submit and withdraw.
void RestQueue::pump() {
    const auto now = clock_.now();
    auto wake = Instant::max();
    std::unordered_set<std::string> held;
    std::vector<std::pair<Turn, Fate>> turns;
    for (auto next = jobs_.begin(); next != jobs_.end();) {
        auto& job = next->second;
        const auto key = buckets_.key_of(job.route);
        const bool is_behind_another = held.contains(key);
        const auto at = buckets_.free_at(job.route, now);
        const auto fate = fate_of(job, at, is_behind_another);
        if (!fate) {
            if (at && !is_behind_another) wake = std::min(wake, *at);
            held.insert(key);
            ++next;
            continue;
        }
        if (fate == Fate::leaves) buckets_.leave(job.route, now);
        turns.emplace_back(std::move(job.turn), *fate);
        next = jobs_.erase(next);
    }
    if (wake != Instant::max())
        alarm_->set(std::max(std::chrono::ceil<Milliseconds>(wake - now), Milliseconds(1)));
    if (now >= next_sweep_) sweep();
    for (auto& [turn, fate] : turns)
        turn(fate);
}

// Nothing: it waits.
std::optional<RestQueue::Fate> RestQueue::fate_of(const Job& job, std::optional<Instant> free_at,
                                                  bool is_behind_another) const {
    const auto now = clock_.now();
    if (free_at && *free_at <= now && !is_behind_another) return Fate::leaves;
    if (job.comes_back && free_at && *free_at > now + short_wait) return Fate::comes_back;
    if (job.rather_never || jobs_.size() > most_waiting) return Fate::is_dropped;
    return std::nullopt;
}

void RestQueue::hold(const std::string& name, Milliseconds left) {
    buckets_.hold(name, clock_.now() + left);
}

Milliseconds RestQueue::time_until_free(const Route& route) const {
    const auto now = clock_.now();
    const auto at = buckets_.free_at(route, now);
    return at ? std::chrono::ceil<Milliseconds>(*at - now) : short_wait;
}

void RestQueue::sweep() {
    next_sweep_ = clock_.now() + sweep_every;
    buckets_.sweep(clock_.now());
}

} // namespace openclaw::discord
