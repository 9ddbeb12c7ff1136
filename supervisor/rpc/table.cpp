#include "supervisor/rpc/table.h"

#include "supervisor/rpc/agent.h"
#include "supervisor/rpc/channels.h"
#include "supervisor/rpc/chat.h"
#include "supervisor/rpc/config.h"
#include "supervisor/rpc/devices.h"
#include "supervisor/rpc/explain.h"
#include "supervisor/rpc/history.h"
#include "supervisor/rpc/logs.h"
#include "supervisor/rpc/pairing.h"
#include "supervisor/rpc/send.h"
#include "supervisor/rpc/sessions.h"
#include "supervisor/rpc/workers.h"

namespace openclaw::rpc {

MethodTable make_method_table(const MethodParts& parts) {
    const Clock& clock = parts.loop.clock();
    const RunParts run{.loop = parts.loop,
                       .runs = parts.runs,
                       .run_events = parts.run_events,
                       .conversations = parts.conversations,
                       .facts = parts.facts};
    MethodTable table;
    add_health(table, parts.health, parts.presence, clock);
    add_channels(table, parts.workers, parts.health, clock);
    add_workers(table, parts.workers, parts.facts, clock);
    add_sessions(table, {.conversations = parts.conversations,
                         .runs = parts.runs,
                         .facts = parts.facts,
                         .clock = clock});
    add_chat(table, run);
    add_history(table, {.conversations = parts.conversations,
                        .runs = parts.runs,
                        .facts = parts.facts,
                        .clock = clock});
    add_agent(table, run);
    add_send(table, parts.outgoing);
    add_pairing(table, parts.pairings, parts.outgoing);
    add_devices(table, parts.devices, parts.setup_route);
    add_logs(table, parts.loop, parts.facts);
    add_config(table, parts.read_config);
    add_explain(table, parts.explain);
    return table;
}

} // namespace openclaw::rpc
