// rpc/model_probe.h — models.probe: does a provider answer, and how fast?
//
// One short turn of the default agent with one of the provider's models, in a session of its own
// that is gone afterwards. Costs what such a turn costs.
#pragma once

#include "supervisor/rpc/run_start.h"

namespace openclaw::rpc {

void add_model_probe(MethodTable& table, RunParts parts);

} // namespace openclaw::rpc
