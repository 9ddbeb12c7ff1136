#include "cli/command/channels.h"

#include "cli/commands.h"
#include "cli/view/channels.h"
#include "common/json/write.h"

namespace openclaw::cli {

namespace {

struct ChannelOptions {
    ConnectionOptions connection{.url = {}, .token = {}, .password = {}, .timeout_ms = 60'000};
    std::string channel;
    bool probe = false;
};

std::string status_params(const ChannelOptions& options) {
    json::Writer params;
    params.begin_object()
        .member("probe", options.probe)
        .member("timeoutMs", options.connection.timeout_ms);
    if (!options.channel.empty()) params.member("channel", options.channel);
    return params.end_object().take();
}

int status(const Context& context, const ChannelOptions& options) {
    const auto answer = ask(context, options.connection, "channels.status", status_params(options));
    if (!answer) return report(context, options.connection.json, answer.error());
    if (options.connection.json)
        print_json(context.console, answer->payload());
    else
        context.console.out("Gateway reachable.\n" +
                            channels_view(answer->payload(), context.console.look()));
    return exit_ok;
}

} // namespace

void add_channels(Command& root, const Context& context) {
    auto channels = root.add("channels", "Accounts on the chat platforms.");
    auto options = std::make_shared<ChannelOptions>();
    auto command = channels.add("status", "Shows whether each account works.");
    command.option("--channel", options->channel, "only this channel");
    command.flag("--probe", options->probe,
                 "ask the platforms now, instead of showing what was seen last");
    add_connection_options(command, options->connection);
    command.example("openclaw channels status --probe");
    command.action([&context, options] { return status(context, *options); });
    add_channels_abilities(channels, context);
    add_channels_add(channels, context);
    add_channels_remove(channels, context);
}

} // namespace openclaw::cli
