// `openclaw channels list` (what is configured: works without a gateway) and `openclaw channels
// capabilities` (what each account can do).
#include "cli/command/channels.h"
#include "cli/config_source.h"
#include "cli/view/channel_probe.h"
#include "cli/view/text_width.h"
#include "common/config/channels/all.h"
#include "common/json/write.h"

#include <memory>

namespace openclaw::cli {

namespace {

struct AbilityOptions {
    ConnectionOptions connection{.url = {}, .token = {}, .password = {}, .timeout_ms = 10'000};
    std::string channel, account, target;
};

int capabilities(const Context& context, const AbilityOptions& options) {
    json::Writer params;
    params.begin_object().member("probe", true).member("timeoutMs", options.connection.timeout_ms);
    const auto add = [&](std::string_view name, const std::string& value) {
        if (!value.empty()) params.member(name, value);
    };
    add("channel", options.channel);
    add("accountId", options.account);
    add("target", options.target);
    const auto answer =
        ask(context, options.connection, "channels.capabilities", params.end_object().text());
    if (!answer) return report(context, options.connection.json, answer.error());
    if (options.connection.json)
        print_json(context.console, answer->payload());
    else
        context.console.out(abilities_view(answer->payload(), context.console.look()));
    return exit_ok;
}

std::string token_words(const config::ChannelAccount& account) {
    const auto* row = config::find_channel_row(account.channel);
    if (row == nullptr || row->credential.field.empty()) return {};
    return account.secrets.empty() ? ", no token" : ", token=***";
}

std::string configured_line(const config::ChannelAccount& account) {
    std::string line =
        "- " + std::string(account.spec->label) + " " + printable(account.account_id);
    if (!account.label.empty()) line += " (" + printable(account.label) + ")";
    line += ": installed, ";
    line += account.problem.empty() ? "configured, " : "not configured, ";
    line += account.enabled ? "enabled" : "disabled";
    line += token_words(account);
    return account.problem.empty() ? line : line + ", " + printable(account.problem);
}

std::string list_json(const config::Config& config) {
    json::Writer out;
    out.begin_object().key("chat").begin_object();
    for (const auto& row : config::channel_rows) {
        out.key(row.spec->name).begin_object().member("label", row.spec->label);
        out.key("accounts").begin_array();
        for (const auto& account : config.channels)
            if (account.channel == row.spec->name) out.value(account.account_id);
        out.end_array().member("installed", true).member("origin", "built-in").end_object();
    }
    return out.end_object().end_object().take();
}

int list_channels(const Context& context, bool json) {
    const auto loaded = config::load(config_source(context));
    if (!loaded)
        return report(context, json,
                      cli_error(config::render_issues(loaded.error(), context.paths.config_file)));
    if (json) return print_json(context.console, list_json(*loaded)), exit_ok;
    context.console.line("Chat channels:");
    for (const auto& account : loaded->channels)
        context.console.line(configured_line(account));
    if (loaded->channels.empty())
        context.console.line("- none. Add one: openclaw channels add telegram --token-file FILE");
    return exit_ok;
}

} // namespace

void add_channels_abilities(Command& channels, const Context& context) {
    auto json = std::make_shared<bool>(false);
    auto list = channels.add("list", "Shows the configured accounts; needs no gateway.");
    add_json_option(list, *json);
    list.action([&context, json] { return list_channels(context, *json); });
    auto options = std::make_shared<AbilityOptions>();
    auto command =
        channels.add("capabilities", "Shows what each account can do, and whether it works now.");
    command.option("--channel", options->channel, "only this channel");
    command.option("--account", options->account, "only this account");
    command.option("--target", options->target, "and may it speak in this chat?");
    add_connection_options(command, options->connection);
    command.example("openclaw channels capabilities --channel telegram --target -1001234567890");
    command.action([&context, options] { return capabilities(context, *options); });
}

} // namespace openclaw::cli
