// echo/faults.h — the faults that tests commit on purpose, each the way real code commits it. Not
// for copying.
#pragma once

#include "common/base/result.h"
#include "common/worker/runtime.h"

#include <cstdint>
#include <string_view>

namespace openclaw::echo {

enum class Fault : std::uint8_t {
    segv,
    abort,
    busy_loop,
    memory_bomb,
    fd_exhaustion,
    garbage,   // bytes on the link that are no frame
    oversized, // a datagram above the frame limit
    stop,      // SIGSTOP
    exit78,    // "my configuration is wrong"
    link_loss, // closes the link and lives on
    log_flood,
    last_words,     // a line on stderr, then the end
    forbidden_call, // one that the sandbox ends it for
};

// Error: invalid, listing the names.
Result<Fault> fault_from(std::string_view name);

// Usually does not return.
void commit(Fault fault, worker::Context& context);

} // namespace openclaw::echo
