#include "supervisor/http/metrics.h"

#include "common/json/read.h"
#include "common/version.h"
#include "supervisor/http/prometheus.h"
#include "supervisor/rpc/channel_report.h"
#include "supervisor/rpc/system.h"

#include <sys/resource.h>

#include <array>

namespace openclaw::http {

namespace {

using Kind = Prometheus::Kind;

double seconds(std::int64_t ms) {
    return static_cast<double>(ms) / 1000.0;
}

std::uint64_t flag(bool holds) {
    return holds ? 1 : 0;
}

double own_cpu_seconds() {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    const auto in_seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return in_seconds(used.ru_utime) + in_seconds(used.ru_stime);
}

void write_process(Prometheus& out, const MetricSources& from) {
    out.family("openclaw_build_info", Kind::gauge, "This build.")
        .sample(std::uint64_t{1}, {{"version", version}, {"build", build_id}});
    out.single("process_start_time_seconds", Kind::gauge, "When the gateway started, Unix time.",
               seconds(from.health.facts.started_at_ms));
    out.single("process_resident_memory_bytes", Kind::gauge, "Memory of the supervisor.",
               rpc::resident_bytes());
    out.single("process_cpu_seconds_total", Kind::counter, "Processor time of the supervisor.",
               own_cpu_seconds());
    const bool is_ready =
        from.readiness.phase == web::Readiness::Phase::started && from.readiness.failing.empty();
    out.single("openclaw_ready", Kind::gauge, "What /readyz says.", flag(is_ready));
}

void write_loop(Prometheus& out, rpc::LoopGauge& gauge) {
    const auto document = json::Document::parse(gauge.to_json());
    if (!document) return;
    const auto root = document->root();
    out.single("openclaw_event_loop_delay_p99_seconds", Kind::gauge,
               "How late the supervisor's loop turns, 99th percentile.",
               root["delayP99Ms"].number() / 1000.0);
    out.single("openclaw_event_loop_utilization_ratio", Kind::gauge,
               "Share of one core the supervisor uses.", root["utilization"].number());
    out.single("openclaw_event_loop_degraded", Kind::gauge, "1: the loop is too late or too busy.",
               flag(root["degraded"].boolean()));
}

void write_door(Prometheus& out, const DoorFigures& door) {
    out.single("openclaw_websocket_clients", Kind::gauge, "WebSockets open.",
               std::uint64_t{door.sockets});
    out.single("openclaw_http_requests_in_flight", Kind::gauge,
               "HTTP requests not answered to the end.", std::uint64_t{door.exchanges});
    const auto count = [&](std::string_view name, std::string_view help, std::uint64_t value) {
        out.single(name, Kind::counter, help, value);
    };
    const auto& counters = door.counters;
    count("openclaw_connections_accepted_total", "TCP connections.", counters.accepted);
    count("openclaw_websocket_upgrades_total", "WebSockets opened.", counters.upgraded);
    count("openclaw_websocket_refused_total", "Upgrades refused.", counters.refused);
    count("openclaw_websocket_slow_cut_total", "Clients cut off for reading too slowly.",
          counters.slow_cut);
    count("openclaw_http_requests_total", "Plain HTTP requests.", counters.http_requests);
}

void write_runs(Prometheus& out, const MetricSources& from) {
    const RunTally& tally = from.tally;
    out.single("openclaw_runs_active", Kind::gauge, "Runs that run or wait.",
               std::uint64_t{from.runs.active_count()});
    out.single("openclaw_runs_started_total", Kind::counter, "Runs given to the agent.",
               tally.started);
    out.family("openclaw_runs_ended_total", Kind::counter, "Runs that are over.")
        .sample(tally.completed, {{"outcome", "completed"}})
        .sample(tally.failed, {{"outcome", "failed"}})
        .sample(tally.aborted, {{"outcome", "aborted"}});
    out.family("openclaw_tokens_total", Kind::counter, "Tokens the providers counted.")
        .sample(tally.input_tokens, {{"direction", "input"}})
        .sample(tally.output_tokens, {{"direction", "output"}});
    out.single("openclaw_sessions", Kind::gauge, "Sessions known.",
               std::uint64_t{from.health.conversations.list().size()});
}

template <class Value>
void write_each_worker(Prometheus& out, const std::vector<process::WorkerView>& workers,
                       std::string_view name, Kind kind, std::string_view help, Value value) {
    out.family(name, kind, help);
    for (const auto& worker : workers)
        out.sample(value(worker), {{"worker", worker.id}});
}

void write_workers(Prometheus& out, const std::vector<process::WorkerView>& workers) {
    constexpr std::array states = {process::State::down,     process::State::starting,
                                   process::State::ready,    process::State::draining,
                                   process::State::stopping, process::State::backoff,
                                   process::State::failed};
    out.family("openclaw_worker_state", Kind::gauge, "1 for the state a worker is in.");
    for (const auto& worker : workers)
        for (const auto state : states)
            out.sample(flag(worker.state == state),
                       {{"worker", worker.id}, {"state", process::name(state)}});
    write_each_worker(out, workers, "openclaw_worker_restarts_total", Kind::counter,
                      "Lives after the first.", [](const auto& w) { return w.restarts; });
    write_each_worker(out, workers, "openclaw_worker_deaths_10m", Kind::gauge,
                      "Faults of the last ten minutes.",
                      [](const auto& w) { return std::uint64_t{w.deaths_10min}; });
    write_each_worker(out, workers, "openclaw_worker_unresponsive", Kind::gauge,
                      "1: a ping is late.", [](const auto& w) { return flag(w.is_unresponsive); });
    write_each_worker(out, workers, "openclaw_worker_uptime_seconds", Kind::gauge,
                      "Age of this life; 0: none.",
                      [](const auto& w) { return seconds(w.uptime.count()); });
    write_each_worker(out, workers, "openclaw_worker_frames_received_total", Kind::counter,
                      "Frames of this life.", [](const auto& w) { return w.link.frames_in; });
    write_each_worker(out, workers, "openclaw_worker_frames_sent_total", Kind::counter,
                      "Frames of this life.", [](const auto& w) { return w.link.frames_out; });
    out.family("openclaw_worker_resident_memory_bytes", Kind::gauge, "Memory of a worker.");
    for (const auto& worker : workers)
        if (worker.usage) out.sample(worker.usage->rss_bytes, {{"worker", worker.id}});
    out.family("openclaw_worker_cpu_seconds_total", Kind::counter, "Processor time of this life.");
    for (const auto& worker : workers)
        if (worker.usage) out.sample(seconds(worker.usage->cpu.count()), {{"worker", worker.id}});
}

// Bytes are counted by egress, refusals by the supervisor.
void write_egress(Prometheus& out, const std::vector<process::WorkerView>& workers,
                  const rpc::StreamsOf& streams_of) {
    std::vector<std::pair<std::string, rpc::Streams>> list;
    for (const auto& worker : workers)
        list.emplace_back(worker.id, streams_of(worker.id));
    const auto each = [&](std::string_view name, Kind kind, std::string_view help, auto value) {
        out.family(name, kind, help);
        for (const auto& [id, streams] : list)
            out.sample(std::uint64_t{value(streams)}, {{"worker", id}});
    };
    out.family("openclaw_egress_bytes_total", Kind::counter, "Bytes carried for a worker.");
    for (const auto& [id, streams] : list)
        out.sample(streams.bytes_out, {{"worker", id}, {"direction", "out"}})
            .sample(streams.bytes_in, {{"worker", id}, {"direction", "in"}});
    each("openclaw_egress_connections_total", Kind::counter, "Connections made for a worker.",
         [](const auto& streams) { return streams.connected; });
    each("openclaw_egress_connections_open", Kind::gauge, "Connections a worker has now.",
         [](const auto& streams) { return streams.open; });
    each("openclaw_egress_failed_total", Kind::counter, "Connections that did not come to be.",
         [](const auto& streams) { return streams.failed; });
    each("openclaw_egress_refused_total", Kind::counter,
         "Times a worker asked for what it may not reach.",
         [](const auto& streams) { return streams.refused; });
}

void write_channels(Prometheus& out, const std::vector<rpc::ChannelLine>& lines) {
    const auto each = [&](std::string_view name, std::string_view help, auto value) {
        out.family(name, Kind::gauge, help);
        for (const auto& line : lines)
            out.sample(value(line),
                       {{"channel", line.facts.channel}, {"account", line.facts.account}});
    };
    each("openclaw_channel_running", "1: its worker serves.",
         [](const auto& line) { return flag(line.is_running()); });
    each("openclaw_channel_connected", "1: the platform answers.",
         [](const auto& line) { return flag(line.is_connected()); });
    each("openclaw_channel_owed_messages", "Answers that are owed to it.",
         [](const auto& line) { return line.facts.owed; });
    out.family("openclaw_channel_last_contact_timestamp_seconds", Kind::gauge,
               "When the platform last answered.");
    for (const auto& line : lines)
        if (line.contact_ms > 0)
            out.sample(seconds(line.contact_ms),
                       {{"channel", line.facts.channel}, {"account", line.facts.account}});
}

constexpr std::array levels = {policy::Level::ok, policy::Level::degraded, policy::Level::down,
                               policy::Level::unknown};

void write_health(Prometheus& out, const std::vector<policy::Judged>& judged,
                  std::string_view whole) {
    out.family("openclaw_health", Kind::gauge, "1 for how the whole gateway is.");
    for (const auto level : levels)
        out.sample(flag(policy::name(level) == whole), {{"level", policy::name(level)}});
    out.family("openclaw_health_level", Kind::gauge,
               "1 for how an account or the agent is, as `openclaw health` says.");
    for (const auto& one : judged)
        for (const auto level : levels)
            out.sample(flag(one.verdict.level == level),
                       {{"id", one.id}, {"level", policy::name(level)}});
    out.family("openclaw_health_seen_timestamp_seconds", Kind::gauge,
               "When it last gave a sign of life.");
    for (const auto& one : judged)
        if (one.verdict.seen_ms > 0) out.sample(seconds(one.verdict.seen_ms), {{"id", one.id}});
}

void write_ledger(Prometheus& out, const ledger::StoreCounters& counters) {
    out.single("openclaw_ledger_units_total", Kind::counter, "Promises kept on disk.",
               counters.units);
    out.single("openclaw_ledger_failed_units_total", Kind::counter, "Promises the disk refused.",
               counters.failed_units);
    out.single("openclaw_ledger_syncs_total", Kind::counter, "Times the disk was synced.",
               counters.syncs);
    out.single("openclaw_ledger_waiting", Kind::gauge, "Writes that wait.",
               std::uint64_t{counters.waiting});
    out.single("openclaw_ledger_sync_p99_seconds", Kind::gauge,
               "One transaction with its sync, 99th percentile of the last 512.",
               static_cast<double>(counters.p99_sync_us) / 1e6);
}

} // namespace

std::string metrics_text(const MetricSources& from) {
    Prometheus out;
    const auto workers = from.health.workers.views(true);
    write_process(out, from);
    write_loop(out, from.gauge);
    write_door(out, from.door);
    write_runs(out, from);
    write_workers(out, workers);
    if (from.streams) write_egress(out, workers, from.streams);
    const auto channels = from.health.channels();
    write_channels(out, rpc::channel_lines(channels, workers, from.judging));
    write_health(out, rpc::judge_all(channels, workers, from.judging), from.readiness.level);
    write_ledger(out, from.health.ledger());
    return out.take();
}

} // namespace openclaw::http
