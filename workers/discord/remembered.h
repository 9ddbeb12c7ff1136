// discord/remembered.h — what this worker wants to know again in its next life; kept by the
// supervisor (DISCORD.md 3.8).
//
// The session, the place in it up to which everything is on record, the times of new sessions, and
// in each channel the newest message on record. What belongs to one bot is bound to its id. Places
// are written lazily: losing one only brings back events that the supervisor knows already. They
// are written after the messages they count as recorded, so they never lead.
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

    void set_session(const Session& session, std::int64_t place); // at once
    void set_place(std::int64_t place);
    void set_budget(const IdentifyBudget& budget); // at once
    void set_commands(std::string commands);       // at once

    // Whose channels they are: those of another bot are forgotten.
    void use_bot(Snowflake bot);
    void saw(Snowflake channel, Snowflake message);
    // Newest first.
    std::vector<std::pair<Snowflake, Snowflake>> channels() const;

    void flush(); // writes what has not been written

  private:
    void write(const std::string& key, const std::string& value);
    void read_seen(const std::string& text);
    std::string seen_text() const;
    void write_later();

    worker::Uplink& uplink_;
    std::optional<Session> session_;
    std::int64_t place_ = 0;
    std::string budget_;
    std::string commands_;
    Snowflake bot_;
    std::unordered_map<std::uint64_t, Snowflake> seen_; // newest message, by channel
    bool place_unwritten_ = false;
    bool seen_unwritten_ = false;
    bool will_write_ = false; // the alarm is set
    std::unique_ptr<Alarm> alarm_;
};

} // namespace openclaw::discord
