// service/run.h — another program, run to its end: what it printed and how it ended.
//
// Blocks, with a deadline after which the program is killed. It gets our environment and no input.
// Only for the tools of the service manager: systemctl, loginctl.
#pragma once

#include "common/base/clock.h"
#include "common/base/result.h"

#include <string>
#include <vector>

namespace openclaw::cli {

struct Ended {
    int exit_code = -1; // 128 + the signal that ended it
    std::string out, err;
};

// words[0] is looked for in PATH. Errors: not_found (no such program), timeout, internal.
Result<Ended> run_to_end(const std::vector<std::string>& words, Milliseconds within);

} // namespace openclaw::cli
