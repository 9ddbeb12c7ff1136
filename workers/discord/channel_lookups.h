// discord/channel_lookups.h — messages and reactions that wait until it is known what their channel
// is.
//
// A resumed session tells nothing of the servers it is about, and a thread may be older than our
// memory. So the channel is asked for once, its messages wait in order, and go on whatever the
// answer is: what cannot be explained is a message all the same.
#pragma once

#include "workers/discord/api.h"
#include "workers/discord/world.h"

#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

namespace openclaw::discord {

class ChannelLookups {
  public:
    struct Waiting {
        std::string json; // what was dispatched
        std::int64_t place = 0;
        std::string type = "MESSAGE_CREATE";
    };

    // Told for each that waited, in order, when the channel is known or cannot be.
    using OnKnown = std::function<void(const Waiting& message)>;

    ChannelLookups(Api& api, World& world, OnKnown on_known);
    ~ChannelLookups();

    void wait(Snowflake channel, Waiting message);

    bool is_waiting(Snowflake channel) const { return lookups_.contains(channel.value); }

    bool is_idle() const { return lookups_.empty(); }

  private:
    struct Lookup {
        Api::Id call = 0;
        int tries = 0;
        std::vector<Waiting> messages;
    };

    void ask(Snowflake channel, Lookup& lookup);
    void on_answer(Snowflake channel, const Answer& answer);
    void ask_for_parent(Snowflake channel);
    void finish(Snowflake channel);

    Api& api_;
    World& world_;
    OnKnown on_known_;
    std::unordered_map<std::uint64_t, Lookup> lookups_;
};

} // namespace openclaw::discord
