#include "supervisor/watchdog.h"

#include "common/log/log.h"

#include <algorithm>

namespace openclaw {

namespace {
constexpr int feeds_per_interval = 3; // sd_watchdog_enabled(3) advises two; one may be late
}

const process::WorkerView* silent_too_long(const std::vector<process::WorkerView>& workers,
                                           Instant now) {
    const auto is_silent = [&](const process::WorkerView& worker) {
        return worker.is_unresponsive && worker.health && now - worker.health->at > silence_allowed;
    };
    const auto found = std::ranges::find_if(workers, is_silent);
    return found == workers.end() ? nullptr : &*found;
}

Watchdog::Watchdog(Loop& loop, const ServiceManager& manager, const process::Workers& workers)
    : clock_(loop.clock())
    , manager_(manager)
    , workers_(workers)
    , again_(loop) {
    if (!manager.watchdog()) return;
    feed();
    again_.repeat(std::max(*manager.watchdog() / feeds_per_interval, Milliseconds(1)),
                  [this] { feed(); });
}

void Watchdog::feed() {
    const auto views = workers_.views();
    const auto* silent = silent_too_long(views, clock_.now());
    if (silent != nullptr && was_well_)
        log::error("watchdog.not_fed", {{"worker", silent->id},
                                        {"why", "it is silent and was not replaced; the service "
                                                "manager will start the gateway anew"}});
    was_well_ = silent == nullptr;
    if (was_well_) manager_.is_alive();
}

} // namespace openclaw
