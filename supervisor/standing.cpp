#include "supervisor/standing.h"

#include "supervisor/reach_table.h"
#include "supervisor/rpc/live.h"

namespace openclaw {

namespace {

process::StateOf state_from(ledger::Ledger& ledger) {
    return [&ledger](const std::string& id) {
        const auto& entries = ledger.worker_state.of(id);
        return std::vector<std::pair<std::string, std::string>>(entries.begin(), entries.end());
    };
}

} // namespace

Standing::Standing(Loop& on, config::Paths at, InstanceLock held,
                   std::unique_ptr<ledger::Ledger> book)
    : loop(on)
    , paths(std::move(at))
    , lock(std::move(held))
    , ledger(std::move(book))
    , workers(loop, process::Programs::of_this_executable(), state_from(*ledger))
    , traces(loop.clock())
    , system_events(loop.clock())
    , rooms{.loop = loop,
            .ledger = *ledger,
            .links = workers,
            .decisions = generation,
            .traces = traces,
            .system_events = system_events,
            .started_at_ms = loop.clock().unix_ms(),
            .in_flight_directory = paths.in_state("state/in-flight")}
    , deliveries(rooms)
    , runs(rooms, deliveries)
    , commands(rooms, runs, deliveries, runs.listeners())
    , inbounds(rooms, runs, deliveries, commands)
    , dials(loop, workers, generation, ambient_proxies())
    , switchboard(rooms, inbounds, deliveries, runs, dials)
    , outgoings(rooms, deliveries) {
    workers.hold(rpc::paused_workers(*ledger));
    workers.set_listener(&switchboard);
    runs.on_fewer([this] { inbounds.on_fewer_runs(); });
    runs.on_welcome([this] { inbounds.on_runs_welcome(); });
}

Standing::~Standing() {
    workers.set_listener(nullptr);
}

} // namespace openclaw
