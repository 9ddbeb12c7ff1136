#include "workers/discord/chat.h"

#include "common/base/strings.h"

namespace openclaw::discord {

namespace {

constexpr std::size_t longest_shown_name = 512;
constexpr int most_roles = 250; // of a server (Discord's own limit)

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
    if (channel->guild) out.set_space_id(channel->guild.text());
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
    member["roles"].each_element([&](json::View role) {
        if (Snowflake::parse(role.text())) out.add_roles(std::string(role.text()));
        return out.roles_size() < most_roles;
    });
}

namespace {

std::string_view without(std::string_view text, std::string_view prefix) {
    return text.starts_with(prefix) ? text.substr(prefix.size()) : text;
}

// "<@17>", "<@!17>" → "17".
std::string_view inside_mention(std::string_view text) {
    if (!text.starts_with("<@") || !text.ends_with('>')) return {};
    return without(text.substr(2, text.size() - 3), "!");
}

} // namespace

Result<Destination> destination_of(const wire::Chat& chat) {
    const std::string_view written = chat.thread_id().empty() ? chat.id() : chat.thread_id();
    const auto mentioned = inside_mention(written);
    const bool is_person = written.starts_with("user:") || !mentioned.empty();
    const bool is_channel = written.starts_with("channel:") || !chat.thread_id().empty();
    const auto id = Snowflake::parse(!mentioned.empty() ? mentioned
                                     : is_person        ? without(written, "user:")
                                                        : without(written, "channel:"));
    if (!id)
        return fail(Code::invalid, "a target on Discord is the number of a channel or thread, or "
                                   "user:<id> for a direct message");
    Destination to;
    if (!is_person) to.channel = id->text();
    const bool is_room = chat.kind() == wire::CHAT_CHANNEL || chat.kind() == wire::CHAT_GROUP;
    if (is_person || (!is_channel && !is_room)) to.person = id->text();
    return to;
}

std::string channel_of(const wire::Chat& chat) {
    const auto to = destination_of(chat);
    return to ? to->channel : std::string();
}

} // namespace openclaw::discord
