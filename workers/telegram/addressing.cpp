#include "workers/telegram/addressing.h"

#include "common/base/strings.h"
#include "workers/telegram/content.h"

#include <algorithm>

namespace openclaw::telegram {

namespace {

constexpr std::size_t longest_command =
    100; // "/", 32 letters, "@", 32 letters (Bot API), and then some
constexpr std::size_t longest_quoted = 4 * 4096; // bytes of one full message

// In a topic every plain message "replies" to the service message that made the topic.
bool is_topic_root(json::View message, json::View replied) {
    return message["message_thread_id"].is_integer() &&
           replied["message_id"].integer() == message["message_thread_id"].integer() &&
           (message["chat"]["is_forum"].boolean() || replied["forum_topic_created"]);
}

std::string quoted_text(json::View message, json::View replied) {
    const auto quote = message["quote"]["text"].text();
    const auto text = quote.empty() ? content_of(replied).text : std::string(quote);
    return std::string(utf8_prefix(text, longest_quoted));
}

} // namespace

std::optional<CommandWords> command_in(const MarkedText& marked, const Identity& me) {
    const auto& entities = marked.entities;
    if (entities.empty() || entities.front().type != "bot_command" || entities.front().begin != 0)
        return std::nullopt;
    auto word = marked.piece(entities.front());
    if (!word.starts_with('/') || word.size() > longest_command) return std::nullopt;
    word.remove_prefix(1);
    const auto at = word.find('@');
    if (at != std::string_view::npos && !equals_ignoring_case(word.substr(at + 1), me.username))
        return std::nullopt;
    CommandWords command{.name = to_lower(word.substr(0, at)),
                         .arguments = std::string(trim(marked.text.substr(entities.front().end)))};
    std::ranges::replace(command.name, '_', '-');
    return command;
}

bool is_mentioned(const MarkedText& marked, const Identity& me) {
    return std::ranges::any_of(marked.entities, [&](const Entity& entity) {
        if (entity.type == "text_mention") return entity.user_id == me.id;
        return entity.type == "mention" && !me.username.empty() &&
               equals_ignoring_case(marked.piece(entity), "@" + me.username);
    });
}

std::optional<wire::ReplyTo> reply_target(json::View message, const Identity& me) {
    const auto replied = message["reply_to_message"];
    wire::ReplyTo target;
    if (replied && !is_topic_root(message, replied)) {
        target.set_message_id(std::to_string(replied["message_id"].integer()));
        target.set_sender_id(sender_id_of(replied));
        target.set_text(quoted_text(message, replied));
        target.set_is_self(replied["from"]["id"].integer() == me.id);
        return target;
    }
    if (!message["external_reply"]) return std::nullopt;
    target.set_text(quoted_text(
        message, message["external_reply"])); // of another chat: its ids mean nothing here
    return target;
}

} // namespace openclaw::telegram
