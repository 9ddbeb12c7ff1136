// supervisor/beginning_anew.h — how a life of the gateway ended, and the next one in its place: the
// same program with the same words, in the same process. A service manager sees nothing end.
#pragma once

#include "common/base/secret.h"
#include "common/base/unique_fd.h"

#include <string_view>

namespace openclaw {

struct Ending {
    int exit_code = 0;
    bool is_restart = false;
    // For the program that begins anew. The sockets listen all the while: a service manager may
    // hold duplicates, and then nobody could open them a second time.
    Secret token, password;
    Fds listening;
    std::string_view listening_name;
};

// Returns when it cannot be done, with an exit code.
int begin_anew(Ending ending, char** argv);

} // namespace openclaw
