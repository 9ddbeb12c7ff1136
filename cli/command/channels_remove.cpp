// `openclaw channels remove` and `logout`: an account out of service, out of the configuration, or
// without its credential.
#include "cli/command/channel_account.h"
#include "cli/command/channels.h"
#include "cli/config_change.h"
#include "cli/secret_input.h"
#include "cli/view/text_width.h"
#include "common/json/write.h"

#include <memory>

namespace openclaw::cli {

namespace {

struct RemoveOptions {
    ConnectionOptions connection{.url = {}, .token = {}, .password = {}, .timeout_ms = 30'000};
    std::string channel_argument, channel, account;
    bool is_deletion = false;

    const std::string& named() const { return channel.empty() ? channel_argument : channel; }
};

// What the default account has of its own in the channel's block, taken out; others may live below.
std::string block_without_default(const AccountPlace& place) {
    const auto& credential = place.row->credential;
    json::Writer out;
    out.begin_object();
    for (const auto name : {credential.field, credential.file_key})
        if (!name.empty()) out.key(name).null();
    out.key("accounts").begin_object().key(place.account).null().end_object();
    return out.end_object().take();
}

std::string deletion_patch(const AccountPlace& place, json::View config) {
    const auto channel_block = config["channels"][place.channel()];
    const auto& credential = place.row->credential;
    const bool is_shared = place.account != "default" && !credential.field.empty() &&
                           (channel_block[credential.field] || channel_block[credential.file_key]);
    if (place.is_alone_in(config) && !is_shared) return place.patch_of_channel("null");
    if (place.account == "default") return place.patch_of_channel(block_without_default(place));
    return place.patch(config, "null");
}

// Below accounts when others would be switched off with it.
std::string disabling_patch(const AccountPlace& place, json::View config) {
    if (place.is_alone_in(config)) return place.patch(config, R"({"enabled":false})");
    json::Writer out;
    out.begin_object().key("accounts").begin_object();
    out.raw_member(place.account, R"({"enabled":false})").end_object().end_object();
    return place.patch_of_channel(out.text());
}

int tell_removed(const Context& context, const RemoveOptions& options, const AccountPlace& place) {
    const std::string_view done = options.is_deletion ? "Deleted" : "Disabled";
    if (!options.connection.json)
        return context.console.line(std::string(done) + " " + place.words() + "."), exit_ok;
    json::Writer out;
    out.begin_object()
        .member("ok", true)
        .member("action", options.is_deletion ? "deleted" : "disabled")
        .member("channel", place.channel())
        .member("accountId", place.account)
        .end_object();
    return print_json(context.console, out.text()), exit_ok;
}

int remove_account(const Context& context, const RemoveOptions& options) {
    const bool json = options.connection.json;
    const auto place = account_place(options.named(), options.account);
    if (!place) return report(context, json, place.error());
    const auto config = read_configuration(context, options.connection);
    if (!config) return report(context, json, config.error());
    if (!place->is_in(config->root()))
        return report(context, json,
                      cli_error("There is no " + place->words() +
                                " in the configuration; `openclaw channels list` shows those "
                                "there are."));
    if (!options.is_deletion && !json && is_somebody_there() &&
        !ask_yes_or_no("Disable " + place->words() + "? (--delete removes it) [y/N] "))
        return context.console.note("Nothing was changed."), exit_ok;
    const auto patch = options.is_deletion ? deletion_patch(*place, config->root())
                                           : disabling_patch(*place, config->root());
    const auto changed = change_configuration(context, options.connection, *config, patch);
    if (!changed) return report(context, json, changed.error());
    return tell_removed(context, options, *place);
}

int log_out(const Context& context, const RemoveOptions& options) {
    const bool json = options.connection.json;
    const auto place = account_place(options.named(), options.account);
    if (!place) return report(context, json, place.error());
    json::Writer params;
    params.begin_object()
        .member("channel", place->channel())
        .member("accountId", place->account)
        .end_object();
    const auto answer = ask(context, options.connection, "channels.logout", params.text());
    if (!answer) return report(context, json, answer.error());
    if (json) return print_json(context.console, answer->payload()), exit_ok;
    const std::string who = place->channel() + "/" + place->account;
    if (answer->payload()["envToken"].boolean())
        context.console.line("The token of " + who +
                             " is in the gateway's environment: the account was stopped; take the "
                             "variable away to keep it so.");
    else
        context.console.line(answer->payload()["cleared"].boolean()
                                 ? "Cleared saved auth for " + who + "."
                                 : "There was no saved auth for " + who + ".");
    return exit_ok;
}

} // namespace

void add_channels_remove(Command& channels, const Context& context) {
    const auto declare = [&](Command& command, const std::shared_ptr<RemoveOptions>& options) {
        command.optional_argument("channel", options->channel_argument, "telegram, …");
        command.option("--channel", options->channel, "the same as an option");
        command.option("--account", options->account, "which account (default)");
        add_connection_options(command, options->connection);
    };
    auto removing = std::make_shared<RemoveOptions>();
    auto remove = channels.add("remove", "Switches an account off, or takes it out of the "
                                         "configuration.");
    declare(remove, removing);
    remove.flag("--delete", removing->is_deletion, "take it out, without asking");
    remove.example("openclaw channels remove --channel telegram --account alerts --delete");
    remove.action([&context, removing] { return remove_account(context, *removing); });
    auto leaving = std::make_shared<RemoveOptions>();
    auto logout = channels.add("logout", "Takes an account's token out of the configuration.");
    declare(logout, leaving);
    logout.action([&context, leaving] { return log_out(context, *leaving); });
}

} // namespace openclaw::cli
