// discord/intake.h — events on their way to the supervisor: in order, with a credit each,
// acknowledged on disk.
//
// Knows up to which place of the session everything is on record: the place a crash resumes from.
// An event that is not for the supervisor is on record as soon as it was looked at; a message, when
// it is acknowledged. A message whose acknowledgement is long overdue is sent again, once: the
// supervisor knows its id, so that is harmless, and twice would fill the link of one that stands
// still. When much waits, the gateway is
// not read any more: Discord's socket is the queue.
#pragma once

#include "common/loop/alarm.h"
#include "common/worker/uplink.h"
#include "workers/discord/downloads.h"
#include "workers/discord/translate.h"

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>

namespace openclaw::discord {

class Intake {
  public:
    static constexpr std::size_t enough = 2000; // waiting: stop reading (DISCORD.md 3.8)

    struct Listener {
        virtual ~Listener() = default;
        virtual void on_place(std::int64_t place) = 0; // everything up to there is on record
        virtual void on_recorded(Snowflake channel, Snowflake message) = 0;
        // The supervisor's name for the conversation that an event began.
        virtual void on_traced(const std::string& event_id, const std::string& trace) = 0;
        virtual void on_pressure(bool is_full) = 0;
        virtual void on_overdue(bool is_overdue) = 0;
    };

    Intake(AlarmMaker& alarms, worker::Uplink& uplink, Listener& listener, std::uint32_t credits);

    // A new session: places begin anew. What is open of the old one stays open without a place.
    void begin_session(std::int64_t place);
    // An event has come that may be for the supervisor; until settle() its place is not on record.
    void arrived(std::int64_t place);
    void settle(std::int64_t place); // it is for nobody
    // Place 0: of no session (read from history).
    // Until release(); meanwhile others go before it, or all but those of its channel.
    enum class Held { no, alone, with_channel };
    // False: it is on its way already.
    bool offer(Translation message, std::int64_t place, Held held = Held::no);
    void release(const std::string& event_id);
    // Its files are there, as far as they can be had: it goes on.
    void complete(const std::string& event_id, Fetched fetched);
    // A message that was not sent yet is not wanted any more. False: it was, or is not known.
    bool withdraw(const std::string& event_id);
    void acknowledge(const std::string& event_id, const std::string& trace);
    void on_room();

    std::uint32_t credits() const { return credits_; }

    std::size_t open() const { return open_.size(); }

    std::size_t waiting() const { return waiting_.size(); }

  private:
    struct Item {
        Translation message;
        std::int64_t place = 0;
        Held held = Held::no;
    };

    std::deque<Item>::iterator next_to_send();
    void send_waiting();
    void send(const Translation& message);
    void on_overdue();
    void tell_place();
    void tell_pressure();

    worker::Uplink& uplink_;
    Listener& listener_;
    std::uint32_t credits_;
    std::deque<Item> waiting_;         // for a credit, or for room
    std::map<std::string, Item> open_; // sent and not acknowledged, by event id
    std::multiset<std::int64_t> unrecorded_;
    std::int64_t newest_ = 0;
    std::int64_t told_ = 0;
    bool is_full_ = false;
    int rounds_overdue_ = 0;
    bool is_told_again_ = false; // and nothing has been acknowledged since
    std::unique_ptr<Alarm> alarm_;
};

} // namespace openclaw::discord
