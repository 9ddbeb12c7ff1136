#include "workers/telegram/translate.h"

#include "common/base/strings.h"
#include "workers/telegram/addressing.h"
#include "workers/telegram/content.h"
#include "workers/telegram/entities.h"

namespace openclaw::telegram {

namespace {

constexpr std::size_t longest_name = 512;
constexpr std::size_t longest_arguments = 4 * 4096;

Translation ignored(std::string_view why) {
    Translation translation;
    translation.ignored_because = why;
    return translation;
}

std::string name(json::View value) {
    return std::string(utf8_prefix(value.text(), longest_name));
}

std::string id_text(json::View id) {
    return id.is_integer() ? std::to_string(id.integer()) : std::string();
}

wire::ChatKind chat_kind(std::string_view type) {
    if (type == "private") return wire::CHAT_DIRECT;
    if (type == "group" || type == "supergroup") return wire::CHAT_GROUP;
    return type == "channel" ? wire::CHAT_CHANNEL : wire::CHAT_UNKNOWN;
}

// A thread id outside forums only groups replies; in a forum its absence means the General topic,
// which is 1 (TELEGRAM.md 5.1).
std::string thread_of(json::View message, const Identity& me) {
    const auto chat = message["chat"];
    const auto id = id_text(message["message_thread_id"]);
    if (chat["is_forum"].boolean()) return id.empty() ? "1" : id;
    if (chat["type"].text() == "private") return me.has_topics ? id : std::string();
    return message["is_topic_message"].boolean() ? id : std::string();
}

void fill_chat(wire::Chat& out, json::View message, const Identity& me) {
    const auto chat = message["chat"];
    out.set_id(id_text(chat["id"]));
    out.set_kind(chat_kind(chat["type"].text()));
    out.set_title(name(chat["title"]));
    out.set_thread_id(thread_of(message, me));
    out.set_is_forum(chat["is_forum"].boolean());
}

// An anonymous administrator or a channel speaks as a chat; `from` is then a stand-in account.
void fill_sender(wire::Sender& out, json::View message) {
    const bool as_chat = static_cast<bool>(message["sender_chat"]);
    const auto sender = message[as_chat ? "sender_chat" : "from"];
    out.set_id(id_text(sender["id"]));
    out.set_handle(name(sender["username"]));
    auto display = name(as_chat ? sender["title"] : sender["first_name"]);
    if (const auto last = name(sender["last_name"]); !as_chat && !last.empty())
        display += " " + last;
    out.set_display_name(display);
    out.set_is_bot(!as_chat && sender["is_bot"].boolean());
}

void fill_addressing(wire::Inbound& out, json::View message, const Identity& me) {
    const auto marked = marked_text(message);
    const auto reply = reply_target(message, me);
    if (reply) *out.mutable_reply_to() = *reply;
    // A forwarded "/reset" is something somebody else once typed.
    const auto command = message["forward_origin"] ? std::nullopt : command_in(marked, me);
    if (command) {
        out.set_command(command->name);
        out.set_command_arguments(std::string(utf8_prefix(command->arguments, longest_arguments)));
        out.set_addressing(wire::ADDRESSED_COMMAND);
    } else if (is_mentioned(marked, me)) {
        out.set_addressing(wire::ADDRESSED_MENTION);
    } else if (reply && reply->is_self()) {
        out.set_addressing(wire::ADDRESSED_REPLY);
    }
}

Translation migration(json::View message) {
    Translation translation;
    translation.kind = Translation::Kind::migration;
    const auto chat = id_text(message["chat"]["id"]);
    const auto to = id_text(message["migrate_to_chat_id"]);
    translation.old_chat = to.empty() ? id_text(message["migrate_from_chat_id"]) : chat;
    translation.new_chat = to.empty() ? chat : to;
    return translation;
}

Translation translate_message(std::int64_t update_id, json::View message, const Identity& me) {
    if (message["from"]["id"].is_integer() && message["from"]["id"].integer() == me.id)
        return ignored("own");
    if (!message["chat"]["id"].is_integer() || !message["message_id"].is_integer())
        return ignored("malformed");
    if (message["migrate_to_chat_id"] || message["migrate_from_chat_id"]) return migration(message);
    auto content = content_of(message);
    if (content.is_empty()) return ignored("service");

    Translation translation;
    translation.kind = Translation::Kind::message;
    auto& out = translation.inbound;
    out.set_event_id(std::to_string(update_id));
    out.set_message_id(id_text(message["message_id"]));
    out.set_sent_at_ms(message["date"].integer() * 1000);
    fill_chat(*out.mutable_chat(), message, me);
    fill_sender(*out.mutable_sender(), message);
    fill_addressing(out, message, me);
    for (auto& placeholder : content.attachments)
        out.add_attachments(std::move(placeholder));
    // Another bot in this one's place counts its messages anew.
    out.set_logical_id(std::to_string(me.id) + ":" + out.chat().id() + ":" + out.message_id());
    translation.text = std::move(content.text);
    return translation;
}

} // namespace

Translation translate(json::View update, const Identity& me) {
    if (!update["update_id"].is_integer()) return ignored("malformed");
    const auto id = update["update_id"].integer();
    for (const auto kind : {"message", "channel_post"})
        if (const auto message = update[kind]) return translate_message(id, message, me);
    return ignored("kind");
}

} // namespace openclaw::telegram
