// discord/chat_events.h — reactions and deletions, as events for the supervisor.
//
// Discord does not say with each of them who somebody is and whose message it is about (a removal
// names neither; a direct conversation, no name). What messages and additions said is remembered,
// bounded, and lost with the process: then a removal is taken for one on somebody else's message.
// Twenty reactions a minute of one channel are told, five of them of one person; the others are
// not, and the bot's own never.
#pragma once

#include "common/base/clock.h"
#include "common/json/read.h"
#include "proto/channel.pb.h"
#include "workers/discord/identity.h"
#include "workers/discord/recent.h"
#include "workers/discord/world.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::discord {

class ChatEvents {
  public:
    static constexpr int most_reactions = 20;  // of one channel, in a minute
    static constexpr int most_of_a_person = 5; // of them

    // MESSAGE_CREATE: who wrote it.
    void saw(json::View message, const Identity& me);

    // May this reaction be told? One that may is counted.
    bool may_tell(json::View reaction, const Identity& me, Instant now);
    // MESSAGE_REACTION_ADD and _REMOVE. Kind unspecified: of ours, or malformed.
    wire::ChannelEvent reaction(std::string_view type, json::View data, const Identity& me,
                                const World& world);
    // MESSAGE_DELETE and _BULK: the messages that are not ours.
    std::vector<Snowflake> deleted(json::View data);
    // Was this one among them? A message can be told of after its deletion: it waited meanwhile
    // until its channel was known.
    bool was_deleted(json::View message);

  private:
    struct Minute {
        Instant began;
        int told = 0;
        std::map<Snowflake, int> by_person{}; // no more of them than are told
    };

    bool is_own(Snowflake message, json::View data, const Identity& me);
    void fill_person(wire::Sender& out, Snowflake user, json::View member);

    Recent<bool> own_{1000};           // our messages
    Recent<bool> deleted_{1000};       // others'
    Recent<wire::Sender> people_{300}; // as they were last seen
    Recent<Minute> minutes_{1000};     // by channel
};

// Of a dispatch.
bool is_reaction(std::string_view type);
bool is_deletion(std::string_view type);

// The event id of the message with this id.
std::string message_event_id(Snowflake message);

} // namespace openclaw::discord
