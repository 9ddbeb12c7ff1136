#include "cli/view/pairing.h"

#include "cli/commands.h"
#include "cli/view/text_width.h"
#include "common/json/write.h"

namespace openclaw::cli {

namespace {

struct PairingOptions {
    ConnectionOptions connection;
    std::string first, second; // "[channel]", or "[channel] <code>"
    std::string channel, account;
    bool notify = false;
};

std::string list_params(const PairingOptions& options, const std::string& channel) {
    json::Writer params;
    params.begin_object();
    if (!channel.empty()) params.member("channel", channel);
    if (!options.account.empty()) params.member("accountId", options.account);
    return params.end_object().take();
}

int list(const Context& context, const PairingOptions& options) {
    const std::string& channel = options.channel.empty() ? options.first : options.channel;
    const auto answer =
        ask(context, options.connection, "pairing.list", list_params(options, channel));
    if (!answer) return report(context, options.connection.json, answer.error());
    if (!options.connection.json)
        return context.console.out(
                   pairing_view(answer->payload(), channel, context.console.look())),
               exit_ok;
    const auto requests = answer->payload()["requests"];
    json::Writer out;
    out.begin_object()
        .member("channel", channel)
        .raw_member("requests", requests ? requests.dump() : "[]")
        .end_object();
    return print_json(context.console, out.text()), exit_ok;
}

CallResult<Answer> approve_code(RpcClient& client, const PairingOptions& options,
                                const std::string& channel, const std::string& code) {
    auto listed =
        client.call("pairing.list", list_params(options, channel), options.connection.timeout());
    if (!listed) return listed;
    const auto request = pairing_request(listed->payload(), code);
    if (!request)
        return std::unexpected(cli_error("No pending pairing request found for code \"" + code +
                                         "\". Run openclaw pairing list to see who is waiting."));
    json::Writer params;
    params.begin_object()
        .member("channel", request["channel"].text())
        .member("accountId", request["accountId"].text("default"));
    params.member("requestId", request["requestId"].text(request["id"].text()));
    if (options.notify) params.member("notify", true);
    return client.call("channels.pairing.approve", params.end_object().take(),
                       options.connection.timeout());
}

int approve(const Context& context, const PairingOptions& options) {
    const bool has_both = !options.second.empty();
    const std::string& code = has_both ? options.second : options.first;
    auto client = open_gateway(context, options.connection);
    if (!client) return report(context, options.connection.json, client.error());
    const auto answer =
        approve_code(*client, options, has_both ? options.first : options.channel, code);
    if (!answer) return report(context, options.connection.json, answer.error());
    if (options.connection.json) return print_json(context.console, answer->payload()), exit_ok;
    context.console.line("Approved " + printable(answer->payload()["senderId"].text("the sender")) +
                         ". They can write now; no restart is needed.");
    return exit_ok;
}

void add_common_options(Command& command, const std::shared_ptr<PairingOptions>& options) {
    command.option("--channel", options->channel, "only this channel");
    command.option("--account", options->account, "only this account");
    add_connection_options(command, options->connection);
}

} // namespace

void add_pairing(Command& root, const Context& context) {
    auto pairing = root.add("pairing", "Lets people write to the bot.");
    auto list_options = std::make_shared<PairingOptions>();
    auto list_command = pairing.add("list", "Lists who asked and waits.");
    list_command.optional_argument("channel", list_options->first, "only this channel");
    add_common_options(list_command, list_options);
    list_command.action([&context, list_options] { return list(context, *list_options); });

    auto options = std::make_shared<PairingOptions>();
    auto command = pairing.add("approve", "Lets the sender of a code in.");
    command.argument("channel-or-code", options->first,
                     "the code; or the channel, and then the code");
    command.optional_argument("code", options->second, "the code the sender was given");
    command.flag("--notify", options->notify, "tell the sender");
    add_common_options(command, options);
    command.example("openclaw pairing approve telegram ABCD2345");
    command.action([&context, options] { return approve(context, *options); });
}

} // namespace openclaw::cli
