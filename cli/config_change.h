// cli/config_change.h — the configuration as it is, and a change of it: by the gateway where one
// runs, so that it is in force at once; in the file where none does.
#pragma once

#include "cli/context.h"

#include <string>

namespace openclaw::cli {

struct Configuration {
    json::Document tree; // as written, secrets masked
    std::string hash;    // of what it was read from: whoever changes it says what he has seen
    bool is_from_file = false;

    json::View root() const { return tree.root(); }
};

// Asked of the gateway; of the file when no gateway runs here.
CallResult<Configuration> read_configuration(const Context& context,
                                             const ConnectionOptions& options);

// `patch`: an object (RFC 7386). Made where `seen` came from. Errors: what the gateway, or the
// file's own check, has against it; somebody else has changed it meanwhile.
CallResult<void> change_configuration(const Context& context, const ConnectionOptions& options,
                                      const Configuration& seen, const std::string& patch);

} // namespace openclaw::cli
