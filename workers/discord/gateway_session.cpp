// How a session begins, is resumed, and becomes live.
#include "common/base/strings.h"
#include "workers/discord/gateway.h"

#include <algorithm>
#include <utility>

namespace openclaw::discord {

namespace {

// DISCORD.md 3.2.
constexpr Milliseconds ready_within = std::chrono::seconds(30);
constexpr Milliseconds guilds_within = std::chrono::seconds(15);

// What the server wants interval-wise; anything else would be a busy loop or a dead watch.
constexpr std::int64_t shortest_interval_ms = 1000;
constexpr std::int64_t longest_interval_ms = 600'000;

constexpr CloseMeaning session_invalid{9, AfterClose::identify, wire::CAUSE_TRANSIENT, "session",
                                       "Discord no longer knows the session"};
constexpr CloseMeaning session_busy{9, AfterClose::resume, wire::CAUSE_TRANSIENT, "session",
                                    "Discord could not resume the session yet"};
constexpr CloseMeaning unrecorded{0, AfterClose::resume, wire::CAUSE_TRANSIENT, "unrecorded",
                                  "the new session could not be put on record"};

Milliseconds one_to_five_seconds() { // Discord API reference, "Invalid Session"
    return Milliseconds(1000 + static_cast<std::int64_t>(random_below(4001)));
}

} // namespace

void Gateway::on_hello(json::View hello) {
    if (state_ != State::greeting) return;
    const auto wanted = hello["heartbeat_interval"].integer(41'250);
    interval_ = Milliseconds(std::clamp(wanted, shortest_interval_ms, longest_interval_ms));
    // Jitter: a server that lost all its clients is not to meet them all at once.
    heartbeat_->set(Milliseconds(static_cast<std::int64_t>(
        random_below(static_cast<std::uint64_t>(interval_.count()) + 1))));
    session_ ? resume() : identify();
}

void Gateway::identify() {
    may_identify_ = false;
    budget_.take(to_.clock.unix_ms());
    enter(State::recording, recorded_within);
    to_.listener.on_identify(budget_, ++attempts_);
}

// Only now: a kill must not make us forget one that was sent.
void Gateway::on_identify_recorded(std::uint64_t attempt, bool is_kept) {
    if (state_ != State::recording || attempt != attempts_) return;
    if (!is_kept) {
        budget_.give_back();
        return leave(unrecorded, {}, {});
    }
    enter(State::identifying, ready_within);
    to_.wire.send(identify_payload(
        {.token = setting_.token, .intents = setting_.intents, .presence = setting_.presence}));
    count_from_now();
}

// The disk may have taken its time: the distance to the next one counts from when this one left.
void Gateway::count_from_now() {
    const auto on_record = budget_.text();
    budget_.give_back();
    budget_.take(to_.clock.unix_ms());
    if (budget_.text() != on_record) to_.listener.on_identified(budget_);
}

void Gateway::resume() {
    enter(State::resuming, ready_within);
    to_.wire.send(resume_payload(setting_.token, session_->id, durable_seq_));
}

void Gateway::on_dispatch(json::View payload) {
    if (state_ < State::identifying) return;
    const auto type = payload["t"].text();
    const auto data = payload["d"];
    if (payload["s"].is_integer())
        received_seq_ = std::max(received_seq_.value_or(0), payload["s"].integer());
    if (type == "READY") {
        if (state_ != State::identifying) return;
        on_ready(data);
    } else if (state_ == State::identifying) {
        return; // of no session yet
    }
    const bool is_replay = state_ == State::resuming;
    if (is_replay) deadline_->set(ready_within); // a long replay is not a silent one
    to_.listener.on_dispatch({.type = type,
                              .data = data,
                              .seq = received_seq_.value_or(0),
                              .is_replay = is_replay && type != "RESUMED"});
    if (state_ < State::identifying) return; // stopped by the listener
    if (type == "RESUMED" && state_ == State::resuming) return become_live(true);
    if (type == "GUILD_CREATE" || type == "GUILD_DELETE")
        awaited_guilds_.erase(std::string(data["id"].text()));
    if (state_ == State::collecting && awaited_guilds_.empty()) become_live(false);
}

void Gateway::on_ready(json::View ready) {
    session_ = Session{.id = std::string(ready["session_id"].text()),
                       .resume_url = std::string(ready["resume_gateway_url"].text()),
                       .identity = identity()};
    session_since_unix_ms_ = to_.clock.unix_ms();
    durable_seq_ = received_seq_.value_or(0);
    awaited_guilds_.clear();
    ready["guilds"].each_element([&](json::View guild) {
        awaited_guilds_.emplace(guild["id"].text());
        return true;
    });
    to_.listener.on_session(*session_, std::exchange(lost_session_, false));
    enter(State::collecting, guilds_within);
}

void Gateway::become_live(bool resumed) {
    state_ = State::live;
    was_invalid_ = false;
    vain_resumes_ = 0;
    deadline_->clear();
    live_since_ = to_.clock.now();
    to_.listener.on_live(resumed);
}

// Who answers so is there again: what kept us away is over. Only one that says it twice in a row is
// left in peace for longer.
void Gateway::on_invalid_session(bool resumable) {
    if (!std::exchange(was_invalid_, true)) backoff_.reset();
    if (!resumable || state_ == State::identifying) forget_session();
    leave(session_ ? session_busy : session_invalid, {}, one_to_five_seconds());
}

void Gateway::forget_session() {
    lost_session_ = lost_session_ || session_.has_value();
    session_.reset();
    vain_resumes_ = 0;
    durable_seq_ = 0;
}

} // namespace openclaw::discord
