// discord/open_interactions.h — slash commands and buttons whose answer is still to come
// (DISCORD.md 4).
//
// Each is acknowledged the moment it arrives, by us and nobody else. The supervisor knows the
// conversation it began by a trace: the answer with that trace is sent as a follow-up to it. A
// token is good for a quarter of an hour; who has had no answer shortly before that is told so,
// since otherwise Discord shows "thinking" for ever. The next life knows the newest of them: an
// answer meant for one person's eyes must not appear in the channel because of a crash.
#pragma once

#include "common/loop/alarm.h"
#include "workers/discord/api.h"
#include "workers/discord/interaction.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace openclaw::discord {

class OpenInteractions {
  public:
    static constexpr std::size_t most_open = 1000;
    static constexpr std::size_t most_kept = 200;

    using Keep = std::function<void(std::string text)>;

    // `keep`: what restore() of the next life wants to know; an empty text: nothing.
    OpenInteractions(const Clock& clock, AlarmMaker& alarms, Api& api, Keep keep = {});
    ~OpenInteractions();

    void use_application(Snowflake application) { application_ = application; }

    void restore(std::string_view text); // anything but what was kept is ignored

    // `event_id`: the Inbound that tells of it; empty: nobody else will answer. `done`: Discord has
    // taken it or will not. A follow-up before that is refused.
    using Done = std::move_only_function<void()>;
    void acknowledge(const Interaction& interaction, const std::string& event_id, Done done = {});
    void on_traced(const std::string& event_id, const std::string& trace);

    // The one that this conversation answers; nothing: none, or it is over.
    struct Reply {
        std::string path; // where follow-ups are posted
        bool is_ephemeral = false;
        std::size_t largest_upload = discord::largest_upload;
    };

    std::optional<Reply> reply_to(const std::string& trace);
    // Discord knows nobody to follow up to before it has our acknowledgement. True: that is still
    // on its way, and `go_on` runs when its fate is known.
    bool wait_for_acknowledgement(const std::string& trace, Task go_on);
    // An answer has arrived, or Discord says that it is over.
    void answered(const std::string& trace);
    void is_over(const std::string& trace);

    std::size_t size() const { return open_.size(); }

  private:
    struct Open {
        Interaction interaction;
        std::string trace;
        Instant until;
        bool is_decided = false;      // the acknowledgement's fate is known
        bool is_acknowledged = false; // Discord took it: "thinking" is shown
        bool is_answered = false;
        std::vector<Task> waiting = {}; // for the acknowledgement
    };

    void say_it_came(const Interaction& interaction, const std::string& event_id, int tries,
                     Done done);
    void on_acknowledged(const std::string& event_id, const Answer& answer);
    void on_alarm();
    void plan();
    void changed();
    void keep_now();
    void read_line(std::string_view line);
    void say_nothing_came(const Open& open);
    std::string follow_up_path(const Open& open) const;
    Open* by_trace(const std::string& trace);

    const Clock& clock_;
    Api& api_;
    Snowflake application_;
    std::unordered_map<std::string, Open> open_;          // by event id
    std::unordered_map<std::string, std::string> traces_; // event id, by trace
    Keep keep_;
    std::string kept_;
    std::unique_ptr<Alarm> alarm_;
    std::unique_ptr<Alarm> keep_alarm_;
};

} // namespace openclaw::discord
