// openclaw — the operator's command line. Its own small process, without privileges: it asks the
// gateway over the control socket (or a WebSocket) and reads and edits the configuration file; it
// never opens the gateway's database.
#include "cli/program.h"
#include "common/base/names.h"
#include "common/version.h"

#include <sys/stat.h>
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

} // namespace

int main(int argc, char** argv) {
    umask(077); // what we write is in the owner's configuration and state, and nobody else's
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
    return run_program(context, taken.arguments);
}
