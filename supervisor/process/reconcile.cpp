#include "supervisor/process/reconcile.h"

#include <algorithm>

namespace openclaw::process {

namespace {

Step step_for(const WantedWorker& wanted, std::span<const Running> running) {
    const auto found = std::ranges::find(running, wanted.id, &Running::id);
    if (found == running.end()) return Step::spawn;
    return found->fingerprint == fingerprint(wanted) ? Step::keep : Step::drain_respawn;
}

} // namespace

std::vector<Plan> reconcile(std::span<const WantedWorker> wanted,
                            std::span<const Running> running) {
    std::vector<Plan> plans;
    for (const auto& worker : running)
        if (std::ranges::find(wanted, worker.id, &WantedWorker::id) == wanted.end())
            plans.push_back({Step::drain_stop, worker.id});
    for (const auto& worker : wanted)
        if (std::ranges::find(plans, worker.id, &Plan::id) == plans.end())
            plans.push_back({step_for(worker, running), worker.id});
    return plans;
}

} // namespace openclaw::process
