// supervisor/standing.h — FACTS: the members of this struct are exactly what survives a restart in
// place.
//
// Declared in the order in which they need each other; destroyed in reverse. Holds no logic.
#pragma once

#include "common/config/paths.h"
#include "supervisor/flow/commands.h"
#include "supervisor/flow/deliveries.h"
#include "supervisor/flow/dials.h"
#include "supervisor/flow/inbound.h"
#include "supervisor/flow/outgoing.h"
#include "supervisor/flow/run_table.h"
#include "supervisor/flow/switchboard.h"
#include "supervisor/generation.h"
#include "supervisor/instance_lock.h"
#include "supervisor/ledger/ledger.h"
#include "supervisor/process/workers.h"

#include <memory>
#include <vector>

namespace openclaw {

struct Standing {
    Loop& loop;
    config::Paths paths;
    InstanceLock lock;
    std::unique_ptr<ledger::Ledger> ledger;
    CurrentGeneration generation;
    process::Workers workers;
    flow::TraceLog traces;
    flow::SystemEvents system_events;
    flow::Rooms rooms;
    flow::Deliveries deliveries;
    flow::RunTable runs;
    flow::Commands commands;
    flow::Inbounds inbounds;
    flow::Dials dials;
    flow::Switchboard switchboard;
    flow::Outgoings outgoings;

    Standing(Loop& on, config::Paths at, InstanceLock held, std::unique_ptr<ledger::Ledger> book);
    ~Standing();
    Standing(const Standing&) = delete;
    Standing& operator=(const Standing&) = delete;
};

} // namespace openclaw
