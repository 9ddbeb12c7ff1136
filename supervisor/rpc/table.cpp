#include "supervisor/rpc/table.h"

#include "supervisor/rpc/agent.h"
#include "supervisor/rpc/agents.h"
#include "supervisor/rpc/auth_rotation.h"
#include "supervisor/rpc/catalog.h"
#include "supervisor/rpc/channel_abilities.h"
#include "supervisor/rpc/channel_directory.h"
#include "supervisor/rpc/channels.h"
#include "supervisor/rpc/chat.h"
#include "supervisor/rpc/config.h"
#include "supervisor/rpc/config_changes.h"
#include "supervisor/rpc/cron.h"
#include "supervisor/rpc/cron_scratch.h"
#include "supervisor/rpc/dashboard.h"
#include "supervisor/rpc/devices.h"
#include "supervisor/rpc/explain.h"
#include "supervisor/rpc/history.h"
#include "supervisor/rpc/logs.h"
#include "supervisor/rpc/message_action.h"
#include "supervisor/rpc/model_probe.h"
#include "supervisor/rpc/models.h"
#include "supervisor/rpc/pairing.h"
#include "supervisor/rpc/restart.h"
#include "supervisor/rpc/scope_upgrades.h"
#include "supervisor/rpc/send.h"
#include "supervisor/rpc/session_branches.h"
#include "supervisor/rpc/session_changes.h"
#include "supervisor/rpc/session_compaction.h"
#include "supervisor/rpc/session_files.h"
#include "supervisor/rpc/session_groups.h"
#include "supervisor/rpc/session_look.h"
#include "supervisor/rpc/session_runs.h"
#include "supervisor/rpc/sessions.h"
#include "supervisor/rpc/sign_out.h"
#include "supervisor/rpc/status.h"
#include "supervisor/rpc/system.h"
#include "supervisor/rpc/tasks.h"
#include "supervisor/rpc/usage.h"
#include "supervisor/rpc/worker_hands.h"
#include "supervisor/rpc/worker_traces.h"
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
    const TaskParts tasks{.desk = parts.cron, .automations = parts.automations};
    add_health(table, parts.health, parts.presence);
    add_status(
        table,
        {.health = parts.health, .heartbeats = parts.heartbeats, .tasks = tasks, .clock = clock});
    add_channels(table, parts.workers, parts.health, parts.questions, clock);
    add_channel_abilities(table, parts.workers, parts.health, parts.questions, clock);
    add_channel_directory(table, parts.health, parts.questions);
    add_workers(
        table,
        {.desk = parts.workers, .health = parts.health, .streams = parts.streams, .clock = clock});
    add_worker_hands(table, parts.workers);
    add_worker_traces(table, parts.loop, parts.workers);
    const SessionParts reading{.conversations = parts.conversations,
                               .runs = parts.runs,
                               .facts = parts.facts,
                               .clock = clock};
    add_sessions(table, reading, parts.approvals);
    add_chat(table, run);
    add_history(table, reading);
    add_session_look(table, reading);
    add_session_files(table, parts.loop, reading);
    add_session_create(table, run);
    add_session_changes(table, run);
    add_session_end(table, run);
    add_session_cleanup(table, run, parts.read_config);
    add_session_groups(table, run, parts.notes);
    add_session_branches(table, run);
    add_session_compaction(table, run);
    add_session_runs(table, run);
    add_usage(table, reading);
    add_agent(table, run);
    const auto files = std::make_shared<SendFiles>(parts.loop, parts.facts);
    add_send(table, parts.outgoing, files);
    add_message_action(table, parts.outgoing, files, parts.health, parts.questions);
    add_pairing(table, parts.pairings, parts.outgoing);
    add_devices(table, parts.devices, parts.setup_route);
    add_scope_upgrades(table, parts.loop, parts.devices);
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
    add_model_probe(table, run);
    add_catalog(table, parts.facts);
    const CronParts cron{
        .desk = parts.cron, .automations = parts.automations, .facts = parts.facts, .clock = clock};
    add_cron(table, cron);
    add_cron_scratch(table, cron, parts.notes);
    add_tasks(table, tasks);
    const ConfigParts config{.change = parts.change_config,
                             .events = parts.events,
                             .facts = parts.facts,
                             .clock = clock};
    add_config_changes(table, config);
    add_config_schema(table, clock);
    add_auth_rotation(table, config);
    add_agent_changes(table, config);
    add_sign_out(table, {.config = config,
                         .read_config = parts.read_config,
                         .health = parts.health,
                         .workers = parts.workers});
    add_approvals(table, parts.approvals);
    add_exec_rules(table, parts.approvals.rules(), parts.facts, parts.cron);
    add_nodes(table, parts.nodes);
    add_restart(table, parts.runs, parts.automations, parts.facts, parts.restart, parts.upgrade);
    add_dashboard(table, parts.facts);
    add_explain(table, parts.explain);
    return table;
}

} // namespace openclaw::rpc
