// rpc/table.h — every family of methods this build has, in one list.
#pragma once

#include "supervisor/flow/questions.h"
#include "supervisor/rpc/approvals.h"
#include "supervisor/rpc/automations.h"
#include "supervisor/rpc/devices.h"
#include "supervisor/rpc/health.h"
#include "supervisor/rpc/heartbeat.h"
#include "supervisor/rpc/method_table.h"
#include "supervisor/rpc/nodes.h"
#include "supervisor/rpc/run_events.h"
#include "supervisor/rpc/sources.h"
#include "supervisor/rpc/stability.h"
#include "supervisor/rpc/streams.h"

namespace openclaw::rpc {

struct MethodParts {
    Loop& loop;
    HealthSnapshot& health;
    Presence& presence;
    const GatewayFacts& facts;
    WorkerDesk& workers;
    Conversations& conversations;
    PairingDesk& pairings;
    DeviceDesk& devices;
    const SetupRoute& setup_route;
    flow::AgentRuns& runs;
    RunEvents& run_events;
    Outgoing& outgoing;
    flow::Questions& questions;
    ReadConfig read_config;
    Explain explain;
    Heartbeats& heartbeats;
    StabilityLog& stability;
    CronDesk& cron;
    Automations& automations;
    Approvals& approvals;
    Nodes& nodes;
    Notes& notes;
    Events& events;
    ChangeConfig change_config;
    RestartGateway restart;
    UpgradeGateway upgrade;
    StreamsOf streams = {};
};

MethodTable make_method_table(const MethodParts& parts);

} // namespace openclaw::rpc
