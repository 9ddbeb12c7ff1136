// supervisor/shown_facts.h — what clients are shown of this process and of the configuration in
// force.
#pragma once

#include "supervisor/preparation.h"
#include "supervisor/rpc/facts.h"
#include "supervisor/standing.h"

namespace openclaw {

rpc::GatewayFacts shown_facts(const Standing& facts, const Preparation& preparation);

// The part of them that a configuration decides.
void show(const config::Config& config, rpc::GatewayFacts& shown);

} // namespace openclaw
