// cli/command/log_tail.h — reading the gateway's log through logs.tail, once or for ever; with the
// gateway down, the file itself. Used by `logs` and `workers logs`.
#pragma once

#include "cli/context.h"

namespace openclaw::cli {

struct LogOptions {
    ConnectionOptions connection{.url = {}, .token = {}, .password = {}, .timeout_ms = 30'000};
    std::int64_t limit = 200;
    std::int64_t max_bytes = 250'000;
    std::int64_t interval_ms = 1000;
    bool follow = false;
    bool plain = false;
    std::string worker; // only this worker's lines; empty: all
};

void add_log_options(Command& command, LogOptions& options);
int show_log(const Context& context, const LogOptions& options);

} // namespace openclaw::cli
