// process/spawn.h — the birth of a worker process.
//
// The child has: fd 0 /dev/null, 1 and 2 the stderr pipe, 3 its end of the link, nothing else; its
// own session; SIGKILL when we die; address space, descriptors, the size of a file and core
// limited; no new privileges; a chosen environment (process/environment.h); default signals. Its
// argv is the program and the worker's id. Returns when exec has succeeded, or failed with the
// reason: the parent rests meanwhile (vfork).
#pragma once

#include "common/base/result.h"
#include "common/base/unique_fd.h"
#include "common/worker/spec.h"

#include <sys/types.h>

#include <string>

namespace openclaw::process {

struct Birth {
    pid_t pid = 0;
    UniqueFd link;         // our end; non-blocking
    UniqueFd error_output; // what it writes to stdout and stderr; non-blocking
};

Result<Birth> spawn(const std::string& program, const std::string& id, const Limits& limits);

} // namespace openclaw::process
