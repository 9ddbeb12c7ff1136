// process/configure.h — what a worker is handed when it has said Hello.
#pragma once

#include "proto/frame.pb.h"
#include "supervisor/process/wanted.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace openclaw::process {

// Carries the secrets: send it, then wipe it (worker/wipe.h, Link::wipe_buffer).
wire::Frame make_configure(const WantedWorker& wanted, std::uint64_t generation,
                           const std::vector<std::pair<std::string, std::string>>& state);

} // namespace openclaw::process
