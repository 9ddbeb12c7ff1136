// telegram/delivering.h — one answer on its way to a chat, from Outbound to its last Delivery.
//
// Steps, in the order they happen, for each part:
//
//   wait_for_turn → on_turn: Delivery{DISPATCHING} → one call → on_answer → Delivery{SENT}
//   → acknowledge → next part
//
// A new message is noted in the in-flight file in the moment it leaves, and its id when the answer
// comes: a kill then hides nothing. (Edits may be repeated and are not noted.)
// A call that may have been carried out is never repeated here: it ends in Delivery{UNKNOWN}, and
// the supervisor judges. Edits may be repeated, so an answer whose preview is edited into the final
// text arrives exactly once. What the server refuses is answered by the table of TELEGRAM.md 7:
// plain text for bad markup, no reply for a reply target that is gone, a new message for a preview
// that is gone, the new id for a group that has moved. Everything ends in exactly one finish().
#pragma once

#include "common/base/backoff.h"
#include "common/ipc/in_flight.h"
#include "common/worker/uplink.h"
#include "workers/telegram/api.h"
#include "workers/telegram/migrations.h"
#include "workers/telegram/previews.h"
#include "workers/telegram/send_queue.h"
#include "workers/telegram/settings.h"
#include "workers/telegram/styled.h"
#include "workers/telegram/target.h"

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace openclaw::telegram {

struct Answering { // what is to be delivered: Outbound as our own value
    std::string action_id;
    std::uint32_t attempt = 1;
    Target target;
    std::string markdown;
    std::string reply_to_message_id;
    std::uint32_t first_part = 0;
    std::string stream_message_id;
    std::int64_t expires_at_ms = 0; // 0: never
    bool is_notice = false;
    std::string trace;
};

class Delivering {
  public:
    struct Owner {
        virtual ~Owner() = default;
        virtual void on_pause(Delivering& one) = 0;        // wants on_time() at wakes_at()
        virtual void on_message(const Target& target) = 0; // the first part is there
        virtual void on_refused(const Answer& answer) = 0; // the token is not valid
        virtual void on_finished(Delivering& one) = 0;     // the last call; may destroy it
    };

    struct Links { // all outlive it
        const Clock& clock;
        Api& api;
        ipc::InFlight& in_flight;
        SendQueue& queue;
        worker::Uplink& uplink;
        Previews& previews;
        Migrations& migrations;
        const Settings& settings;
    };

    Delivering(Links links, Owner& owner, Answering answering);

    void begin();
    void acknowledge(std::uint32_t part);
    void on_time(); // wakes_at() has come
    void on_room(); // the uplink can take frames again

    const std::string& action_id() const { return it_.action_id; }

    Instant wakes_at() const { return wakes_at_; }

  private:
    enum class State {
        waiting_for_turn,
        waiting_for_room,
        calling,
        pausing,
        waiting_for_ack,
        finished
    };

    void wait_for_turn();
    void on_turn();
    void call();
    void end_turn(std::string_view code, std::string_view why, bool permanent);
    void on_answer(Answer answer);
    void judge(const Answer& answer);
    void note_arrival(const std::string& message_id);
    void on_sent(const std::string& message_id);
    void on_part_sent(const std::string& message_id);
    void on_migrated(const Answer& answer);
    void cut_smaller(const Answer& answer);
    void retry_without(bool& already, const Answer& answer);
    void pause(Milliseconds how_long, const Answer& answer);
    void fail(std::string_view code, std::string_view why, bool permanent);
    void fail(const Answer& answer);
    void finish(wire::Delivery& last);

    bool is_expired() const;

    bool is_edit() const { return !edit_message_id_.empty() && part_ == 0 && pieces_sent_ == 0; }

    Text text() const;
    wire::Delivery report(wire::Delivery::State state) const;
    void send(wire::Delivery delivery);

    Links to_;
    Owner& owner_;
    Answering it_;
    Instant
        expires_at_; // on the clock that does not jump, and stands still while the machine sleeps
    State state_ = State::waiting_for_turn;
    std::vector<Styled> parts_;
    std::uint32_t part_ = 0;
    std::deque<Styled> pieces_; // of this part: one, or more when it had to be cut smaller
    std::size_t pieces_sent_ = 0;
    std::string chat_;            // the queue's lane of the call on its way
    std::string edit_message_id_; // the preview that becomes the first part
    bool asked_for_preview_ = false;
    bool is_plain_ = false; // this part goes without markup
    bool is_cut_ = false;
    bool dropped_reply_ = false;
    bool dropped_thread_ = false;
    bool has_moved_ = false;
    Instant wakes_at_ = Instant::max();
    Backoff backoff_{Milliseconds(500), std::chrono::seconds(30)};
};

} // namespace openclaw::telegram
