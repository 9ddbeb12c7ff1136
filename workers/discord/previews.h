// discord/previews.h — the answer while it grows: one message, edited.
//
// The first text waits until there is something to read; then it is edited at a polite rate, one
// call at a time, newest text wins, nothing is edited into the same text. It pings nobody. The
// first message has a nonce of its own and is noted in the in-flight file when it leaves, so that a
// crash leaves no preview standing that nobody knows. A preview never fails an answer: what goes
// wrong only ends it. Marked by the action id of the answer it belongs to.
#pragma once

#include "common/ipc/in_flight.h"
#include "common/loop/alarm.h"
#include "common/worker/uplink.h"
#include "workers/discord/api.h"
#include "workers/discord/errands.h"
#include "workers/discord/message_body.h"
#include "workers/discord/settings.h"

#include <memory>
#include <string>
#include <unordered_map>

namespace openclaw::discord {

class Previews {
  public:
    struct Links { // all outlive the previews
        const Clock& clock;
        AlarmMaker& alarms;
        Api& api;
        ipc::InFlight& in_flight;
        worker::Uplink& uplink;
        Errands& errands;
        const Settings& settings;
    };

    explicit Previews(Links links);

    void update(const wire::StreamUpdate& update, const std::string& trace);
    // The run has no answer: the preview goes away.
    void cancel(const wire::StreamCancel& cancel);

    // The final text has come: no more edits. `when_quiet` runs once no call about the preview is
    // on its way, maybe at once: with the message that shows it, or empty; and the preview is
    // forgotten.
    using WhenQuiet = std::move_only_function<void(const std::string& message_id)>;
    void close(const std::string& action_id, WhenQuiet when_quiet);
    void stop(); // no more edits anywhere; what is shown stays

  private:
    struct Stream {
        std::string channel;
        std::string trace;
        std::string reply_to_message_id;
        std::string markdown;   // newest
        bool is_new = false;    // not tried yet
        std::string tried;      // what the last call sent
        std::string message_id; // empty: not shown yet
        Instant next{};         // not before
        Instant last_update{};
        bool is_calling = false;
        bool is_closed = false;
        bool is_cancelled = false;
        bool is_gone = false; // cannot be shown (any more)
        WhenQuiet when_quiet{};
    };

    void consider(const std::string& action_id, Stream& stream);
    void show(const std::string& action_id, Stream& stream, std::string text);
    void on_answer(const std::string& action_id, const Answer& answer);
    void judge(const std::string& action_id, Stream& stream, const Answer& answer);
    void report(const std::string& action_id, const Stream& stream, wire::Delivery::State state);
    void strike(const std::string& action_id);
    void let_go(const std::string& action_id);
    bool has_place();
    void on_alarm();
    void plan();

    Links to_;
    std::unordered_map<std::string, Stream> streams_;
    std::unique_ptr<Alarm> alarm_;
};

} // namespace openclaw::discord
