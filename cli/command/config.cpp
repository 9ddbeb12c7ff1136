// `openclaw config …`: the configuration file, read and changed in place. Works with the gateway
// down.
#include "cli/commands.h"
#include "cli/config_source.h"
#include "common/base/names.h"
#include "common/config/edit.h"
#include "common/config/redaction.h"
#include "common/json/write.h"

#include <algorithm>

namespace openclaw::cli {

namespace {

struct ConfigOptions {
    std::string path, value;
    bool json = false, dry_run = false;
};

config::EditOptions edit_options(const Context& context, bool dry_run) {
    return {.load = config_source(context), .dry_run = dry_run};
}

std::string shown_file(const Context& context) {
    return config::shorten_home(context.paths.config_file, context.paths.home);
}

// CONFIG.md 3.3: the heading, one line for each issue, and in JSON the issues as data beside the
// envelope.
int report_invalid(const Context& context, bool json, const config::Issues& issues) {
    if (!json)
        return context.console.note(config::render_issues(issues, shown_file(context))),
               exit_failure;
    json::Writer out;
    out.begin_object().member("ok", false).key("error").begin_object().member("type", "cli_error");
    out.member("message", "OpenClaw config is invalid: " + shown_file(context))
        .end_object()
        .member("valid", false);
    out.member("path", context.paths.config_file).key("issues").begin_array();
    for (const auto& issue : issues) {
        out.begin_object()
            .member("path", issue.path.empty() ? "<root>" : issue.path)
            .member("message", issue.message);
        out.member("line", issue.place.line).member("column", issue.place.column);
        if (!issue.remedy.empty()) out.member("remedy", issue.remedy);
        out.end_object();
    }
    return print_json(context.console, out.end_array().end_object().text()), exit_failure;
}

int file(const Context& context, const ConfigOptions& options) {
    if (options.json)
        print_json(context.console, json::Writer()
                                        .begin_object()
                                        .member("path", context.paths.config_file)
                                        .end_object()
                                        .text());
    else
        context.console.line(
            context.paths.config_file); // whole: "$(openclaw config file)" opens it
    return exit_ok;
}

int validate(const Context& context, const ConfigOptions& options) {
    const auto loaded = config::load(config_source(context));
    if (!loaded) return report_invalid(context, options.json, loaded.error());
    if (!loaded->exists)
        return report(context, options.json,
                      cli_error("Config file not found: " + shown_file(context)));
    if (options.json) {
        json::Writer out;
        out.begin_object()
            .member("valid", true)
            .member("path", context.paths.config_file)
            .key("warnings")
            .begin_array();
        for (const auto& warning : loaded->warnings)
            out.value(config::render(warning, names::config_file));
        return print_json(context.console, out.end_array().end_object().text()), exit_ok;
    }
    context.console.line("Config valid: " + shown_file(context));
    for (const auto& warning : loaded->warnings)
        context.console.note("warning: " + config::render(warning, names::config_file));
    for (const auto& account : loaded->channels)
        if (!account.problem.empty())
            context.console.note("warning: " + account.worker_id() +
                                 " is switched off: " + account.problem);
    return exit_ok;
}

// Whether the schema knows the path: null fits no key, so a known one complains of its value, an
// unknown one of itself.
bool is_known_path(const Context& context, const std::string& path) {
    const auto tried = config::edit({.path = path, .value = "null"}, edit_options(context, true));
    return tried || std::ranges::none_of(tried.error().issues, [](const auto& issue) {
               return issue.message.starts_with("Unrecognized key");
           });
}

int report_unset(const Context& context, const ConfigOptions& options) {
    if (!is_known_path(context, options.path))
        return report(context, options.json,
                      cli_error("Unknown config path: " + options.path + "."));
    return report(context, options.json,
                  cli_error("Config path is valid but unset: " + options.path +
                            ". The runtime default applies until you set an authored value with "
                            "openclaw config set " +
                            options.path + " <value>."));
}

int get(const Context& context, const ConfigOptions& options) {
    const auto loaded = config::load(config_source(context));
    if (!loaded) return report_invalid(context, options.json, loaded.error());
    const auto value =
        config::redacted_value(loaded->tree ? *loaded->tree : config::object_node(), options.path);
    if (!value && value.error().code == Code::invalid)
        return report(context, options.json, cli_error(value.error().sentence));
    if (!value) return report_unset(context, options);
    const auto document = json::Document::parse(*value);
    const bool is_bare_text = !options.json && document && document->root().is_string();
    if (is_bare_text)
        context.console.line(document->root().text());
    else
        print_json(context.console, *value);
    return exit_ok;
}

// Nothing in this build re-reads the file while it runs; keys that only the command line reads are
// in force at once.
std::string_view hint(std::string_view path) {
    for (const std::string_view ours : {"gateway.remote", "meta", "wizard"})
        if (path == ours ||
            (path.starts_with(ours) && path.size() > ours.size() && path[ours.size()] == '.'))
            return "No gateway restart needed.";
    return "Restart the gateway to apply.";
}

int report_edit_failure(const Context& context, const ConfigOptions& options,
                        const config::EditFailure& failure) {
    if (failure.error.code == Code::not_found)
        return report(
            context, options.json,
            cli_error("Config path not found: " + options.path + ". Nothing was changed."));
    std::string message = failure.error.sentence;
    if (!failure.issues.empty()) message = "Config validation failed:";
    for (const auto& issue : failure.issues)
        message += "\n  × " + config::render(issue, names::config_file);
    return report(context, options.json, cli_error(message));
}

int change(const Context& context, const ConfigOptions& options,
           const std::optional<std::string>& value) {
    const auto edited = config::edit({.path = options.path, .value = value},
                                     edit_options(context, options.dry_run));
    if (!edited) return report_edit_failure(context, options, edited.error());
    if (options.json) {
        json::Writer out;
        out.begin_object()
            .member("ok", true)
            .member("configPath", context.paths.config_file)
            .member("changed", edited->changed);
        out.member("dryRun", options.dry_run).key("changedPaths").begin_array();
        for (const auto& path : edited->changed_paths)
            out.value(path);
        return print_json(context.console, out.end_array().end_object().text()), exit_ok;
    }
    if (!edited->changed) return context.console.line("No change"), exit_ok;
    if (options.dry_run)
        return context.console.line("Dry run: " + options.path +
                                    " would change. Nothing was written."),
               exit_ok;
    context.console.line((value ? "Updated " : "Removed ") + options.path + ". " +
                         std::string(hint(options.path)));
    if (edited->lost_comments)
        context.console.note("note: the file was written again as plain JSON; its comments are in "
                             "the backup beside it");
    return exit_ok;
}

using ConfigCommand = int (*)(const Context&, const ConfigOptions&);

Command add_one(Command& config, const std::string& name, const std::string& summary,
                const std::shared_ptr<ConfigOptions>& options) {
    auto command = config.add(name, summary);
    add_json_option(command, options->json);
    return command;
}

void add_simple(Command& config, const Context& context, const std::string& name,
                const std::string& summary, ConfigCommand run) {
    auto options = std::make_shared<ConfigOptions>();
    add_one(config, name, summary, options).action([&context, options, run] {
        return run(context, *options);
    });
}

} // namespace

void add_config(Command& root, const Context& context) {
    auto config = root.add("config", "Reads and changes the configuration file.");
    add_simple(config, context, "file", "Prints where the configuration file is.", file);
    add_simple(config, context, "validate", "Checks the whole file.", validate);

    auto get_options = std::make_shared<ConfigOptions>();
    auto get_command =
        add_one(config, "get", "Prints one value; secrets are not shown.", get_options);
    get_command.argument("path", get_options->path, "for example gateway.port");
    get_command.action([&context, get_options] { return get(context, *get_options); });

    auto set_options = std::make_shared<ConfigOptions>();
    auto set_command = add_one(
        config, "set", "Changes one value; the whole result is checked before it is written.",
        set_options);
    set_command.argument("path", set_options->path, "for example channels.telegram.botToken");
    set_command.argument("value", set_options->value, "JSON5, or plain text");
    set_command.flag("--dry-run", set_options->dry_run, "check only");
    set_command.example("openclaw config set gateway.port 19001");
    set_command.action(
        [&context, set_options] { return change(context, *set_options, set_options->value); });

    auto unset_options = std::make_shared<ConfigOptions>();
    auto unset_command =
        add_one(config, "unset", "Removes one value; its default applies again.", unset_options);
    unset_command.argument("path", unset_options->path, "for example gateway.port");
    unset_command.flag("--dry-run", unset_options->dry_run, "check only");
    unset_command.action(
        [&context, unset_options] { return change(context, *unset_options, std::nullopt); });
}

} // namespace openclaw::cli
