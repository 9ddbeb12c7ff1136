// http/metrics.h — GET /metrics: what `health`, `channels.status` and `workers.list` say, as
// numbers.
//
// Asked of the same sources at the same moment; what is not known has no sample. Names and units
// follow Prometheus' conventions (base units; counters end in _total).
#pragma once

#include "supervisor/flow/runs.h"
#include "supervisor/http/run_tally.h"
#include "supervisor/rpc/health.h"
#include "supervisor/rpc/streams.h"
#include "supervisor/web/server.h"

#include <functional>
#include <string>

namespace openclaw::http {

struct DoorFigures {
    web::ServerCounters counters;
    std::size_t sockets = 0;   // WebSockets open
    std::size_t exchanges = 0; // HTTP requests in hand
};

struct MetricSources {
    const rpc::HealthSources& health;
    const flow::AgentRuns& runs;
    const RunTally& tally;
    rpc::LoopGauge& gauge;
    rpc::Judging judging;
    web::Readiness readiness;
    DoorFigures door;
    rpc::StreamsOf streams = {};
};

std::string metrics_text(const MetricSources& from);

} // namespace openclaw::http
