#include "cli/command/message.h"

#include "cli/command/media.h"
#include "cli/commands.h"
#include "cli/view/text_width.h"
#include "common/base/strings.h"
#include "common/json/write.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace openclaw::cli {

namespace {

struct MessageOptions {
    ConnectionOptions connection{.url = {}, .token = {}, .password = {}, .timeout_ms = 60'000};
    std::string target, message, channel, account, thread_id, reply_to;
    std::vector<std::string> media;
    bool silent = false, dry_run = false;
};

// One request of `send`: the text, a file, or both.
std::string send_params(const MessageOptions& options, std::string_view text, const Media* media) {
    json::Writer params;
    params.begin_object().member("to", options.target);
    const auto add = [&](std::string_view name, std::string_view value) {
        if (!value.empty()) params.member(name, value);
    };
    add("message", text);
    if (media != nullptr) write_media(params, *media);
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
        .member("to", options.target);
    if (!options.media.empty()) out.member("mediaUrl", options.media.front());
    out.member("dryRun", true).end_object();
    return print_json(context.console, out.end_object().text()), exit_ok;
}

void print_sent(const Context& context, const MessageOptions& options, json::View payload) {
    const auto id = payload["messageId"].is_integer()
                        ? std::to_string(payload["messageId"].integer())
                        : printable(payload["messageId"].text());
    context.console.line("Sent via " + printable(payload["channel"].text(options.channel)) +
                         " to " + options.target + (id.empty() ? "." : ". Message ID: " + id));
}

CallResult<std::vector<Media>> read_all_media(const MessageOptions& options) {
    std::vector<Media> all;
    for (const auto& argument : options.media) {
        auto media = read_media(argument);
        if (!media) return std::unexpected(media.error());
        all.push_back(std::move(*media));
    }
    return all;
}

std::string one_of(const MessageOptions& options, const std::vector<Media>& media, std::size_t i) {
    return send_params(options, i == 0 ? options.message : std::string(),
                       media.empty() ? nullptr : &media[i]);
}

// Whoever repeats the command must not send again what is there.
CallError after(std::size_t sent, std::size_t all, CallError error) {
    if (sent > 0)
        error.message += "\nSent before that: " + std::to_string(sent) + " of " +
                         std::to_string(all) +
                         " messages. Repeat the command for the other files only.";
    return error;
}

// One document, whatever the number of messages.
void print_all_sent(const Context& context, const std::vector<std::string>& payloads) {
    if (payloads.size() == 1) return print_json(context.console, payloads.front());
    json::Writer out;
    out.begin_array();
    for (const auto& payload : payloads)
        out.raw(payload);
    print_json(context.console, out.end_array().text());
}

// `send` takes one file: several are several messages, the first with the text.
int send(const Context& context, const MessageOptions& options) {
    if (options.dry_run) return dry_run(context, options);
    const auto media = read_all_media(options);
    if (!media) return report(context, options.connection.json, media.error());
    const bool json = options.connection.json;
    const auto messages = std::max<std::size_t>(media->size(), 1);
    std::vector<std::string> payloads;
    for (std::size_t i = 0; i < messages; ++i) {
        const auto answer = ask(context, options.connection, "send", one_of(options, *media, i));
        if (!answer) return report(context, json, after(i, messages, answer.error()));
        payloads.push_back(answer->payload().dump());
        if (!json) print_sent(context, options, answer->payload());
    }
    if (json) print_all_sent(context, payloads);
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
    command.option("--media", options->media, "a file to send along; may be repeated");
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
    command.example(
        "openclaw message send --channel discord -t channel:7001 -m \"The report\" --media "
        "report.pdf");
    command.action([&context, options] {
        const bool has_content = !options->message.empty() || !options->media.empty();
        if (options->target.empty() || !has_content)
            return report(context, options->connection.json,
                          cli_error("message send needs a target and a text or a file: -t CHAT -m "
                                    "TEXT --media FILE"));
        return send(context, *options);
    });
    add_message_actions(message, context);
}

} // namespace openclaw::cli
