// openclaw — the operator's command line. Its own small process, without privileges: it asks the
// gateway over the control socket (or a WebSocket) and reads and edits the configuration file; it
// never opens the gateway's database.
#include "cli/commands.h"
#include "common/base/names.h"
#include "common/version.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace {

using namespace openclaw;
using namespace openclaw::cli;

std::string version_line() {
    std::string line = "OpenClaw " + std::string(version);
    return build_id.empty() ? line : line + " (" + std::string(build_id.substr(0, 7)) + ")";
}

bool asks_version(const std::vector<std::string>& arguments) {
    constexpr std::string_view words[] = {"--version", "-V", "-v"};
    return !arguments.empty() && std::ranges::find(words, arguments.front()) != std::end(words);
}

int refuse_usage(const Context& context, const UsageError& error) {
    if (context.globals.json) return report(context, true, cli_error(error.sentence));
    context.console.note(error.sentence);
    context.console.note("Try: " + error.help_command);
    return exit_failure;
}

int run(const Context& context, const std::vector<std::string>& arguments) {
    CommandLine line(std::string(names::cli), "Runs and inspects the OpenClaw gateway.");
    auto root = line.root();
    root.example("openclaw gateway run")
        .example("openclaw agent -m \"hello\"")
        .example("openclaw workers show telegram:default");
    add_gateway(root, context);
    add_status(root, context);
    add_channels(root, context);
    add_workers(root, context);
    add_sessions(root, context);
    add_agent(root, context);
    add_message(root, context);
    add_logs(root, context);
    add_pairing(root, context);
    add_explain(root, context);
    const Parsed parsed = line.parse(arguments);
    if (const auto* help = std::get_if<HelpText>(&parsed)) {
        context.console.out(help->text);
        return exit_ok;
    }
    if (const auto* error = std::get_if<UsageError>(&parsed)) return refuse_usage(context, *error);
    return std::get<Action>(parsed)();
}

} // namespace

int main(int argc, char** argv) {
    auto forgiven = forgive({argv + 1, argv + argc});
    auto taken = take_globals(forgiven.arguments);
    Console console(STDOUT_FILENO, STDERR_FILENO, taken.globals.no_color);
    if (!taken.problem.empty()) {
        console.note(taken.problem);
        return taken.exit_code;
    }
    if (const auto path = broken_config_path(taken.arguments)) {
        console.note("The configuration path is broken by spaces. Did you mean `" + *path + "`?");
        return exit_failure;
    }
    if (asks_version(taken.arguments)) {
        console.line(version_line());
        return exit_ok;
    }
    if (forgiven.changed && !taken.globals.json)
        console.note("note: typographic dashes and quotes were read as -- and as plain quotes");
    auto environment = config::process_environment();
    auto paths = config::resolve_paths({.profile = taken.globals.profile, .dev = taken.globals.dev},
                                       environment);
    if (!paths) {
        console.note("[openclaw] " + paths.error().sentence);
        return exit_failure;
    }
    const Context context{.console = console,
                          .globals = taken.globals,
                          .environment = std::move(environment),
                          .paths = std::move(*paths)};
    return run(context, taken.arguments);
}
