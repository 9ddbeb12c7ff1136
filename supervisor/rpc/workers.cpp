#include "supervisor/rpc/workers.h"

#include "common/json/write.h"
#include "common/version.h"
#include "supervisor/process/usage.h"
#include "supervisor/rpc/absent.h"

#include <unistd.h>

#include <algorithm>
#include <array>

namespace openclaw::rpc {

namespace {

using process::Death;
using process::WorkerView;

void write_death(json::Writer& out, const Death& death) {
    out.begin_object()
        .member("code", death.status.code)
        .member("signal", death.status.signal)
        .member("atMs", death.at_ms);
    out.member("reason", death.words)
        .member("servedMs", death.served.count())
        .member("reachedReady", death.reached_ready);
    out.member("asked", death.was_asked)
        .member("generation", death.generation)
        .member("coreHint", death.status.core_dumped);
    if (!death.last_line.empty()) out.member("lastLine", death.last_line);
    out.end_object();
}

void write_identity(json::Writer& out, const WorkerView& worker) {
    out.member("id", worker.id)
        .member("kind", worker.is_channel ? "channel" : worker.kind)
        .member("label", worker.label);
    if (worker.is_channel) out.member("channel", worker.kind).member("account", worker.account);
    out.member("state", process::name(worker.state))
        .member("stateReason", worker.reason)
        .member("sinceMs", worker.since_ms);
    out.member("manualStop", worker.is_stopped_by_operator)
        .member("paused", worker.is_paused)
        .member("needsOperator", worker.needs_operator);
    if (!worker.fault_code.empty()) out.member("faultCode", worker.fault_code);
}

void write_life(json::Writer& out, const WorkerView& worker) {
    out.key("pid");
    if (worker.pid > 0)
        out.value(worker.pid);
    else
        out.null();
    write_or_null(out, "startedAtMs", worker.started_ms);
    out.member("uptimeMs", worker.uptime.count()).member("generation", worker.generation);
    if (!worker.build_id.empty()) out.member("buildId", worker.build_id);
    out.member("sandbox", worker.sandbox);
    out.key("sandboxLayers").begin_array();
    for (const auto& layer : worker.layers)
        out.begin_object()
            .member("name", layer.name)
            .member("holds", layer.holds)
            .member("detail", layer.detail)
            .member("spare", layer.is_spare)
            .end_object();
    out.end_array();
}

void write_history(json::Writer& out, const WorkerView& worker) {
    out.key("restarts")
        .begin_object()
        .member("total", worker.restarts)
        .member("window10m", worker.deaths_10min);
    out.member("consecutive", std::max(worker.failed_starts, worker.crashes))
        .end_object()
        .key("backoff");
    const bool is_pausing = worker.state == process::State::backoff ||
                            (worker.state == process::State::failed && worker.next_try_ms > 0);
    if (is_pausing)
        out.begin_object()
            .member("attempt", worker.attempt)
            .member("nextAtMs", worker.next_try_ms)
            .end_object();
    else
        out.null();
    out.key("lastExit");
    if (worker.deaths.empty())
        out.null();
    else
        write_death(out, worker.deaths.front());
}

void write_usage(json::Writer& out, const WorkerView& worker) {
    if (!worker.usage) return;
    out.key("resources")
        .begin_object()
        .member("rssBytes", worker.usage->rss_bytes)
        .member("pssBytes", worker.usage->pss_bytes);
    out.member("cpuMs", worker.usage->cpu.count())
        .member("cpuRatio", worker.usage->cpu_ratio)
        .end_object();
}

void write_link(json::Writer& out, const WorkerView& worker) {
    out.key("ipc")
        .begin_object()
        .member("connected", worker.pid > 0)
        .member("unresponsive", worker.is_unresponsive);
    if (worker.health) {
        out.member("lastPongMs", worker.health->at_ms)
            .member("rttUs", worker.health->round_trip_us);
        out.member("queued", worker.health->queued)
            .member("inFlight", worker.health->in_flight)
            .member("credits", worker.health->credits);
    }
    out.member("framesIn", worker.link.frames_in).member("framesOut", worker.link.frames_out);
    out.member("bytesIn", worker.link.bytes_in).member("bytesOut", worker.link.bytes_out);
    out.member("lateReplies", worker.link.late_replies);
    out.member("waitingFrames", worker.link.waiting_frames)
        .member("waitingBytes", worker.link.waiting_bytes)
        .end_object();
    write_or_null(out, "lastUpstreamMs",
                  worker.health ? std::min(worker.health->last_upstream_ms, worker.health->at_ms)
                                : 0);
}

// Of the connections egress makes for it; all zero for who asked for none.
void write_streams(json::Writer& out, const Streams& streams) {
    out.key("egress")
        .begin_object()
        .member("bytesOut", streams.bytes_out)
        .member("bytesIn", streams.bytes_in);
    out.member("connections", streams.connected).member("open", streams.open);
    out.member("connecting", streams.waiting)
        .member("failed", streams.failed)
        .member("refused", streams.refused);
    if (!streams.last_refused.empty()) out.member("lastRefused", streams.last_refused);
    out.end_object();
}

enum class Detail { line, everything };

using Verdicts = std::vector<policy::Judged>;

void write_worker(json::Writer& out, const WorkerView& worker, const Verdicts& judged,
                  const StreamsOf& streams, Detail detail) {
    out.begin_object();
    write_identity(out, worker);
    if (const auto one = std::ranges::find(judged, worker.id, &policy::Judged::id);
        one != judged.end()) {
        out.key("health");
        write_verdict(out, one->verdict);
    }
    write_life(out, worker);
    write_history(out, worker);
    write_usage(out, worker);
    write_link(out, worker);
    if (streams) write_streams(out, streams(worker.id));
    if (detail == Detail::everything) {
        out.key("deaths").begin_array();
        for (const auto& death : worker.deaths)
            write_death(out, death);
        out.end_array();
    }
    out.end_object();
}

void write_supervisor(json::Writer& out, const GatewayFacts& facts) {
    out.key("supervisor")
        .begin_object()
        .member("pid", getpid())
        .member("startedAtMs", facts.started_at_ms);
    if (facts.port != 0) out.member("port", facts.port);
    if (const auto own = process::UsageMeter(getpid(), {}).look({}))
        out.member("rssBytes", own->rss_bytes).member("pssBytes", own->pss_bytes);
    out.member("version", version)
        .member("buildId", build_id)
        .member("bootId", facts.boot_id)
        .end_object();
}

void list(Call& call, const WorkerParts& from) {
    const auto judged = from.health.judged();
    json::Writer out;
    out.begin_object().member("ts", from.clock.unix_ms());
    write_supervisor(out, from.health.sources().facts);
    out.key("workers").begin_array();
    for (const auto& view : from.desk.views(true))
        write_worker(out, view, judged, from.streams, Detail::line);
    call.reply.ok(out.end_array().end_object().text());
}

void get(Call& call, const WorkerParts& from) {
    const auto id = call.params["id"].text();
    const auto views = from.desk.views(true);
    const auto found = std::ranges::find(views, id, &WorkerView::id);
    if (found == views.end())
        return call.reply.fail(
            invalid_request("unknown worker \"" + std::string(id) + "\"; workers.list names them"));
    json::Writer out;
    out.begin_object().member("ts", from.clock.unix_ms());
    write_supervisor(out, from.health.sources().facts);
    out.key("worker");
    write_worker(out, *found, from.health.judged(), from.streams, Detail::everything);
    call.reply.ok(out.end_object().text());
}

using Hand = Result<void> (WorkerDesk::*)(const std::string&);

void act(Call& call, WorkerDesk& desk, Hand hand) {
    const std::string id(call.params["id"].text());
    if (const auto done = (desk.*hand)(id); !done) return call.reply.fail(done.error());
    call.reply.ok(
        json::Writer().begin_object().member("ok", true).member("id", id).end_object().text());
}

constexpr std::array id_param = {required_text("id")};

} // namespace

void add_workers(MethodTable& table, WorkerParts parts) {
    table.add({.name = "workers.list",
               .scope = policy::scope::read,
               .handler = [parts](Call& call) { list(call, parts); }});
    table.add({.name = "workers.get",
               .scope = policy::scope::read,
               .params = id_param,
               .handler = [parts](Call& call) { get(call, parts); }});
    for (const auto& [name, hand] :
         {std::pair<std::string_view, Hand>{"workers.start", &WorkerDesk::start},
          {"workers.stop", &WorkerDesk::stop},
          {"workers.restart", &WorkerDesk::restart}})
        table.add(
            {.name = name,
             .scope = policy::scope::admin,
             .params = id_param,
             .handler = [&desk = parts.desk, hand = hand](Call& call) { act(call, desk, hand); }});
}

} // namespace openclaw::rpc
