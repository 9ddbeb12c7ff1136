#include "cli/program.h"

#include "cli/commands.h"
#include "common/base/names.h"

namespace openclaw::cli {

namespace {

int refuse_usage(const Context& context, const UsageError& error) {
    if (context.globals.json) return report(context, true, cli_error(error.sentence));
    context.console.note(error.sentence);
    context.console.note("Try: " + error.help_command);
    return exit_failure;
}

// "help gateway run" is "gateway run --help".
std::vector<std::string> as_option(const std::vector<std::string>& arguments) {
    std::vector<std::string> out(arguments.begin() + 1, arguments.end());
    out.emplace_back("--help");
    return out;
}

} // namespace

int run_program(const Context& context, const std::vector<std::string>& arguments) {
    if (!arguments.empty() && arguments.front() == "help")
        return run_program(context, as_option(arguments));
    CommandLine line(std::string(names::cli), "Runs and inspects the OpenClaw gateway.");
    auto root = line.root();
    root.example("openclaw gateway run")
        .example("openclaw agent -m \"hello\"")
        .example("openclaw workers show telegram:default");
    add_gateway(root, context);
    add_daemon(root, context);
    add_status(root, context);
    add_channels(root, context);
    add_directory(root, context);
    add_workers(root, context);
    add_sessions(root, context);
    add_agent(root, context);
    add_message(root, context);
    add_logs(root, context);
    add_config(root, context);
    add_pairing(root, context);
    add_devices(root, context);
    add_doctor(root, context);
    add_explain(root, context);
    const Parsed parsed = line.parse(arguments);
    if (const auto* help = std::get_if<HelpText>(&parsed)) {
        context.console.out(help->text);
        return exit_ok;
    }
    if (const auto* error = std::get_if<UsageError>(&parsed)) return refuse_usage(context, *error);
    return std::get<Action>(parsed)();
}

} // namespace openclaw::cli
