#include "workers/discord/gateway.h"

#include "common/base/strings.h"
#include "workers/discord/intents.h"

#include <algorithm>
#include <utility>

namespace openclaw::discord {

namespace {

// DISCORD.md 3.2.
constexpr Milliseconds asked_within = std::chrono::seconds(35); // the question has its own, shorter
constexpr Milliseconds connected_within = std::chrono::seconds(20); // name, TCP, TLS, upgrade
constexpr Milliseconds greeted_within = std::chrono::seconds(20);
constexpr Milliseconds url_good_for = std::chrono::hours(24);
constexpr Milliseconds presence_every = std::chrono::seconds(15); // DISCORD.md 6

// At most 20 attempts in the first five minutes of an outage, and back within half a minute of its
// end: five short pauses, then 24 s (± 20 %).
constexpr Milliseconds first_pause = std::chrono::seconds(1);
constexpr Milliseconds longest_pause = std::chrono::seconds(24);

// Of 1,000 a day the server grants, 100 are not ours to use.
constexpr std::int64_t sessions_in_reserve = 100;

// So often the session's own address is tried in vain before the usual one: its machine may be
// gone, or may not be one that we are allowed to reach.
constexpr int tries_of_resume_url = 2;

// The five seconds between any two sessions are none.
constexpr Milliseconds worth_a_word = std::chrono::seconds(10);

// So often the server is asked in vain before the documented address is tried.
constexpr int tries_to_ask = 3;

constexpr CloseMeaning no_address{0, AfterClose::resume, wire::CAUSE_TRANSIENT, "network",
                                  "Discord does not answer when asked for its gateway"};
constexpr CloseMeaning reconnect_asked{7, AfterClose::resume, wire::CAUSE_TRANSIENT, "reconnect",
                                       "Discord asked us to connect anew"};
constexpr CloseMeaning zombie{0, AfterClose::resume, wire::CAUSE_TRANSIENT, "silent",
                              "Discord no longer acknowledges our heartbeats"};
constexpr CloseMeaning too_slow{0, AfterClose::resume, wire::CAUSE_TRANSIENT, "timeout",
                                "Discord did not go on with the connection in time"};
constexpr CloseMeaning no_sense{0, AfterClose::resume, wire::CAUSE_TRANSIENT, "protocol",
                                "Discord sent what we cannot read"};

} // namespace

Gateway::Gateway(Links links, Setting setting, IdentifyBudget budget)
    : to_(links)
    , setting_(std::move(setting))
    , budget_(std::move(budget))
    , backoff_(first_pause, longest_pause)
    , deadline_(links.alarms.make([this] { on_deadline(); }))
    , heartbeat_(links.alarms.make([this] { beat(); }))
    , presence_(links.alarms.make([this] { set_presence(setting_.presence); })) {}

void Gateway::begin(std::optional<Session> kept, std::int64_t durable_seq) {
    if (kept && kept->identity == identity()) {
        session_ = std::move(kept);
        durable_seq_ = durable_seq;
    } else if (kept) {
        lost_session_ = true;
    }
    go_on();
}

void Gateway::stop() {
    const bool connected = state_ >= State::connecting;
    state_ = State::resting;
    deadline_->clear();
    heartbeat_->clear();
    presence_->clear();
    if (connected) to_.wire.close(close_and_resume);
}

std::string Gateway::identity() const {
    // The token's first part names the bot; its other parts are the secret.
    const auto& token = setting_.token.reveal();
    return token.substr(0, token.find('.')) + "/" + std::to_string(setting_.intents);
}

// The next attempt.
void Gateway::go_on() {
    if (session_ || may_identify_) return connect();
    ask();
}

void Gateway::ask() {
    enter(State::asking, asked_within);
    to_.wire.ask();
}

void Gateway::on_info(const GatewayInfo& info) {
    if (state_ != State::asking) return;
    if (!info.url.empty()) url_ = info.url;
    url_until_ = to_.clock.now() + url_good_for;
    may_identify_ = true;
    auto pause = budget_.pause(to_.clock.unix_ms());
    if (info.remaining <= std::min(sessions_in_reserve, info.total / 10)) {
        may_identify_ = false; // asked again then
        pause = std::max(pause, std::max<Milliseconds>(info.reset_after, longest_pause));
    }
    begin_after(pause);
}

// The server does not say: what it said last stands for a day; then, after some tries, the
// documented address.
void Gateway::on_info_failed() {
    if (state_ != State::asking) return;
    if (to_.clock.now() >= url_until_) url_.clear();
    if (url_.empty() && backoff_.failures() < tries_to_ask) return end(no_address, {}, {});
    may_identify_ = true;
    begin_after(budget_.pause(to_.clock.unix_ms()));
}

// Without a session nothing is heard: a pause of more than a moment is not kept to ourselves.
void Gateway::begin_after(Milliseconds pause) {
    if (pause <= Milliseconds(0)) return connect();
    if (pause > worth_a_word) to_.listener.on_waiting(pause);
    wait(pause);
}

void Gateway::connect() {
    received_seq_.reset();
    is_acknowledged_ = true;
    enter(State::connecting, connected_within);
    const auto& fresh = url_.empty() ? setting_.default_url : url_;
    const bool resumes =
        session_ && !session_->resume_url.empty() && resume_url_failures_ < tries_of_resume_url;
    to_.wire.connect(gateway_address(resumes ? session_->resume_url : fresh, setting_.compressed));
}

void Gateway::wait(Milliseconds pause) {
    enter(State::waiting, pause);
}

void Gateway::enter(State state, Milliseconds deadline) {
    state_ = state;
    deadline_->set(deadline);
}

void Gateway::on_deadline() {
    switch (state_) {
    case State::resting:
    case State::live:
        return;
    case State::waiting:
        return go_on();
    case State::asking:
        return on_info_failed();
    case State::collecting: // an outage of one guild is not ours
        return become_live(false);
    case State::recording:
        return on_identify_recorded(attempts_, false);
    case State::connecting:
    case State::greeting:
    case State::identifying:
    case State::resuming:
        return leave(too_slow, state(), {});
    }
}

void Gateway::on_open() {
    if (state_ != State::connecting) return;
    resume_url_failures_ = 0;
    enter(State::greeting, greeted_within);
}

void Gateway::on_message(std::string_view payload) {
    if (state_ < State::greeting) return;
    const auto document = json::Document::parse(payload);
    if (!document || !document->root()["op"].is_integer())
        return leave(no_sense, document ? "no opcode" : document.error().sentence, {});
    last_event_unix_ms_ = to_.clock.unix_ms();
    const auto root = document->root();
    switch (static_cast<Op>(root["op"].integer())) {
    case Op::hello:
        return on_hello(root["d"]);
    case Op::dispatch:
        return on_dispatch(root);
    case Op::heartbeat: // asked for: the schedule stays
        return to_.wire.send(heartbeat_payload(received_seq_));
    case Op::heartbeat_ack:
        return on_ack();
    case Op::reconnect:
        return leave(reconnect_asked, {}, {});
    case Op::invalid_session:
        return on_invalid_session(root["d"].boolean());
    default:
        return;
    }
}

// A heartbeat is due. The one before is not acknowledged: the connection is dead and does not know.
void Gateway::beat() {
    if (state_ < State::greeting) return;
    if (!is_acknowledged_) return leave(zombie, {}, {});
    is_acknowledged_ = false;
    send_beat();
    heartbeat_->set(interval_);
}

void Gateway::send_beat() {
    beat_sent_ = to_.clock.now();
    to_.wire.send(heartbeat_payload(received_seq_));
}

void Gateway::on_ack() {
    last_ack_unix_ms_ = to_.clock.unix_ms();
    if (!std::exchange(is_acknowledged_, true))
        round_trip_ = std::chrono::duration_cast<Milliseconds>(to_.clock.now() - beat_sent_);
    const bool is_stable = state_ == State::live && to_.clock.now() - live_since_ >= stable_after;
    if (is_stable) backoff_.reset();
    to_.listener.on_heartbeat_acknowledged();
}

void Gateway::set_presence(const Presence& presence) {
    setting_.presence = presence;
    if (state_ != State::live) return;
    const auto now = to_.clock.now();
    if (now < next_presence_)
        return presence_->set(std::chrono::ceil<Milliseconds>(next_presence_ - now));
    next_presence_ = now + presence_every;
    to_.wire.send(presence_payload(setting_.presence));
}

std::string_view Gateway::state() const {
    switch (state_) {
    case State::resting:
        return "resting";
    case State::asking:
        return "asking for the gateway";
    case State::waiting:
        return "waiting for the next try";
    case State::connecting:
        return "connecting";
    case State::greeting:
        return "waiting for the greeting";
    case State::recording:
        return "putting the new session on record";
    case State::identifying:
        return "identifying";
    case State::resuming:
        return "resuming";
    case State::collecting:
        return "learning the servers";
    case State::live:
        return "live";
    }
    return "resting";
}

} // namespace openclaw::discord
