// discord/remembered.h — what this worker wants to know again in its next life; kept by the
// supervisor (DISCORD.md 3.8).
//
// The session, the place in it up to which everything is on record, the times of new sessions, and
// in each channel the newest message on record; when a session was lost, also what was the newest
// then, until that gap is closed: a crash on the way must not hide it behind what came since. What
// belongs to one bot is bound to its id. Places are written lazily: losing one only brings back
// events that the supervisor knows already. They are written after the messages they count as
// recorded, so they never lead.
#pragma once

#include "common/loop/alarm.h"
#include "common/worker/uplink.h"
#include "workers/discord/gateway.h"
#include "workers/discord/snowflake.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace openclaw::discord {

class Remembered {
  public:
    static constexpr std::size_t most_channels = 400; // the ones with the newest messages

    Remembered(AlarmMaker& alarms, worker::Uplink& uplink,
               const std::map<std::string, std::string>& state);

    const std::optional<Session>& session() const { return session_; }

    std::int64_t place() const { return place_; }

    IdentifyBudget budget() const { return IdentifyBudget(budget_); }

    const std::string& commands() const { return commands_; } // what they were last set to

    const std::string& refusals() const { return refusals_; } // InvalidRequests::text()

    const std::string& interactions() const { return interactions_; } // of the former life

    void set_session(const Session& session, std::int64_t place); // at once
    void set_place(std::int64_t place);
    // The caller sends it and waits: an IDENTIFY is on disk before it leaves.
    wire::Frame set_budget(const IdentifyBudget& budget);
    void set_refusals(std::string refusals);        // lazily: one second of them is not many
    void set_commands(std::string commands);        // at once
    void set_interactions(const std::string& text); // at once; the tokens are in it

    // Whose channels they are: those of another bot are forgotten.
    void use_bot(Snowflake bot);
    void saw(Snowflake channel, Snowflake message);
    // Channels and their newest messages, the most recent first.
    using Channels = std::vector<std::pair<Snowflake, Snowflake>>;

    Channels channels() const;

    // A session was lost: call before set_session(). A gap that is open already keeps its
    // beginning.
    void open_gap(); // at once
    Channels gap() const;
    void close_gap(); // at once

    void flush(); // writes what has not been written

  private:
    void write(const std::string& key, const std::string& value);
    using Newest = std::unordered_map<std::uint64_t, Snowflake>; // message, by channel

    void read_seen(const std::string& text, Newest& into);
    std::string text_of(const Newest& messages) const;
    void write_later();

    worker::Uplink& uplink_;
    std::optional<Session> session_;
    std::int64_t place_ = 0;
    std::string budget_;
    std::string commands_;
    std::string refusals_;
    std::string interactions_;
    Snowflake bot_;
    Newest seen_;
    Newest gap_; // what was seen when the session was lost; empty: none is open
    bool place_unwritten_ = false;
    bool seen_unwritten_ = false;
    bool refusals_unwritten_ = false;
    bool will_write_ = false; // the alarm is set
    std::unique_ptr<Alarm> alarm_;
};

} // namespace openclaw::discord
