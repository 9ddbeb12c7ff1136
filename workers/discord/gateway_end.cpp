// How a connection ends, and what follows: the table is close_code's.
#include "common/base/strings.h"
#include "workers/discord/gateway.h"
#include "workers/discord/intents.h"

#include <algorithm>
#include <string>

namespace openclaw::discord {

namespace {

constexpr Milliseconds after_rate_limit = std::chrono::seconds(5);
// Our own faults: so many closes within this time are reported instead of repeated.
constexpr std::size_t most_faults = 3;
constexpr Milliseconds faults_within = std::chrono::minutes(5);
// So often a session is resumed in vain: what stands in its way may come with every replay. When it
// is the server that hangs up it may be an outage, and a new session costs one of the day's.
constexpr int most_vain_resumes = 3, most_resumes_cut_off = 10;

} // namespace

// Ends the connection from our side.
void Gateway::leave(const CloseMeaning& why, std::string_view reason, Milliseconds at_least) {
    const std::string kept(reason); // it may lie in what is closed
    give_up_session(most_vain_resumes);
    if (state_ >= State::connecting) to_.wire.close(close_and_resume);
    end(why, kept, at_least);
}

void Gateway::on_closed(std::uint16_t code, std::string_view reason) {
    if (state_ < State::connecting) return;
    const auto& why = close_meaning(code);
    const bool is_given_up = give_up_session(most_resumes_cut_off);
    switch (why.after) {
    case AfterClose::resume:
        return end(why, reason, {});
    case AfterClose::resume_later:
        return end(why, reason, after_rate_limit);
    case AfterClose::report:
        if (!is_given_up && is_faulty_too_often()) return refuse(why);
        return end(why, reason, {});
    case AfterClose::identify:
        forget_session();
        return end(why, reason, {});
    case AfterClose::reduce:
        if (is_reduced_ || (setting_.intents & privileged_intents) == 0) return refuse(why);
        is_reduced_ = true;
        setting_.intents &= ~privileged_intents;
        forget_session();
        to_.listener.on_reduced();
        return end(why, reason, {});
    case AfterClose::refused:
    case AfterClose::give_up:
        return refuse(why);
    }
}

// The connection is over: when to try again.
void Gateway::end(const CloseMeaning& why, std::string_view reason, Milliseconds at_least) {
    heartbeat_->clear();
    if (state_ == State::connecting && session_) ++resume_url_failures_;
    const bool was_stable = state_ == State::live && to_.clock.now() - live_since_ >= stable_after;
    if (was_stable) backoff_.reset();
    // The first end of a good connection is an everyday thing: go on at once.
    const bool at_once = state_ == State::live && backoff_.failures() == 0;
    auto pause = std::max(backoff_.next(), at_least);
    if (at_once) pause = std::max(at_least, Milliseconds(random_below(250)));
    wait(pause);
    to_.listener.on_interrupted(why, reason, backoff_.failures(), pause);
}

// The connection ends before the session was taken up again. True: a new one will be begun.
bool Gateway::give_up_session(int most) {
    if (state_ != State::resuming || ++vain_resumes_ < most) return false;
    forget_session();
    faults_.clear(); // they may have been the session's
    return true;
}

bool Gateway::is_faulty_too_often() {
    const auto now = to_.clock.now();
    std::erase_if(faults_, [now](Instant at) { return at + faults_within <= now; });
    faults_.push_back(now);
    return faults_.size() >= most_faults;
}

void Gateway::refuse(const CloseMeaning& why) {
    state_ = State::resting;
    deadline_->clear();
    heartbeat_->clear();
    presence_->clear();
    to_.listener.on_refused(why);
}

} // namespace openclaw::discord
