// `openclaw directory`: who can be written to through an account.
#include "cli/view/directory.h"

#include "cli/commands.h"
#include "common/json/write.h"

#include <memory>

namespace openclaw::cli {

namespace {

struct DirectoryOptions {
    ConnectionOptions connection{.url = {}, .token = {}, .password = {}, .timeout_ms = 15'000};
    std::string channel, account, query, group_id;
    std::int64_t limit = 50;
};

int look_up(const Context& context, const DirectoryOptions& options, std::string_view kind) {
    json::Writer params;
    params.begin_object().member("kind", kind).member("limit", options.limit);
    const auto add = [&](std::string_view name, const std::string& value) {
        if (!value.empty()) params.member(name, value);
    };
    add("channel", options.channel);
    add("accountId", options.account);
    add("query", options.query);
    add("groupId", options.group_id);
    const auto answer =
        ask(context, options.connection, "channels.directory", params.end_object().text());
    if (!answer) return report(context, options.connection.json, answer.error());
    if (options.connection.json) return print_json(context.console, answer->payload()), exit_ok;
    context.console.out(directory_view(answer->payload(), context.console.look()));
    if (const auto note = directory_note(answer->payload()); !note.empty())
        context.console.note(note);
    return exit_ok;
}

void add_lookup(Command& parent, const Context& context, const std::string& name,
                const std::string& summary, std::string_view kind) {
    auto options = std::make_shared<DirectoryOptions>();
    auto command = parent.add(name, summary);
    command.option("--channel", options->channel, "through which channel (the only one)");
    command.option("--account", options->account, "through which account (the channel's default)");
    if (kind != "self") {
        command.option("--query", options->query, "part of a name, or an id");
        command.number("--limit", options->limit, {1, 500}, "at most so many (50)");
    }
    if (kind == "members") command.option("--group-id", options->group_id, "of this group");
    add_connection_options(command, options->connection);
    command.action([&context, options, kind] { return look_up(context, *options, kind); });
}

} // namespace

void add_directory(Command& root, const Context& context) {
    auto directory = root.add("directory", "Looks up who can be written to.");
    add_lookup(directory, context, "self", "Shows the bot itself.", "self");
    auto peers = directory.add("peers", "People.");
    add_lookup(peers, context, "list", "Lists people.", "peers");
    peers.example("openclaw directory peers list --channel telegram --query ann");
    auto groups = directory.add("groups", "Groups and channels.");
    add_lookup(groups, context, "list", "Lists groups and channels.", "groups");
    add_lookup(groups, context, "members", "Lists the members of one.", "members");
}

} // namespace openclaw::cli
