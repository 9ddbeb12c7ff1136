// discord/world.h — the servers, channels and threads this bot is in, as far as they explain a
// message.
//
// Learned from the gateway's events and, after a resumed session that tells nothing of them, from
// single look-ups. A cache: what is missing is asked for, what is wrong is only a name.
#pragma once

#include "common/json/read.h"
#include "workers/discord/snowflake.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace openclaw::discord {

enum class ChannelType : int { // Discord API reference, "Channel Types"
    text = 0,
    direct = 1,
    voice = 2,
    group_direct = 3,
    category = 4,
    announcement = 5,
    announcement_thread = 10,
    public_thread = 11,
    private_thread = 12,
    stage = 13,
    forum = 15,
    media = 16,
};

struct Channel {
    Snowflake id;
    ChannelType type = ChannelType::text;
    Snowflake guild;  // 0: a direct conversation
    Snowflake parent; // of a thread
    Snowflake last_message;
    std::string name;

    bool is_thread() const {
        return type == ChannelType::announcement_thread || type == ChannelType::public_thread ||
               type == ChannelType::private_thread;
    }

    bool is_direct() const {
        return type == ChannelType::direct || type == ChannelType::group_direct;
    }

    bool takes_posts() const { return type == ChannelType::forum || type == ChannelType::media; }
};

class World {
  public:
    void set_me(Snowflake me) { me_ = me; }

    // A dispatch of the gateway; those that tell nothing of the world are ignored.
    void apply(std::string_view type, json::View data);
    // A channel object from anywhere. `guild`: when the object does not name it itself.
    const Channel* learn_channel(json::View channel, Snowflake guild = {});
    void forget_all(); // a new session tells everything anew

    const Channel* channel(Snowflake id) const;
    std::string_view guild_name(Snowflake id) const;
    // The role that Discord made for the bot itself: mentioning it means the bot. 0: not known.
    Snowflake own_role(Snowflake guild) const;
    // Of one file, in this channel; a server's boosts raise it. Where they are not known, as in a
    // session that was resumed, nothing is ruled out: Discord refuses what is too large.
    std::size_t largest_upload_to(Snowflake channel) const;

    std::size_t guild_count() const { return guilds_.size(); }

    std::size_t channel_count() const { return channels_.size(); }

    template <class Visit>
    void each_channel(const Visit& visit) const {
        for (const auto& [id, channel] : channels_)
            visit(channel);
    }

  private:
    struct Guild {
        std::string name;
        Snowflake own_role;
        std::optional<std::int64_t> tier; // "Premium Tier"
    };

    void learn_guild(json::View guild);
    void learn_role(Snowflake guild, json::View role);
    void forget_guild(json::View guild);

    Snowflake me_;
    std::unordered_map<std::uint64_t, Guild> guilds_;
    std::unordered_map<std::uint64_t, Channel> channels_;
};

} // namespace openclaw::discord
