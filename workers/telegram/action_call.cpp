#include "workers/telegram/action_call.h"

#include "common/json/read.h"
#include "common/json/write.h"
#include "workers/telegram/markdown.h"
#include "workers/telegram/render.h"
#include "workers/telegram/target.h"

#include <algorithm>
#include <array>
#include <vector>

namespace openclaw::telegram {

namespace {

// Bot API, sendPoll and createForumTopic.
constexpr std::size_t least_options = 2, most_options = 12;
constexpr std::int64_t least_open_seconds = 5, most_open_seconds = 2'628'000;

using Make = Result<ActionCall> (*)(const wire::ChannelAction&, const Settings&);

struct ActionRow {
    std::string_view name;
    bool needs_message;
    Make make;
};

Target target_of(const wire::ChannelAction& action) {
    return Target::of(action.chat());
}

Result<ActionCall> react_call(const wire::ChannelAction& action, const Settings&) {
    if (action.emoji().empty() && !action.remove())
        return fail(Code::invalid, "react needs an emoji; remove takes the bot's reaction away");
    const std::string emoji = action.remove() ? std::string() : action.emoji();
    return ActionCall{.method = "setMessageReaction",
                      .body = reaction_body(target_of(action), action.message_id(), emoji)};
}

Result<ActionCall> edit_call(const wire::ChannelAction& action, const Settings& settings) {
    if (action.text().empty()) return fail(Code::invalid, "edit needs the new text: message");
    const auto parts = split(read_markdown(action.text()), {.limit = most_units});
    if (parts.size() != 1)
        return fail(Code::invalid, parts.empty() ? "the new text is empty"
                                                 : "the new text is longer than one message holds");
    const auto body = [&](std::string text, bool is_html) {
        return edit_message_body(target_of(action), action.message_id(),
                                 {.text = std::move(text),
                                  .is_html = is_html,
                                  .reply_to_message_id = {},
                                  .link_preview = settings.link_preview});
    };
    return ActionCall{.method = "editMessageText",
                      .body = body(to_html(parts.front()), true),
                      .plain_body = body(parts.front().text, false)};
}

Result<ActionCall> delete_call(const wire::ChannelAction& action, const Settings&) {
    return ActionCall{.method = "deleteMessage",
                      .body = delete_message_body(target_of(action), action.message_id())};
}

Result<ActionCall> pin_call(const wire::ChannelAction& action, const Settings&) {
    // The same members as for a deletion: chat and message.
    return ActionCall{.method = action.remove() ? "unpinChatMessage" : "pinChatMessage",
                      .body = delete_message_body(target_of(action), action.message_id())};
}

Result<ActionCall> unpin_call(const wire::ChannelAction& action, const Settings&) {
    return ActionCall{.method = "unpinChatMessage",
                      .body = delete_message_body(target_of(action), action.message_id())};
}

// The original's clients have several names for them.
std::vector<std::string> options_in(json::View arguments) {
    std::vector<std::string> options;
    for (const auto* name : {"options", "pollOption", "pollOptions"})
        arguments[name].each_element([&](json::View option) {
            options.emplace_back(option.text());
            return true;
        });
    return options;
}

std::int64_t open_seconds(json::View arguments) {
    if (const auto seconds = arguments["durationSeconds"].integer(); seconds > 0) return seconds;
    const auto hours = arguments["durationHours"].integer(arguments["pollDurationHours"].integer());
    return hours * 3600;
}

Result<ActionCall> poll_call(const wire::ChannelAction& action, const Settings&) {
    const auto document = json::Document::parse(action.arguments_json());
    const auto arguments = document ? document->root() : json::View();
    PollText poll{.question = action.text(),
                  .options = options_in(arguments),
                  .is_anonymous =
                      arguments["isAnonymous"].boolean(true) && !arguments["pollPublic"].boolean(),
                  .has_many_answers =
                      arguments["maxSelections"].integer() > 1 || arguments["pollMulti"].boolean(),
                  .is_silent = arguments["silent"].boolean(),
                  .open_seconds = open_seconds(arguments)};
    if (poll.question.empty()) return fail(Code::invalid, "poll needs a question");
    if (poll.options.size() < least_options || poll.options.size() > most_options)
        return fail(Code::invalid, "poll needs two to twelve options");
    if (poll.open_seconds != 0)
        poll.open_seconds = std::clamp(poll.open_seconds, least_open_seconds, most_open_seconds);
    return ActionCall{.method = "sendPoll",
                      .body = poll_body(target_of(action), poll),
                      .plain_body = {},
                      .repeatable = Repeatable::no};
}

Result<ActionCall> create_thread_call(const wire::ChannelAction& action, const Settings&) {
    if (action.text().empty()) return fail(Code::invalid, "thread-create needs a name");
    return ActionCall{.method = "createForumTopic",
                      .body = topic_body({.chat_id = action.chat().id()}, action.text()),
                      .plain_body = {},
                      .repeatable = Repeatable::no};
}

Result<ActionCall> rename_thread_call(const wire::ChannelAction& action, const Settings&) {
    if (action.text().empty() || action.chat().thread_id().empty())
        return fail(Code::invalid, "thread-edit needs a thread and its new name");
    return ActionCall{.method = "editForumTopic",
                      .body = topic_body(target_of(action), action.text())};
}

constexpr std::array<ActionRow, 8> action_rows = {{
    {"react", true, react_call},
    {"edit", true, edit_call},
    {"delete", true, delete_call},
    {"pin", true, pin_call},
    {"unpin", true, unpin_call},
    {"poll", false, poll_call},
    {"thread-create", false, create_thread_call},
    {"thread-edit", false, rename_thread_call},
}};

} // namespace

Result<ActionCall> action_call(const wire::ChannelAction& action, const Settings& settings) {
    const auto* row = std::ranges::find(action_rows, action.name(), &ActionRow::name);
    if (row == action_rows.end())
        return fail(Code::not_found, "Telegram has no action \"" + action.name() + "\"");
    if (action.chat().id().empty()) return fail(Code::invalid, action.name() + " needs a chat: to");
    if (row->needs_message && action.message_id().empty())
        return fail(Code::invalid, action.name() + " needs a message: messageId");
    return row->make(action, settings);
}

} // namespace openclaw::telegram
