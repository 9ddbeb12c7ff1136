// telegram/previews.h — the answer while it grows: one message, edited.
//
// The first text waits until there is something to read; that quick answers have no preview is the
// supervisor's doing. Then it is edited at a polite rate, one call at a time, newest text wins,
// nothing is edited into the same text. The first message is noted in the in-flight file when it
// leaves, and its id when it is known: a preview without an id may stand in the chat for ever. A
// preview never fails an answer: what goes wrong only ends it, and the answer is then a message of
// its own. Marked by the action id of the answer it belongs to.
#pragma once

#include "common/ipc/in_flight.h"
#include "common/loop/alarm.h"
#include "common/worker/uplink.h"
#include "workers/telegram/api.h"
#include "workers/telegram/errands.h"
#include "workers/telegram/migrations.h"
#include "workers/telegram/send_queue.h"
#include "workers/telegram/settings.h"
#include "workers/telegram/target.h"

#include <memory>
#include <string>
#include <unordered_map>

namespace openclaw::telegram {

class Previews {
  public:
    struct Links { // all outlive the previews
        const Clock& clock;
        AlarmMaker& alarms;
        Api& api;
        ipc::InFlight& in_flight;
        SendQueue& queue;
        worker::Uplink& uplink;
        Errands& errands;
        const Migrations& migrations;
        const Settings& settings;
    };

    explicit Previews(Links links);

    void update(const wire::StreamUpdate& update, const std::string& trace);
    // The run has no answer: the preview goes away.
    void cancel(const wire::StreamCancel& cancel);

    // The final text has come: no more edits.
    void close(const std::string& action_id);
    // The message that shows the preview, for the final text to be edited into; empty: none.
    // Forgets the preview. For use in a turn of the chat, when no call about the preview is on its
    // way.
    std::string take(const std::string& action_id);
    void stop(); // no more edits anywhere; what is shown stays

  private:
    struct Stream {
        Target target;
        std::string trace;
        std::string reply_to_message_id;
        std::string markdown;   // newest
        bool is_new = false;    // not tried yet
        std::string tried;      // what the last call sent
        std::string message_id; // empty: not shown yet
        Instant next{};         // not before
        Instant last_update{};
        bool plain = false;  // the server did not like our markup
        bool queued = false; // for a turn, or in flight
        bool closed = false;
        bool cancelled = false;
        bool gone = false; // cannot be shown (any more)
    };

    void consider(const std::string& action_id, Stream& stream);
    void on_turn(const std::string& action_id, const std::string& chat);
    void show(const std::string& action_id, Stream& stream, const std::string& chat,
              const Text& text);
    void strike(const std::string& action_id);
    void on_answer(const std::string& action_id, const std::string& chat, const Answer& answer);
    void judge(const std::string& action_id, Stream& stream, const Answer& answer);
    void on_shown(const std::string& action_id, Stream& stream, const Answer& answer);
    void report(const std::string& action_id, const Stream& stream, wire::Delivery::State state);
    void remove(const std::string& action_id);
    Text text_of(const Stream& stream) const;
    void try_again(Stream& stream);
    bool has_place();
    void on_alarm();
    void plan();

    Links to_;
    std::unordered_map<std::string, Stream> streams_;
    std::unique_ptr<Alarm> alarm_;
};

} // namespace openclaw::telegram
