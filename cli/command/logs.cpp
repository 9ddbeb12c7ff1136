#include "cli/command/log_tail.h"
#include "cli/commands.h"

namespace openclaw::cli {

void add_logs(Command& root, const Context& context) {
    auto options = std::make_shared<LogOptions>();
    auto command = root.add("logs", "Shows the gateway's log. With the gateway down: its file.");
    add_log_options(command, *options);
    command.example("openclaw logs --follow").example("openclaw logs --limit 50 --json");
    command.action([&context, options] { return show_log(context, *options); });
}

} // namespace openclaw::cli
