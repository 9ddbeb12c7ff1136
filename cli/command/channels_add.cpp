// `openclaw channels add`: an account into the configuration, and at once the question whether it
// works.
#include "cli/command/channel_account.h"
#include "cli/command/channels.h"
#include "cli/config_change.h"
#include "cli/secret_input.h"
#include "cli/view/channel_probe.h"
#include "common/json/write.h"

#include <filesystem>
#include <memory>
#include <thread>

namespace openclaw::cli {

namespace {

// A worker is born, signs in, and is asked; all of it is done within seconds or goes wrong.
constexpr Milliseconds works_within = std::chrono::seconds(20);
constexpr Milliseconds look_again_after{250};
constexpr std::int64_t probe_timeout_ms = 8000;

struct AddOptions {
    ConnectionOptions connection{.url = {}, .token = {}, .password = {}, .timeout_ms = 30'000};
    std::string channel_argument, channel, account, label, token, token_file;
    bool use_env = false, no_probe = false;
};

struct CredentialGiven {
    std::string value;     // of the channel's credential field
    std::string file_path; // its file, where the channel can be told one
};

std::string absolute_path(const std::string& path) {
    std::error_code ignored;
    const auto whole = std::filesystem::absolute(path, ignored);
    return ignored ? path : whole.lexically_normal().string();
}

CallError no_credential(const AccountPlace& place) {
    return cli_error(
        "Interactive channel setup requires a TTY. Use `openclaw channels add " + place.channel() +
        " --use-env` or pass the channel's credential flags: --token TOKEN, --token - (reads "
        "standard input), --token-file FILE.");
}

// What cannot be one is not written down.
CallResult<CredentialGiven> as_value(const AccountPlace& place, Result<Secret> secret) {
    if (!secret) return std::unexpected(cli_error(secret.error().sentence));
    const auto check = place.row->credential.check;
    if (const auto looks_right = check == nullptr ? Result<void>() : check(secret->reveal());
        !looks_right)
        return std::unexpected(cli_error(looks_right.error().sentence));
    return CredentialGiven{.value = std::string(secret->reveal()), .file_path = {}};
}

CallResult<CredentialGiven> from_environment(const Context& context, const AccountPlace& place) {
    const std::string variable(place.row->credential.variable);
    if (variable.empty() || place.account != "default")
        return std::unexpected(cli_error("--use-env works for the default account of a channel "
                                         "whose token may come from the environment."));
    if (!context.environment.contains(variable))
        context.console.note("note: " + variable +
                             " is not set here; the gateway needs it in its own environment.");
    return CredentialGiven{};
}

CallResult<CredentialGiven> credential_given(const Context& context, const AddOptions& options,
                                             const AccountPlace& place) {
    const auto& credential = place.row->credential;
    if (credential.field.empty()) return CredentialGiven{};
    if (options.use_env) return from_environment(context, place);
    if (!options.token_file.empty()) {
        auto given = as_value(place, read_token_file(options.token_file));
        if (!given || credential.file_key.empty()) return given;
        return CredentialGiven{.value = {}, .file_path = absolute_path(options.token_file)};
    }
    if (options.token == "-") return as_value(place, read_token_from_input());
    if (!options.token.empty()) return as_value(place, Secret(options.token));
    if (!is_somebody_there() || options.connection.json)
        return std::unexpected(no_credential(place));
    return as_value(place, ask_for_secret(std::string(place.row->spec->label) + " token: "));
}

std::string account_block(const AddOptions& options, const AccountPlace& place,
                          const CredentialGiven& given) {
    const auto& credential = place.row->credential;
    json::Writer out;
    out.begin_object().member("enabled", true);
    if (!options.label.empty()) out.member("name", options.label);
    if (!given.value.empty()) {
        out.member(credential.field, given.value);
        if (!credential.file_key.empty()) out.key(credential.file_key).null(); // it would win
    }
    if (!given.file_path.empty())
        out.member(credential.file_key, given.file_path).key(credential.field).null();
    return out.end_object().take();
}

json::View account_in(json::View status, const AccountPlace& place) {
    json::View found;
    status["channelAccounts"][place.channel()].each_element([&](json::View account) {
        if (account["accountId"].text() == place.account) found = account;
        return !found;
    });
    return found;
}

// Nothing but a person can help it now.
bool is_beyond_waiting(json::View account) {
    const auto lifecycle = account["lifecycle"].text();
    return lifecycle == "failed" || lifecycle == "not-configured" || lifecycle == "disabled" ||
           account["manualStop"].boolean() || account["health"]["cause"].text() == "needs-operator";
}

// Asks until it works, or it is clear that it will not.
CallResult<Answer> probe_until_it_works(const Context& context, const AddOptions& options,
                                        const AccountPlace& place) {
    json::Writer params;
    params.begin_object()
        .member("channel", place.channel())
        .member("probe", true)
        .member("timeoutMs", probe_timeout_ms)
        .end_object();
    const auto deadline = std::chrono::steady_clock::now() + works_within;
    for (;;) {
        auto answer = ask(context, options.connection, "channels.status", params.text());
        if (!answer) return answer;
        const auto account = account_in(answer->payload(), place);
        if (account["probe"]["ok"].boolean() || is_beyond_waiting(account) ||
            std::chrono::steady_clock::now() > deadline)
            return answer;
        std::this_thread::sleep_for(look_again_after);
    }
}

int tell_added(const Context& context, const AddOptions& options, const AccountPlace& place,
               bool is_new, json::View account) {
    const bool works = !account || account["probe"]["ok"].boolean();
    if (options.connection.json) {
        json::Writer out;
        out.begin_object()
            .member("ok", works)
            .member("action", is_new ? "added" : "updated")
            .member("channel", place.channel())
            .member("accountId", place.account);
        if (account) out.raw_member("account", account.dump());
        print_json(context.console, out.end_object().text());
        return works ? exit_ok : exit_failure;
    }
    context.console.line((is_new ? "Added " : "Updated ") + place.words() + ".");
    if (account) context.console.out(probe_view(account, context.console.look()));
    return works ? exit_ok : exit_failure;
}

int add_account(const Context& context, const AddOptions& options) {
    const bool json = options.connection.json;
    const auto place = account_place(
        options.channel.empty() ? options.channel_argument : options.channel, options.account);
    if (!place) return report(context, json, place.error());
    const auto given = credential_given(context, options, *place);
    if (!given) return report(context, json, given.error());
    const auto config = read_configuration(context, options.connection);
    if (!config) return report(context, json, config.error());
    const bool is_new = !place->is_in(config->root());
    const auto changed =
        change_configuration(context, options.connection, *config,
                             place->patch(config->root(), account_block(options, *place, *given)));
    if (!changed) return report(context, json, changed.error());
    if (config->is_from_file && !json)
        context.console.note("note: the gateway is not running; it looks at the account when it "
                             "starts: openclaw gateway start");
    if (config->is_from_file || options.no_probe)
        return tell_added(context, options, *place, is_new, {});
    const auto status = probe_until_it_works(context, options, *place);
    if (!status) return report(context, json, status.error());
    return tell_added(context, options, *place, is_new, account_in(status->payload(), *place));
}

} // namespace

void add_channels_add(Command& channels, const Context& context) {
    auto options = std::make_shared<AddOptions>();
    auto command = channels.add("add", "Adds an account, or gives it another token, and asks its "
                                       "platform whether it works.");
    command.optional_argument("channel", options->channel_argument, "telegram, …");
    command.option("--channel", options->channel, "the same as an option");
    command.option("--account", options->account, "the account's id (default)");
    command.option("--name", options->label, "what people call it");
    command.option(
        "--token", options->token,
        "the bot's token; - reads it from standard input, where no process list shows it");
    command.option("--token-file", options->token_file, "a file that holds the token");
    command.flag("--use-env", options->use_env, "the token is in the gateway's environment");
    command.flag("--no-probe", options->no_probe, "do not ask the platform");
    add_connection_options(command, options->connection, "--gateway-token");
    command.example("openclaw channels add telegram --token-file ~/telegram.token")
        .example("openclaw channels add telegram --account alerts --token - < alerts.token");
    command.action([&context, options] { return add_account(context, *options); });
}

} // namespace openclaw::cli
