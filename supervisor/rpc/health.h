// rpc/health.h — the health snapshot, and the methods health and system-presence.
//
// The snapshot is one JSON text shared by the health result, hello-ok and the health event. It is
// rendered again when a fact has changed or it is older than a second, and only when somebody asks:
// `ts` says when. A burst of requests costs one rendering.
#pragma once

#include "common/base/wall_epoch.h"
#include "common/json/write.h"
#include "common/loop/timer.h"
#include "supervisor/ledger/store.h"
#include "supervisor/rpc/events.h"
#include "supervisor/rpc/facts.h"
#include "supervisor/rpc/loop_gauge.h"
#include "supervisor/rpc/method_table.h"
#include "supervisor/rpc/presence.h"
#include "supervisor/rpc/sources.h"
#include "supervisor/rpc/verdicts.h"
#include "supervisor/web/http_routes.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::rpc {

struct HealthSources {
    const GatewayFacts& facts;
    const WorkerDesk& workers;
    const Conversations& conversations;
    ListChannels channels;
    std::function<ledger::StoreCounters()> ledger;
    std::function<std::string()> storage_problem = {}; // why the ledger cannot write; empty: it can
};

class HealthSnapshot {
  public:
    HealthSnapshot(Loop& loop, Events& events, HealthSources sources);

    const std::string& payload();
    std::string fresh(); // rendered now, for probe:true

    // Configuration, a worker, a channel or a session has changed. Tells everybody with one health
    // event in a while.
    void facts_changed();

    // Called when the whole is judged otherwise than before: by what has happened, or by time
    // alone. For that nobody needs to ask: a verdict says when it changes.
    void on_verdict(Task tell) { tell_ = std::move(tell); }

    LoopGauge& gauge() { return gauge_; }

    const HealthSources& sources() const { return sources_; }

    // By what everything that is shown now is judged.
    Judging judging() const;

    std::vector<policy::Judged> judged() const;
    policy::Health summary() const;

  private:
    void render();
    void announce_soon();
    void announce();
    void look();
    void plan_look(const std::vector<policy::Judged>& all);

    Loop& loop_;
    Events& events_;
    HealthSources sources_;
    LoopGauge gauge_;
    Timer announcing_;
    Timer next_look_;
    policy::Health seen_; // at the last look
    Task tell_;
    std::string payload_;
    // Rounding of the two clocks, and slewing for a while, are no reason to show every time by a
    // millisecond otherwise.
    mutable WallEpoch wall_{Milliseconds(20)};
    Instant rendered_{};
    bool is_stale_ = true;
};

// "workers":{…}: how many there are, and in which of the states that matter.
void write_worker_counts(json::Writer& out, const std::vector<process::WorkerView>& workers);
// Models are asked when a run needs them; nothing is prepared that could be degraded.
std::string_view model_runtime_json();

// What /readyz says of the accounts, the agent and the disk.
void show_readiness(const HealthSnapshot& health, web::Readiness& readiness);

void add_health(MethodTable& table, HealthSnapshot& health, Presence& presence);

} // namespace openclaw::rpc
