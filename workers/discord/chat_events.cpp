#include "workers/discord/chat_events.h"

#include "workers/discord/chat.h"

#include <utility>

namespace openclaw::discord {

namespace {

constexpr Milliseconds minute = std::chrono::minutes(1);
constexpr std::size_t most_deleted = 100; // Discord's own limit of a bulk

Snowflake id_of(json::View value) {
    return Snowflake::parse(value.text()).value_or(Snowflake{});
}

// "👍", or ":party:" of a server's own.
std::string emoji_in_words(json::View emoji) {
    const std::string name(emoji["name"].text());
    return id_of(emoji["id"]) ? ":" + name + ":" : name;
}

} // namespace

void ChatEvents::saw(json::View message, const Identity& me) {
    const auto author = id_of(message["author"]["id"]);
    if (!author || message["webhook_id"]) return;
    if (author == me.id) return own_.keep(id_of(message["id"]), true);
    wire::Sender person;
    fill_sender(person, message["author"], message["member"]);
    people_.keep(author, std::move(person));
}

bool ChatEvents::may_tell(json::View reaction, const Identity& me, Instant now) {
    const auto channel = id_of(reaction["channel_id"]), user = id_of(reaction["user_id"]);
    if (!channel || !user || user == me.id) return false;
    auto* counted = minutes_.find(channel);
    if (counted == nullptr || now - counted->began >= minute) {
        minutes_.keep(channel, {.began = now});
        counted = minutes_.find(channel);
    }
    if (counted->told >= most_reactions) return false;
    auto& of_person = counted->by_person[user];
    if (of_person >= most_of_a_person) return false;
    ++of_person;
    ++counted->told;
    return true;
}

bool ChatEvents::is_own(Snowflake message, json::View data, const Identity& me) {
    if (id_of(data["message_author_id"]) == me.id) own_.keep(message, true);
    return own_.find(message) != nullptr;
}

void ChatEvents::fill_person(wire::Sender& out, Snowflake user, json::View member) {
    if (member["user"]) {
        fill_sender(out, member["user"], member);
        people_.keep(user, out);
    } else if (const auto* known = people_.find(user)) {
        out = *known;
    }
    out.set_id(user.text());
}

wire::ChannelEvent ChatEvents::reaction(std::string_view type, json::View data, const Identity& me,
                                        const World& world) {
    wire::ChannelEvent event;
    const auto user = id_of(data["user_id"]), where = id_of(data["channel_id"]),
               message = id_of(data["message_id"]);
    auto emoji = emoji_in_words(data["emoji"]);
    if (!user || !where || !message || user == me.id || emoji.empty()) return event;
    const auto* known = world.channel(where);
    fill_chat(*event.mutable_chat(), where,
              data["guild_id"] || (known != nullptr && !known->is_direct()), world);
    if (const auto guild = id_of(data["guild_id"]))
        event.mutable_chat()->set_space_id(guild.text());
    fill_person(*event.mutable_sender(), user, data["member"]);
    event.set_message_id(message.text());
    event.set_emoji(std::move(emoji));
    event.set_is_on_own(is_own(message, data, me));
    event.set_kind(type == "MESSAGE_REACTION_ADD" ? wire::ChannelEvent::REACTION_ADDED
                                                  : wire::ChannelEvent::REACTION_REMOVED);
    return event;
}

std::vector<Snowflake> ChatEvents::deleted(json::View data) {
    std::vector<Snowflake> messages;
    const auto add = [&](json::View id) {
        const auto message = id_of(id);
        if (message && own_.find(message) == nullptr) messages.push_back(message);
        return messages.size() < most_deleted;
    };
    add(data["id"]);
    data["ids"].each_element(add);
    for (const auto message : messages)
        deleted_.keep(message, true);
    return messages;
}

bool ChatEvents::was_deleted(json::View message) {
    return deleted_.find(id_of(message["id"])) != nullptr;
}

bool is_reaction(std::string_view type) {
    return type == "MESSAGE_REACTION_ADD" || type == "MESSAGE_REACTION_REMOVE";
}

bool is_deletion(std::string_view type) {
    return type == "MESSAGE_DELETE" || type == "MESSAGE_DELETE_BULK";
}

std::string message_event_id(Snowflake message) {
    return "MESSAGE_CREATE:" + message.text();
}

} // namespace openclaw::discord
