// discord/gateway.h — one bot's conversation with the gateway: connect, greet, identify or resume,
// live, and begin again (DISCORD.md 3.2).
//
// No socket and no clock of its own: Wire carries, alarms wake, Listener is told. Each state waits
// for one thing and has a deadline:
//
//   resting → asking → waiting → connecting → greeting → identifying → collecting → live
//                 ▲        ▲                       └───────► resuming ───────────────┘
//                 └────────┴──────── every end of a connection, by the table of close_code.h
//
// A session is resumed from the place that is on record (`durable`), never from what was merely
// received: what a crash of ours would lose comes again. A new session costs one of the budget, and
// the server is asked first how many it still grants. Connections are not closed
// with 1000 or 1001, not even at the end: the next life resumes.
#pragma once

#include "common/base/backoff.h"
#include "common/base/secret.h"
#include "common/loop/alarm.h"
#include "workers/discord/close_code.h"
#include "workers/discord/identify_budget.h"
#include "workers/discord/payload.h"

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

namespace openclaw::discord {

// GET /gateway/bot.
struct GatewayInfo {
    std::string url;
    std::int64_t total = 1000;     // sessions in 24 hours
    std::int64_t remaining = 1000; // of them
    Milliseconds reset_after{0};
};

// What the next life needs to go on with this session.
struct Session {
    std::string id;
    std::string resume_url;
    std::string identity; // of whom, with which intents: another bot's session is of no use

    bool operator==(const Session&) const = default;
};

class Gateway {
  public:
    // The connection. After connect() either on_open() and then messages, or on_closed(); nothing
    // comes from inside a call. close() ends it: nothing comes after it.
    struct Wire {
        virtual ~Wire() = default;
        virtual void ask() = 0; // for GatewayInfo: ends in on_info() or on_info_failed()
        virtual void connect(const std::string& url) = 0;
        virtual void send(const std::string& payload) = 0;
        virtual void close(std::uint16_t code) = 0;
    };

    struct Dispatch {
        std::string_view type; // "MESSAGE_CREATE"
        json::View data;       // valid during the call
        std::int64_t seq;
        bool is_replay; // of what was missed
    };

    struct Listener {
        virtual ~Listener() = default;
        virtual void on_dispatch(const Dispatch& dispatch) = 0; // READY and RESUMED included
        // A new session has begun, in place of one that is lost (then `lost`), or for the first
        // time. On record before anything of it is.
        virtual void on_session(const Session& session, bool lost) = 0;
        virtual void on_live(bool resumed) = 0; // the guilds are known; or all that was missed came
        virtual void on_heartbeat_acknowledged() = 0;
        // An attempt ended. `next_try` is in so long.
        virtual void on_interrupted(const CloseMeaning& why, std::string_view reason, int in_a_row,
                                    Milliseconds next_try) = 0;
        // No session may be begun for so long: there were many, or the server grants no more.
        virtual void on_waiting(Milliseconds pause) = 0;
        // A session is about to begin. It waits for on_identify_recorded(attempt).
        virtual void on_identify(const IdentifyBudget& budget, std::uint64_t attempt) = 0;
        // It left, later than its record says. Nothing waits for this.
        virtual void on_identified(const IdentifyBudget& budget) = 0;
        virtual void on_reduced() = 0; // the privileged intents were refused; going on without
        virtual void on_refused(const CloseMeaning& why) = 0; // the last call: a person must act
    };

    struct Links { // all outlive it
        const Clock& clock;
        AlarmMaker& alarms;
        Wire& wire;
        Listener& listener;
    };

    struct Setting {
        Secret token;
        std::uint32_t intents = 0;
        Presence presence;
        bool compressed = true;
        std::string default_url = "wss://gateway.discord.gg"; // when the server cannot be asked
    };

    Gateway(Links links, Setting setting, IdentifyBudget budget);

    // `kept` is what an earlier life left, with the place on record.
    void begin(std::optional<Session> kept, std::int64_t durable_seq);
    void stop(); // the session stays open for a successor

    void set_intents(std::uint32_t intents) { setting_.intents = intents; } // before begin()

    void set_presence(const Presence& presence); // now, or with the next session

    void set_durable(std::int64_t seq) { durable_seq_ = seq; }

    static constexpr Milliseconds recorded_within = std::chrono::seconds(5);
    // The budget that was told with this attempt is on disk, or cannot be kept.
    void on_identify_recorded(std::uint64_t attempt, bool is_kept);
    void on_info(const GatewayInfo& info);
    void on_info_failed();
    void on_open();
    void on_message(std::string_view payload);
    void on_closed(std::uint16_t code, std::string_view reason);

    // Facts for the status page.
    bool is_live() const { return state_ == State::live; }

    bool has_session() const { return session_.has_value(); }

    std::string_view state() const;

    std::optional<Milliseconds> round_trip() const { return round_trip_; }

    std::int64_t last_ack_unix_ms() const { return last_ack_unix_ms_; }

    std::int64_t last_event_unix_ms() const { return last_event_unix_ms_; }

    std::int64_t session_since_unix_ms() const { return session_since_unix_ms_; }

    std::size_t identifies_left() const { return budget_.remaining(to_.clock.unix_ms()); }

  private:
    static constexpr Milliseconds stable_after = std::chrono::seconds(60); // a good connection

    enum class State {
        resting,
        asking,
        waiting,
        connecting,
        greeting,
        recording,
        identifying,
        resuming,
        collecting,
        live
    };

    void go_on();
    void ask();
    void connect();
    void wait(Milliseconds pause);
    void begin_after(Milliseconds pause);
    void enter(State state, Milliseconds deadline);
    void on_deadline();
    void on_hello(json::View hello);
    void identify();
    void count_from_now();
    void resume();
    void beat();
    void send_beat();
    void on_ack();
    void on_dispatch(json::View payload);
    void on_ready(json::View ready);
    void on_invalid_session(bool resumable);
    void become_live(bool resumed);
    void forget_session();
    void leave(const CloseMeaning& why, std::string_view reason, Milliseconds at_least);
    void end(const CloseMeaning& why, std::string_view reason, Milliseconds at_least);
    bool is_faulty_too_often();
    bool give_up_session(int most);
    void refuse(const CloseMeaning& why);
    std::string identity() const;

    Links to_;
    Setting setting_;
    IdentifyBudget budget_;
    State state_ = State::resting;
    std::optional<Session> session_;
    std::int64_t durable_seq_ = 0;
    std::optional<std::int64_t> received_seq_; // of this connection's session
    bool lost_session_ = false;                // one was there before the next READY
    bool was_invalid_ = false;                 // op 9, and not live since
    std::string url_;                          // for a new session; empty: not known
    Instant url_until_{};
    int resume_url_failures_ = 0; // in a row
    int vain_resumes_ = 0;        // in a row
    bool may_identify_ = false;   // the server was asked, and grants it
    std::uint64_t attempts_ = 0;  // to begin a session
    bool is_reduced_ = false;
    std::unordered_set<std::string> awaited_guilds_;
    std::deque<Instant> faults_; // closes that were our own fault
    Milliseconds interval_{0};
    Instant beat_sent_{};
    bool is_acknowledged_ = true;
    std::optional<Milliseconds> round_trip_;
    std::int64_t last_ack_unix_ms_ = 0;
    std::int64_t last_event_unix_ms_ = 0;
    std::int64_t session_since_unix_ms_ = 0;
    Instant live_since_ = Instant::max();
    Instant next_presence_{};
    Backoff backoff_;
    std::unique_ptr<Alarm> deadline_;
    std::unique_ptr<Alarm> heartbeat_;
    std::unique_ptr<Alarm> presence_;
};

} // namespace openclaw::discord
