// rpc/logs.h — logs.tail: the end of the log file, and what came after a cursor (METHODS.md,
// CLI.md 8.3).
//
// The file is read on the pool, at most a megabyte at a time, never on the loop. The cursor is a
// byte offset; a file that has become shorter was rotated, and reading begins anew with reset:true.
#pragma once

#include "common/loop/loop.h"
#include "supervisor/rpc/facts.h"
#include "supervisor/rpc/method_table.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace openclaw::rpc {

struct TailRequest {
    std::string file;
    std::optional<std::int64_t> cursor;
    std::size_t limit = 500; // lines
    std::int64_t max_bytes = 250'000;
};

struct Tail {
    std::int64_t cursor = 0, size = 0, skipped_bytes = 0;
    std::vector<std::string> lines; // whole ones only
    bool truncated = false, reset = false;
};

// Blocks on the disk. Errors: unavailable (cannot be read).
Result<Tail> read_tail(const TailRequest& request);

void add_logs(MethodTable& table, Loop& loop, const GatewayFacts& facts);

} // namespace openclaw::rpc
