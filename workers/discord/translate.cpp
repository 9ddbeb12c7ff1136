#include "workers/discord/translate.h"

#include "common/base/strings.h"
#include "workers/discord/addressing.h"
#include "workers/discord/chat.h"
#include "workers/discord/chat_events.h"
#include "workers/discord/content.h"

#include <algorithm>
#include <array>

namespace openclaw::discord {

namespace {

constexpr std::size_t longest_arguments = 4 * 4000;

// Message Types: default, reply, answer to a slash command, first message of a thread.
constexpr std::array<std::int64_t, 4> spoken_types = {0, 19, 20, 21};

Translation ignored(std::string_view why) {
    Translation translation;
    translation.ignored_because = why;
    return translation;
}

bool is_own(json::View message, const Identity& me) {
    return message["author"]["id"].text() == me.id.text() ||
           (message["webhook_id"] && message["application_id"].text() == me.application.text());
}

void fill_addressing(wire::Inbound& out, json::View message, const Identity& me,
                     const World& world) {
    const auto* channel =
        world.channel(Snowflake::parse(message["channel_id"].text()).value_or(Snowflake{}));
    const auto guild = channel != nullptr ? channel->guild : Snowflake{};
    const bool is_named = is_mentioned(message, me, world.own_role(guild));
    const bool is_direct = out.chat().kind() == wire::CHAT_DIRECT;
    const auto reply = reply_target(message, me);
    if (reply) *out.mutable_reply_to() = *reply;
    // In a room a bare "/cmd" may be meant for another bot.
    const bool may_command = (is_direct || is_named) && !message["message_snapshots"];
    const auto command = may_command ? command_in(message["content"].text(), me) : std::nullopt;
    if (command) {
        out.set_command(command->name);
        out.set_command_arguments(std::string(utf8_prefix(command->arguments, longest_arguments)));
        out.set_addressing(wire::ADDRESSED_COMMAND);
    } else if (is_named) {
        out.set_addressing(wire::ADDRESSED_MENTION);
    } else if (reply && reply->is_self()) {
        out.set_addressing(wire::ADDRESSED_REPLY);
    }
}

} // namespace

Translation translate_message(json::View message, const Identity& me, const World& world,
                              UnknownChannel unknown) {
    const auto id = Snowflake::parse(message["id"].text());
    const auto where = Snowflake::parse(message["channel_id"].text());
    if (!id || !where || !Snowflake::parse(message["author"]["id"].text()))
        return ignored("malformed");
    if (is_own(message, me)) return ignored("own");
    const auto type = message["type"].integer();
    if (std::ranges::find(spoken_types, type) == spoken_types.end()) return ignored("service");
    auto content = content_of(message);
    if (content.is_empty()) return ignored("empty");

    Translation translation;
    translation.channel = *where;
    translation.message = *id;
    const auto* known = world.channel(*where);
    const bool is_of_guild = message["guild_id"] || (known != nullptr && !known->is_direct());
    if (is_of_guild && known == nullptr && unknown == UnknownChannel::asks) {
        translation.kind = Translation::Kind::needs_channel;
        return translation;
    }
    translation.kind = Translation::Kind::message;
    auto& out = translation.inbound;
    out.set_event_id(message_event_id(*id));
    out.set_message_id(id->text());
    out.set_sent_at_ms(id->unix_ms());
    fill_chat(*out.mutable_chat(), *where, is_of_guild, world);
    if (const auto guild = Snowflake::parse(message["guild_id"].text()))
        out.mutable_chat()->set_space_id(guild->text());
    fill_sender(*out.mutable_sender(), message["author"], message["member"]);
    if (message["webhook_id"]) out.mutable_sender()->set_is_bot(true);
    fill_addressing(out, message, me, world);
    translation.attachments = std::move(content.attachments);
    out.set_logical_id(where->text() + ":" + id->text());
    translation.text = std::move(content.text);
    return translation;
}

} // namespace openclaw::discord
