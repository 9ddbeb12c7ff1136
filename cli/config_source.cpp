#include "cli/config_source.h"

namespace openclaw::cli {

// The working directory's .env is left out: where a command is typed says nothing about the
// gateway.
config::LoadOptions config_source(const Context& context) {
    return {.file = context.paths.config_file,
            .environment = context.environment,
            .home = context.paths.home,
            .state_directory = context.paths.state_directory,
            .working_directory = {}};
}

} // namespace openclaw::cli
