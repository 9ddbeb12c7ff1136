#include "supervisor/rpc/table.h"

#include "supervisor/rpc/agent.h"
#include "supervisor/rpc/agents.h"
#include "supervisor/rpc/catalog.h"
#include "supervisor/rpc/channels.h"
#include "supervisor/rpc/chat.h"
#include "supervisor/rpc/config.h"
#include "supervisor/rpc/config_changes.h"
#include "supervisor/rpc/cron.h"
#include "supervisor/rpc/dashboard.h"
#include "supervisor/rpc/devices.h"
#include "supervisor/rpc/explain.h"
#include "supervisor/rpc/history.h"
#include "supervisor/rpc/logs.h"
#include "supervisor/rpc/models.h"
#include "supervisor/rpc/pairing.h"
#include "supervisor/rpc/restart.h"
#include "supervisor/rpc/send.h"
#include "supervisor/rpc/session_changes.h"
#include "supervisor/rpc/session_look.h"
#include "supervisor/rpc/session_runs.h"
#include "supervisor/rpc/sessions.h"
#include "supervisor/rpc/system.h"
#include "supervisor/rpc/usage.h"
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
    add_health(table, parts.health, parts.presence, parts.heartbeats, clock);
    add_channels(table, parts.workers, parts.health, clock);
    add_workers(table, parts.workers, parts.facts, clock);
    add_sessions(table, {.conversations = parts.conversations,
                         .runs = parts.runs,
                         .facts = parts.facts,
                         .clock = clock});
    add_chat(table, run);
    const HistoryParts reading{.conversations = parts.conversations,
                               .runs = parts.runs,
                               .facts = parts.facts,
                               .clock = clock};
    add_history(table, reading);
    add_session_look(table, reading);
    add_session_changes(table, run);
    add_session_runs(table, run);
    add_usage(table, reading);
    add_agent(table, run);
    add_send(table, parts.outgoing);
    add_pairing(table, parts.pairings, parts.outgoing);
    add_devices(table, parts.devices, parts.setup_route);
    add_logs(table, parts.loop, parts.facts);
    add_config(table, parts.read_config);
    add_system(
        table,
        {.facts = parts.facts, .runs = parts.runs, .gauge = parts.health.gauge(), .clock = clock});
    add_stability(table, parts.stability);
    add_heartbeat(table, parts.heartbeats);
    add_agents(table, parts.facts);
    add_agent_files(table, parts.loop, parts.facts);
    add_models(table, parts.facts, clock);
    add_catalog(table, parts.facts);
    add_cron(table, {.desk = parts.cron,
                     .automations = parts.automations,
                     .facts = parts.facts,
                     .clock = clock});
    const ConfigParts config{.change = parts.change_config,
                             .events = parts.events,
                             .facts = parts.facts,
                             .clock = clock};
    add_config_changes(table, config);
    add_config_schema(table, clock);
    add_agent_changes(table, config);
    add_approvals(table, parts.approvals);
    add_nodes(table, parts.nodes);
    add_restart(table, parts.runs, parts.automations, parts.restart);
    add_dashboard(table, parts.facts);
    add_explain(table, parts.explain);
    return table;
}

} // namespace openclaw::rpc
