#include "cli/command/message.h"

#include "cli/commands.h"
#include "cli/view/text_width.h"
#include "common/base/strings.h"
#include "common/json/write.h"

namespace openclaw::cli {

namespace {

struct MessageOptions {
    ConnectionOptions connection{.url = {}, .token = {}, .password = {}, .timeout_ms = 60'000};
    std::string target, message, channel, account, thread_id, reply_to;
    bool silent = false, dry_run = false;
};

std::string send_params(const MessageOptions& options) {
    json::Writer params;
    params.begin_object().member("to", options.target).member("message", options.message);
    const auto add = [&](std::string_view name, const std::string& value) {
        if (!value.empty()) params.member(name, value);
    };
    add("channel", options.channel);
    add("accountId", options.account);
    add("threadId", options.thread_id);
    add("replyToId", options.reply_to);
    if (options.silent) params.member("silent", true);
    return params.member("idempotencyKey", uuid_v4()).end_object().take();
}

int dry_run(const Context& context, const MessageOptions& options) {
    if (!options.connection.json)
        return context.console.line(
                   "[dry-run] would run send via " +
                   (options.channel.empty() ? "the only configured channel" : options.channel)),
               exit_ok;
    json::Writer out;
    out.begin_object()
        .member("action", "send")
        .member("channel", options.channel)
        .member("dryRun", true)
        .member("handledBy", "gateway");
    out.key("payload")
        .begin_object()
        .member("channel", options.channel)
        .member("to", options.target)
        .member("dryRun", true)
        .end_object();
    return print_json(context.console, out.end_object().text()), exit_ok;
}

int send(const Context& context, const MessageOptions& options) {
    if (options.dry_run) return dry_run(context, options);
    const auto answer = ask(context, options.connection, "send", send_params(options));
    if (!answer) return report(context, options.connection.json, answer.error());
    if (options.connection.json) return print_json(context.console, answer->payload()), exit_ok;
    const auto payload = answer->payload();
    const auto id = payload["messageId"].is_integer()
                        ? std::to_string(payload["messageId"].integer())
                        : printable(payload["messageId"].text());
    context.console.line("Sent via " + printable(payload["channel"].text(options.channel)) +
                         " to " + options.target + (id.empty() ? "." : ". Message ID: " + id));
    return exit_ok;
}

} // namespace

void add_message(Command& root, const Context& context) {
    auto message =
        root.add("message", "Sends messages through a channel, and changes those that are there.");
    auto options = std::make_shared<MessageOptions>();
    auto command = message.add("send", "Sends one message and waits until the platform has it.");
    command.option("--target,-t,--to", options->target,
                   "where to: a chat id, @name, or CHAT:topic:ID");
    command.option("--message,-m", options->message, "what to say, in Markdown");
    command.option("--channel", options->channel,
                   "through which channel (the only configured one)");
    command.option("--account", options->account, "through which account (the channel's default)");
    command.option("--thread-id", options->thread_id, "topic or thread");
    command.option("--reply-to", options->reply_to, "message to answer");
    command.flag("--silent", options->silent, "without a sound");
    command.flag("--dry-run", options->dry_run, "only say what would be sent");
    add_connection_options(command, options->connection);
    command.example(
        "openclaw message send --channel telegram -t 12345678 -m \"The backup is done.\"");
    command.action([&context, options] {
        if (options->target.empty() || options->message.empty())
            return report(context, options->connection.json,
                          cli_error("message send needs a target and a text: -t CHAT -m TEXT"));
        return send(context, *options);
    });
    add_message_actions(message, context);
}

} // namespace openclaw::cli
