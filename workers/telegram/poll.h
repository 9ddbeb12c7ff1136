// telegram/poll.h — getUpdates as a state machine. Nothing is confirmed to Telegram before the
// supervisor has it.
//
//   resting ─start─► clearing ─► polling ─► confirming ─► polling …
//                       ▲           │ any failure
//                       └─ pausing ◄┘            stop() at any time: stopped
//
// The offset of a request deletes everything below it at the server for good (TELEGRAM.md 3), so it
// is the last update of a batch plus one, and moves when the whole batch is acknowledged. It may
// move down: update ids restart at random after a quiet week. Failures pause by the table of
// TELEGRAM.md 3.3; a request is never repeated with the same offset faster than every 50 ms,
// whatever happens.
//
// Who polls besides us is not seen by a request that returns at once: Telegram ends the older of
// two that wait. After a conflict polling is well again when it has rested at the server
// undisturbed.
#pragma once

#include "common/base/backoff.h"
#include "common/loop/alarm.h"
#include "workers/telegram/api.h"
#include "workers/telegram/identity.h"
#include "workers/telegram/intake.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace openclaw::telegram {

class Poll {
  public:
    enum class State { resting, clearing, polling, confirming, pausing, stopped };

    struct Listener {
        virtual ~Listener() = default;
        virtual void on_poll_succeeded() = 0; // after a conflict: undisturbed
        // `in_a_row` counts this one. The next try comes by itself.
        virtual void on_poll_failed(const Answer& answer, int in_a_row, Milliseconds pause) = 0;
        virtual void on_offset(std::int64_t offset) = 0;
        virtual void
        on_refused(const Answer& answer) = 0; // the token is not valid; polling has stopped
    };

    Poll(const Clock& clock, AlarmMaker& alarms, Api& api, worker::Uplink& uplink, Intake& intake,
         Listener& listener);

    void start(const Identity& me, std::optional<std::int64_t> offset);
    void on_batch_settled(); // every message of the batch is on disk
    void on_room();          // the uplink can take messages again
    void stop();             // aborts the request: nothing of it was confirmed

    State state() const { return state_; }

  private:
    void clear_webhook();
    void on_webhook_cleared(const Answer& answer);
    void poll();
    void on_answer(Answer answer);
    bool is_undisturbed(bool has_rested, bool is_empty);
    void on_updates(json::View updates);
    void advance();
    void on_failure(const Answer& answer);
    void on_conflict(const Answer& answer);
    void pause(Milliseconds how_long, bool clear_webhook_first = false);
    void on_pause_over();
    void refuse(const Answer& answer);
    std::string request_body() const;

    const Clock& clock_;
    Api& api_;
    worker::Uplink& uplink_;
    Intake& intake_;
    Listener& listener_;
    std::unique_ptr<Alarm> alarm_;
    State state_ = State::resting;
    Identity me_;
    std::optional<std::int64_t> offset_;      // none: from the head, confirming nothing
    std::optional<std::int64_t> next_offset_; // of the batch that waits for its acknowledgements
    std::optional<std::int64_t> polled_offset_;
    Instant polled_at_{};
    std::size_t asked_for_ = 0;
    bool proven_ = false; // the connection works: the next request may rest at the server
    bool waits_for_room_ = false;
    bool clear_webhook_first_ = false;
    Backoff backoff_{std::chrono::seconds(1), std::chrono::seconds(30)};
    int conflicts_ = 0; // in a row
    Instant undisturbed_since_{};
    std::optional<Api::Id> call_;
};

} // namespace openclaw::telegram
