// cli/command/worker_watch.h — `workers top` and `workers trace`: looking on while it happens.
#pragma once

#include "cli/context.h"

namespace openclaw::cli {

struct WatchOptions {
    ConnectionOptions connection;
    std::string id;                  // trace: the worker
    std::int64_t interval_ms = 1000; // top: between looks
    std::int64_t frames = 0;         // trace: end after so many; 0: never
};

// On a terminal the table is painted again each second, until an interrupt; else it is printed
// once.
int worker_top_command(const Context& context, const WatchOptions& options);
int worker_trace_command(const Context& context, const WatchOptions& options);

} // namespace openclaw::cli
