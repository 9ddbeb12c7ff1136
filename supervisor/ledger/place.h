// ledger/place.h — the file's place on disk: directories and modes before it is opened, and the
// lock that keeps a second gateway out.
#pragma once

#include "common/base/result.h"
#include "common/base/unique_fd.h"

#include <cstdint>
#include <string>

namespace openclaw::ledger {

struct Place {
    UniqueFd lock;       // flock on "<path>.lock"; the kernel lets go of it when the process dies
    bool is_new = false; // the file was made just now
    bool was_unclean = false; // a write-ahead log was left behind
    std::uint64_t file_bytes = 0;
};

// Makes missing directories (0700) and the file (0600), tightens the file's mode, takes the lock.
// Errors: denied (not writable, or another user's), busy (another process holds it; its pid is in
// the sentence).
Result<Place> prepare_place(const std::string& path);

// Makes new names in the file's directory durable.
Result<void> sync_directory_of(const std::string& path);

} // namespace openclaw::ledger
