#include "workers/discord/world.h"

#include "common/base/strings.h"
#include "workers/discord/upload.h"

#include <utility>

namespace openclaw::discord {

namespace {

constexpr std::size_t longest_world_name = 400; // 100 characters, of four bytes each
constexpr std::size_t most_channels = 60'000;   // 500 a server (Discord's own limit) and then some

Snowflake id_in(json::View value) {
    return Snowflake::parse(value.text()).value_or(Snowflake{});
}

std::string name_in(json::View value) {
    return std::string(utf8_prefix(value.text(), longest_world_name));
}

} // namespace

void World::apply(std::string_view type, json::View data) {
    if (type == "GUILD_CREATE" || type == "GUILD_UPDATE") return learn_guild(data);
    if (type == "GUILD_DELETE") return forget_guild(data);
    if (type == "GUILD_ROLE_CREATE" || type == "GUILD_ROLE_UPDATE")
        return learn_role(id_in(data["guild_id"]), data["role"]);
    if (type == "CHANNEL_CREATE" || type == "CHANNEL_UPDATE" || type == "THREAD_CREATE" ||
        type == "THREAD_UPDATE")
        return static_cast<void>(learn_channel(data));
    if (type == "CHANNEL_DELETE" || type == "THREAD_DELETE")
        return static_cast<void>(channels_.erase(id_in(data["id"]).value));
    if (type == "THREAD_LIST_SYNC") {
        const auto guild = id_in(data["guild_id"]);
        data["threads"].each_element([&](json::View thread) {
            learn_channel(thread, guild);
            return true;
        });
    }
}

void World::learn_guild(json::View guild) {
    const auto id = id_in(guild["id"]);
    if (!id || guild["unavailable"].boolean()) return;
    auto& known = guilds_[id.value];
    known.name = name_in(guild["name"]);
    if (const auto tier = guild["premium_tier"]; tier.is_integer()) known.tier = tier.integer();
    guild["roles"].each_element([&](json::View role) {
        learn_role(id, role);
        return true;
    });
    for (const auto* list : {"channels", "threads"})
        guild[list].each_element([&](json::View channel) {
            learn_channel(channel, id);
            return true;
        });
}

void World::learn_role(Snowflake guild, json::View role) {
    if (guild && me_ && id_in(role["tags"]["bot_id"]) == me_)
        guilds_[guild.value].own_role = id_in(role["id"]);
}

// An outage takes nothing away: only leaving does.
void World::forget_guild(json::View guild) {
    if (guild["unavailable"].boolean()) return;
    const auto id = id_in(guild["id"]);
    guilds_.erase(id.value);
    std::erase_if(channels_, [id](const auto& entry) { return entry.second.guild == id; });
}

const Channel* World::learn_channel(json::View channel, Snowflake guild) {
    const auto id = id_in(channel["id"]);
    if (!id || !channel["type"].is_integer()) return nullptr;
    if (channels_.size() >= most_channels && !channels_.contains(id.value)) channels_.clear();
    auto& known = channels_[id.value];
    known.id = id;
    known.type = static_cast<ChannelType>(channel["type"].integer());
    if (const auto named = id_in(channel["guild_id"])) guild = named;
    if (guild) known.guild = guild;
    known.parent = id_in(channel["parent_id"]);
    if (const auto last = id_in(channel["last_message_id"]); last > known.last_message)
        known.last_message = last;
    known.name = name_in(channel["name"]);
    return &known;
}

void World::forget_all() {
    guilds_.clear();
    channels_.clear();
}

const Channel* World::channel(Snowflake id) const {
    const auto found = channels_.find(id.value);
    return found == channels_.end() ? nullptr : &found->second;
}

std::string_view World::guild_name(Snowflake id) const {
    const auto found = guilds_.find(id.value);
    return found == guilds_.end() ? std::string_view() : std::string_view(found->second.name);
}

Snowflake World::own_role(Snowflake guild) const {
    const auto found = guilds_.find(guild.value);
    return found == guilds_.end() ? Snowflake{} : found->second.own_role;
}

// Two boost levels raise it above what a request may hold: that is the limit then.
std::size_t World::largest_upload_to(Snowflake id) const {
    const auto* known = channel(id);
    if (known == nullptr) return most_of_a_request;
    if (known->is_direct()) return largest_upload;
    const auto guild = guilds_.find(known->guild.value);
    const bool may_be_boosted = guild == guilds_.end() || guild->second.tier.value_or(2) >= 2;
    return may_be_boosted ? most_of_a_request : largest_upload;
}

} // namespace openclaw::discord
