#include "workers/telegram/send_queue.h"

#include "common/base/check.h"

#include <algorithm>

namespace openclaw::telegram {

namespace {

constexpr Milliseconds hold_margin{500}; // TELEGRAM.md 8: R + 0.5 s
constexpr Milliseconds storm_window = std::chrono::seconds(1);
constexpr Milliseconds sweep_every = std::chrono::minutes(1);

std::size_t index_of(Priority priority) {
    return static_cast<std::size_t>(priority);
}

bool is_counted(Priority priority) {
    return priority == Priority::final || priority == Priority::preview;
}

Urgency urgency_of(Priority priority) {
    return priority >= Priority::preview ? Urgency::may_wait : Urgency::normal;
}

} // namespace

SendQueue::SendQueue(const Clock& clock, AlarmMaker& alarms, PaceRules rules)
    : clock_(clock)
    , rules_(rules)
    , bot_(rules.bot)
    , next_sweep_(clock.now() + sweep_every)
    , alarm_(alarms.make([this] { pump(); })) {}

void SendQueue::submit(const std::string& chat, Priority priority, Turn turn) {
    auto& lane = lane_of(chat);
    lane.jobs[index_of(priority)].push_back(std::move(turn));
    ++waiting_jobs_;
    want(lane);
    pump();
}

void SendQueue::finish(const std::string& chat, Used used) {
    auto& lane = lane_of(chat);
    CHECK_INVARIANT(lane.busy);
    lane.busy = false;
    --in_flight_;
    if (used == Used::no) bot_.give_back_last();
    if (is_counted(lane.running)) {
        for (auto* window : {&lane.chat, &lane.group})
            used == Used::yes ? window->settle_last(clock_.now()) : window->give_back_last();
    }
    want(lane);
    pump();
    if (clock_.now() >= next_sweep_) sweep();
}

void SendQueue::hold(const std::string& chat, Milliseconds retry_after) {
    const auto now = clock_.now();
    lane_of(chat).held_until = now + retry_after + hold_margin;
    if (now - last_hold_ <= storm_window && last_held_chat_ != chat && !last_held_chat_.empty())
        all_held_until_ = std::max(all_held_until_, now + retry_after);
    last_hold_ = now;
    last_held_chat_ = chat;
    if (on_hold_) on_hold_(chat, retry_after);
}

void SendQueue::hold_on(const std::string& chat, Milliseconds left) {
    lane_of(chat).held_until = clock_.now() + left + hold_margin;
}

bool SendQueue::is_held(const std::string& chat) const {
    const auto now = clock_.now();
    const auto found = lanes_.find(chat);
    return all_held_until_ > now || (found != lanes_.end() && found->second->held_until > now);
}

bool SendQueue::Lane::has_jobs() const {
    return std::ranges::any_of(jobs, [](const auto& list) { return !list.empty(); });
}

SendQueue::Lane& SendQueue::lane_of(const std::string& chat) {
    auto& lane = lanes_[chat];
    if (!lane) lane = std::make_unique<Lane>(rules_, is_group_id(chat));
    return *lane;
}

// `now` is the caller's: a clock that moves between two looks would never let anything be free
// "now".
Instant SendQueue::free_at(const Lane& lane, Priority priority, Instant now) const {
    const auto urgency = urgency_of(priority);
    auto at = std::max({now, all_held_until_, lane.held_until, bot_.free_at(now, urgency)});
    if (!is_counted(priority)) return at;
    return std::max({at, lane.chat.free_at(now, urgency), lane.group.free_at(now, urgency)});
}

void SendQueue::want(Lane& lane) {
    if (lane.busy || !lane.has_jobs() || std::ranges::find(wanting_, &lane) != wanting_.end())
        return;
    wanting_.push_back(&lane);
}

// Starts all that may start. A turn may submit or finish: that is seen by the loop that runs
// already.
void SendQueue::pump() {
    if (pumping_) return;
    pumping_ = true;
    while (const auto candidate = next_candidate())
        start(*candidate);
    pumping_ = false;
    plan_wake();
}

std::optional<SendQueue::Candidate> SendQueue::next_candidate() const {
    const auto now = clock_.now();
    for (std::size_t level = 0; level < priorities; ++level) {
        const auto priority = static_cast<Priority>(level);
        Lane* fairest = nullptr;
        for (auto* lane : wanting_) {
            if (lane->jobs[level].empty() || free_at(*lane, priority, now) > now) continue;
            if (fairest == nullptr || lane->last_turn < fairest->last_turn) fairest = lane;
        }
        if (fairest != nullptr) return Candidate{fairest, priority};
    }
    return std::nullopt;
}

void SendQueue::start(Candidate candidate) {
    auto& lane = *candidate.lane;
    auto& jobs = lane.jobs[index_of(candidate.priority)];
    auto turn = std::move(jobs.front());
    jobs.pop_front();
    --waiting_jobs_;
    ++in_flight_;
    lane.busy = true;
    lane.running = candidate.priority;
    lane.last_turn = ++turns_;
    std::erase(wanting_, &lane);
    const auto now = clock_.now();
    bot_.take(now);
    if (is_counted(candidate.priority)) {
        lane.chat.take(now);
        lane.group.take(now);
    }
    turn();
}

void SendQueue::plan_wake() {
    if (wanting_.empty()) return alarm_->clear();
    const auto now = clock_.now();
    auto wake = Instant::max();
    for (const auto* lane : wanting_)
        for (std::size_t level = 0; level < priorities; ++level)
            if (!lane->jobs[level].empty())
                wake = std::min(wake, free_at(*lane, static_cast<Priority>(level), now));
    const auto delay = std::chrono::ceil<Milliseconds>(wake - now);
    alarm_->set(std::max(delay, Milliseconds(1)));
}

// Chats that have been quiet for a while leave no trace.
void SendQueue::sweep() {
    const auto now = clock_.now();
    next_sweep_ = now + sweep_every;
    std::erase_if(lanes_, [&](const auto& entry) {
        const auto& lane = *entry.second;
        return !lane.busy && !lane.has_jobs() && lane.held_until <= now &&
               lane.chat.is_empty(now) && lane.group.is_empty(now);
    });
}

} // namespace openclaw::telegram
