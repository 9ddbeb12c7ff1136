// process/reconcile.h — wanted × running → steps. Pure. Start-up, a changed configuration, a
// restart in place and adoption after exec all go through it: there is one way workers come and go.
#pragma once

#include "supervisor/process/wanted.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace openclaw::process {

struct Running {
    std::string id;
    std::uint64_t fingerprint = 0;
};

enum class Step : std::uint8_t {
    spawn,         // wanted, not there
    keep,          // there, unchanged
    drain_respawn, // there, its settings or secrets changed
    drain_stop,    // there, not wanted
};

struct Plan {
    Step step;
    std::string id;
    bool operator==(const Plan&) const = default;
};

// Stops come first, so that what a leaving worker holds is free early; then the wanted, in their
// order. An id that is wanted twice counts once.
std::vector<Plan> reconcile(std::span<const WantedWorker> wanted, std::span<const Running> running);

} // namespace openclaw::process
