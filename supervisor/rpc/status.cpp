#include "supervisor/rpc/status.h"

#include "common/version.h"
#include "supervisor/rpc/channel_report.h"
#include "supervisor/rpc/session_row.h"
#include "supervisor/rpc/system.h"

#include <unistd.h>

#include <algorithm>
#include <array>

namespace openclaw::rpc {

namespace {

constexpr std::size_t recent_sessions = 5;

// It names no path to callers who are not admin (METHODS.md).
void write_sessions(json::Writer& out, const HealthSources& sources, bool is_admin,
                    std::int64_t now_ms) {
    const GatewayFacts& facts = sources.facts;
    const auto all = sources.conversations.list();
    const std::string path = is_admin ? facts.ledger_path : "[redacted]";
    out.key("sessions").begin_object().key("paths").begin_array();
    if (is_admin) out.value(path);
    out.end_array()
        .member("count", all.size())
        .raw_member("defaults", session_defaults(facts))
        .key("recent")
        .begin_array();
    for (std::size_t i = 0; i < std::min(all.size(), recent_sessions); ++i)
        write_row(out, {.session = *all[i], .facts = facts, .active = {}, .now_ms = now_ms});
    out.end_array().key("byAgent").begin_array();
    for (const auto& [id, agent] : facts.agents.entries)
        out.begin_object()
            .member("agentId", id)
            .member("path", path)
            .member("count", std::ranges::count(all, id, &ledger::Session::agent_id))
            .end_object();
    out.end_array().end_object();
}

// Automations are the tasks there are; what they are counted by is the original's.
void write_tasks(json::Writer& out, const TaskCounts& counts) {
    const auto total = counts.running + counts.ended();
    out.key("tasks").begin_object().member("total", total).member("active", counts.running);
    out.member("terminal", counts.ended()).member("failures", counts.failed);
    out.key("byStatus").begin_object().member("queued", 0).member("running", counts.running);
    out.member("succeeded", counts.succeeded).member("failed", counts.failed);
    out.member("timed_out", 0).member("cancelled", counts.cancelled).member("lost", 0);
    out.end_object().key("byRuntime").begin_object().member("subagent", 0).member("acp", 0);
    out.member("cli", 0).member("cron", total).end_object().end_object();
    out.raw_member("taskAudit", R"({"total":0,"warnings":0,"errors":0,"byCode":{}})");
}

// Nothing beats by itself in this build; `wake` is what there is.
void write_heartbeats(json::Writer& out, const GatewayFacts& facts) {
    out.key("heartbeat").begin_object().member("defaultAgentId", facts.agents.default_id);
    out.key("agents").begin_array();
    for (const auto& [id, agent] : facts.agents.entries)
        out.begin_object()
            .member("agentId", id)
            .member("enabled", false)
            .member("every", "disabled")
            .key("everyMs")
            .null()
            .end_object();
    out.end_array().end_object();
}

// Our own addition: how the disk fares. Syncs beside messages say what a message costs it.
void write_ledger(json::Writer& out, const ledger::StoreCounters& counters) {
    out.key("ledger")
        .begin_object()
        .member("syncs", counters.syncs)
        .member("units", counters.units)
        .member("waiting", counters.waiting)
        .member("lastSyncUs", counters.last_sync_us)
        .member("p99SyncUs", counters.p99_sync_us)
        .end_object();
}

struct Asked {
    bool is_admin = false, with_channels = true;
};

std::string status_json(const StatusParts& parts, const Asked& asked, const TaskCounts& tasks) {
    const HealthSources& sources = parts.health.sources();
    const auto workers = sources.workers.views(false);
    const auto now_ms = parts.clock.unix_ms();
    json::Writer out;
    out.begin_object().member("runtimeVersion", version);
    write_heartbeats(out, sources.facts);
    out.key("channelSummary").begin_array();
    if (asked.with_channels)
        for (const auto& line :
             channel_sentences(channel_lines(sources.channels(), workers, parts.health.judging())))
            out.value(line);
    out.end_array().key("queuedSystemEvents").begin_array();
    for (const auto& event : parts.heartbeats.waiting())
        out.value(event.text);
    out.end_array();
    for (const auto* empty : {"degradedSecretOwners", "degradedPlugins"})
        out.key(empty).begin_array().end_array();
    write_tasks(out, tasks);
    write_sessions(out, sources, asked.is_admin, now_ms);
    out.raw_member("modelRuntime", model_runtime_json())
        .raw_member("eventLoop", parts.health.gauge().to_json());
    out.key("processMemory").begin_object().member("rssBytes", resident_bytes()).end_object();
    write_worker_counts(out, workers);
    write_ledger(out, sources.ledger());
    out.member("pid", getpid()).member("startedAtMs", sources.facts.started_at_ms);
    return out.member("uptimeMs", now_ms - sources.facts.started_at_ms).end_object().take();
}

void answer(Call& call, const StatusParts& parts) {
    const Asked asked{.is_admin = call.peer.may(policy::scope::admin),
                      .with_channels = call.params["includeChannelSummary"].boolean(true)};
    count_tasks(parts.tasks, [reply = call.reply, parts, asked](const TaskCounts& counts) {
        reply.ok(status_json(parts, asked, counts));
    });
}

constexpr std::array status_params = {flag("includeChannelSummary"), flag("includeCliProjection")};

} // namespace

void add_status(MethodTable& table, StatusParts parts) {
    table.add({.name = "status",
               .scope = policy::scope::read,
               .params = status_params,
               .unknown = Unknown::ignored,
               .handler = [parts](Call& call) { answer(call, parts); }});
}

} // namespace openclaw::rpc
