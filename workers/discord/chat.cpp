#include "workers/discord/chat.h"

#include "common/base/strings.h"

namespace openclaw::discord {

namespace {

constexpr std::size_t longest_shown_name = 512;

std::string first_name(std::initializer_list<json::View> names) {
    for (const auto& name : names)
        if (!name.text().empty()) return std::string(utf8_prefix(name.text(), longest_shown_name));
    return {};
}

// "#general · My Server"; "#general › a thread · My Server".
std::string title_of(const Channel& channel, const Channel* parent, const World& world) {
    std::string title = "#" + (parent != nullptr ? parent->name : channel.name);
    if (parent != nullptr) title += " › " + channel.name;
    if (const auto guild = world.guild_name(channel.guild); !guild.empty())
        title.append(" · ").append(guild);
    return title;
}

} // namespace

void fill_chat(wire::Chat& out, Snowflake where, bool is_of_guild, const World& world) {
    const auto* channel = world.channel(where);
    const bool is_direct = !is_of_guild && (channel == nullptr || channel->is_direct());
    out.set_kind(is_direct ? wire::CHAT_DIRECT : wire::CHAT_CHANNEL);
    out.set_id(where.text());
    if (channel == nullptr || is_direct) return;
    if (!channel->is_thread() || !channel->parent) {
        out.set_title(title_of(*channel, nullptr, world));
        return;
    }
    const auto* parent = world.channel(channel->parent);
    out.set_id(channel->parent.text());
    out.set_thread_id(where.text());
    out.set_is_forum(parent != nullptr && parent->takes_posts());
    out.set_title(title_of(*channel, parent, world));
}

void fill_sender(wire::Sender& out, json::View user, json::View member) {
    out.set_id(std::string(user["id"].text()));
    out.set_handle(first_name({user["username"]}));
    out.set_display_name(first_name({member["nick"], user["global_name"], user["username"]}));
    out.set_is_bot(user["bot"].boolean());
}

} // namespace openclaw::discord
