#include "workers/discord/addressing.h"

#include "common/base/strings.h"
#include "workers/discord/content.h"
#include "workers/discord/inline_text.h"

#include <algorithm>
#include <cctype>

namespace openclaw::discord {

namespace {

constexpr std::size_t longest_command = 33; // "/" and 32 characters (Application Command Naming)
constexpr std::size_t longest_quoted = 4 * 2000;
constexpr std::size_t most_mentions = 100;
constexpr std::int64_t forward = 1; // Message Reference Types

bool lists(json::View ids, const std::string& wanted) {
    bool found = false;
    ids.each_element([&](json::View entry) {
        const auto id = entry.is_object() ? entry["id"].text() : entry.text();
        found = id == wanted;
        return !found;
    });
    return found;
}

std::string_view without_own_mention(std::string_view text, const Identity& me) {
    text = trim(text);
    for (const auto* opening : {"<@", "<@!"}) {
        const auto mention = opening + me.id.text() + ">";
        if (text.starts_with(mention)) return trim(text.substr(mention.size()));
    }
    return text;
}

} // namespace

std::optional<CommandWords> command_in(std::string_view text, const Identity& me) {
    text = without_own_mention(text, me);
    const auto word = text.substr(0, text.find_first_of(" \n"));
    const bool is_command = word.size() > 1 && word.size() <= longest_command && word[0] == '/' &&
                            std::isalpha(static_cast<unsigned char>(word[1])) != 0 &&
                            !word.substr(1).contains('/');
    if (!is_command) return std::nullopt;
    CommandWords command{.name = to_lower(word.substr(1)),
                         .arguments = std::string(trim(text.substr(word.size())))};
    std::ranges::replace(command.name, '_', '-');
    return command;
}

bool is_mentioned(json::View message, const Identity& me, Snowflake own_role) {
    if (own_role && lists(message["mention_roles"], own_role.text())) return true;
    if (!lists(message["mentions"], me.id.text())) return false;
    const auto users = mentioned_users(message["content"].text(), most_mentions);
    return std::ranges::find(users, me.id.text()) != users.end();
}

std::optional<wire::ReplyTo> reply_target(json::View message, const Identity& me) {
    const auto reference = message["message_reference"];
    if (!reference.is_object() || reference["type"].integer() == forward ||
        !Snowflake::parse(reference["message_id"].text()))
        return std::nullopt;
    wire::ReplyTo target;
    target.set_message_id(std::string(reference["message_id"].text()));
    const auto replied = message["referenced_message"];
    if (!replied.is_object()) return target; // deleted, or not told
    target.set_sender_id(std::string(replied["author"]["id"].text()));
    target.set_text(std::string(utf8_prefix(content_of(replied).text, longest_quoted)));
    target.set_is_self(replied["author"]["id"].text() == me.id.text());
    return target;
}

} // namespace openclaw::discord
