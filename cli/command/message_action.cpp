// `openclaw message react|edit|delete|…`: something done to a message that is there, or in a chat.
// What a channel can do of it, `openclaw channels capabilities` shows.
#include "cli/command/message.h"
#include "cli/view/text_width.h"
#include "common/base/strings.h"
#include "common/json/write.h"

#include <array>
#include <memory>

namespace openclaw::cli {

namespace {

// What an action takes besides a chat.
struct ActionForm {
    std::string_view name;   // on the command line
    std::string_view action; // of message.action
    std::string_view summary;
    bool takes_message_id = true;
    bool takes_emoji = false;
    bool takes_text = false;
    bool takes_limit = false;
    bool takes_poll = false;
    bool takes_name = false;
};

constexpr std::array<ActionForm, 9> forms = {{
    {.name = "react",
     .action = "react",
     .summary = "Puts a reaction on a message, or takes it away.",
     .takes_emoji = true},
    {.name = "edit",
     .action = "edit",
     .summary = "Gives a message of the bot another text.",
     .takes_text = true},
    {.name = "delete", .action = "delete", .summary = "Deletes a message."},
    {.name = "read",
     .action = "read",
     .summary = "Shows the last messages of a chat.",
     .takes_message_id = false,
     .takes_limit = true},
    {.name = "pin", .action = "pin", .summary = "Pins a message."},
    {.name = "unpin", .action = "unpin", .summary = "Takes a pin away."},
    {.name = "pins",
     .action = "list-pins",
     .summary = "Shows the pinned messages of a chat.",
     .takes_message_id = false,
     .takes_limit = true},
    {.name = "poll",
     .action = "poll",
     .summary = "Puts a poll into a chat.",
     .takes_message_id = false,
     .takes_poll = true},
    {.name = "thread",
     .action = "thread-create",
     .summary = "Begins a thread or topic, at a message where the channel wants one.",
     .takes_name = true},
}};

struct ActionOptions {
    ConnectionOptions connection{.url = {}, .token = {}, .password = {}, .timeout_ms = 20'000};
    std::string target, channel, account, thread_id, message_id;
    std::string emoji, text, question, thread_name, before, after;
    std::vector<std::string> poll_options;
    std::int64_t limit = 0, poll_hours = 0;
    bool remove = false, poll_multi = false;
};

// message.action wants a channel by name; where there is only one, nobody needs to name it.
CallResult<std::string> only_channel(const Context& context, const ActionOptions& options) {
    const auto status = ask(context, options.connection, "channels.status");
    if (!status) return std::unexpected(status.error());
    const auto order = status->payload()["channelOrder"];
    if (order.size() == 1) return std::string(order.at(0).text());
    return std::unexpected(cli_error(order.size() == 0
                                         ? "No channel is configured: openclaw channels add"
                                         : "Which channel? Name it with --channel."));
}

std::string inner_params(const ActionOptions& options) {
    json::Writer out;
    out.begin_object().member("to", options.target);
    const auto add = [&](std::string_view name, const std::string& value) {
        if (!value.empty()) out.member(name, value);
    };
    add("messageId", options.message_id);
    add("threadId", options.thread_id);
    add("emoji", options.emoji);
    add("message", options.text);
    add("pollQuestion", options.question);
    add("threadName", options.thread_name);
    add("before", options.before);
    add("after", options.after);
    if (options.remove) out.member("remove", true);
    if (options.limit > 0) out.member("limit", options.limit);
    if (!options.poll_options.empty()) {
        out.key("pollOption").begin_array();
        for (const auto& option : options.poll_options)
            out.value(option);
        out.end_array();
    }
    if (options.poll_multi) out.member("pollMulti", true);
    if (options.poll_hours > 0) out.member("pollDurationHours", options.poll_hours);
    return out.end_object().take();
}

void print_messages(const Context& context, json::View messages) {
    messages.each_element([&](json::View message) {
        const auto author = message["author"]["username"].text();
        context.console.line("[" + printable(message["id"].text()) + "] " +
                             (author.empty() ? "" : printable(author) + ": ") +
                             printable(message["content"].text()));
        return true;
    });
    if (messages.size() == 0) context.console.line("No messages.");
}

int print_done(const Context& context, const ActionForm& form, json::View answer) {
    const auto result = answer["result"];
    if (result["messages"].is_array()) return print_messages(context, result["messages"]), exit_ok;
    const auto id = printable(answer["messageId"].text());
    context.console.line("Done: " + std::string(form.name) + " via " +
                         printable(answer["channel"].text()) +
                         (id.empty() ? "." : ". Message ID: " + id));
    if (result.is_object() && result.size() > 0) print_json(context.console, result);
    return exit_ok;
}

int act(const Context& context, const ActionForm& form, const ActionOptions& options) {
    const bool json = options.connection.json;
    if (options.target.empty())
        return report(context, json,
                      cli_error("message " + std::string(form.name) + " needs a chat: -t CHAT"));
    auto channel = options.channel.empty() ? only_channel(context, options)
                                           : CallResult<std::string>(options.channel);
    if (!channel) return report(context, json, channel.error());
    json::Writer params;
    params.begin_object().member("channel", *channel).member("action", form.action);
    if (!options.account.empty()) params.member("accountId", options.account);
    params.raw_member("params", inner_params(options))
        .member("idempotencyKey", uuid_v4())
        .end_object();
    const auto answer = ask(context, options.connection, "message.action", params.text());
    if (!answer) return report(context, json, answer.error());
    if (json) return print_json(context.console, answer->payload()), exit_ok;
    return print_done(context, form, answer->payload());
}

void declare_own_options(Command& command, const ActionForm& form, ActionOptions& options) {
    if (form.takes_message_id)
        command.option("--message-id", options.message_id, "the message, by its id there");
    if (form.takes_emoji) {
        command.option("--emoji", options.emoji, "which");
        command.flag("--remove", options.remove, "take it away");
    }
    if (form.takes_text) command.option("--message,-m", options.text, "the new text, in Markdown");
    if (form.takes_limit) command.number("--limit", options.limit, {1, 100}, "at most so many");
    if (form.takes_limit && form.action == "read") {
        command.option("--before", options.before, "older than this message");
        command.option("--after", options.after, "newer than this message");
    }
    if (form.takes_name) command.option("--thread-name", options.thread_name, "what it is called");
    if (!form.takes_poll) return;
    command.option("--poll-question", options.question, "what is asked");
    command.option("--poll-option", options.poll_options, "an answer; give several");
    command.flag("--poll-multi", options.poll_multi, "more than one answer may be chosen");
    command.number("--poll-duration-hours", options.poll_hours, {1, 8760}, "open for so long");
}

} // namespace

void add_message_actions(Command& message, const Context& context) {
    for (const auto& form : forms) {
        auto options = std::make_shared<ActionOptions>();
        auto command = message.add(std::string(form.name), std::string(form.summary));
        command.option("--target,-t,--to", options->target, "in which chat");
        command.option("--channel", options->channel, "through which channel (the only one)");
        command.option("--account", options->account,
                       "through which account (the channel's default)");
        command.option("--thread-id", options->thread_id, "topic or thread");
        declare_own_options(command, form, *options);
        add_connection_options(command, options->connection);
        command.action([&context, &form, options] { return act(context, form, *options); });
    }
}

} // namespace openclaw::cli
