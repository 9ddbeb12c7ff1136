#include "supervisor/rpc/health.h"

#include "supervisor/rpc/channel_report.h"

#include <algorithm>
#include <array>

namespace openclaw::rpc {

namespace {

constexpr Milliseconds fresh_for{1000};
constexpr Milliseconds announce_after = std::chrono::seconds(2); // many changes, one event
constexpr std::size_t recent_sessions = 5;

void write_recent(json::Writer& out, const GatewayFacts& facts,
                  const std::vector<const ledger::Session*>& sessions, std::int64_t now_ms) {
    out.begin_object()
        .member("path", facts.ledger_path)
        .member("count", sessions.size())
        .key("recent")
        .begin_array();
    for (std::size_t i = 0; i < std::min(sessions.size(), recent_sessions); ++i) {
        const ledger::Session& session = *sessions[i];
        out.begin_object().member("key", session.key).member("updatedAt", session.updated_at_ms);
        out.member("age", std::max<std::int64_t>(0, now_ms - session.updated_at_ms)).end_object();
    }
    out.end_array().end_object();
}

std::vector<const ledger::Session*> of_agent(const std::vector<const ledger::Session*>& all,
                                             std::string_view agent_id) {
    std::vector<const ledger::Session*> chosen;
    std::ranges::copy_if(all, std::back_inserter(chosen),
                         [&](const auto* session) { return session->agent_id == agent_id; });
    return chosen;
}

void write_agents(json::Writer& out, const GatewayFacts& facts,
                  const std::vector<const ledger::Session*>& all, std::int64_t now_ms) {
    out.key("agents").begin_array();
    for (const auto& [id, agent] : facts.agents.entries) {
        out.begin_object().member("agentId", id).member("isDefault", id == facts.agents.default_id);
        if (!agent.name.empty()) out.member("name", agent.name);
        // Nothing beats by itself in this build; `wake` is what there is.
        out.key("heartbeat").begin_object().member("enabled", false).member("every", "disabled");
        out.key("everyMs").null().member("prompt", "").member("target", "none");
        out.member("ackMaxChars", 0).end_object().key("sessions");
        write_recent(out, facts, of_agent(all, id), now_ms);
        out.end_object();
    }
    out.end_array();
}

std::string storage_problem(const HealthSources& sources) {
    return sources.storage_problem ? sources.storage_problem() : std::string();
}

void answer_health(Call& call, HealthSnapshot& health) {
    if (call.params["probe"].boolean())
        call.reply.ok(health.fresh());
    else
        call.reply.ok(health.payload());
}

constexpr std::array health_params = {flag("probe")};

} // namespace

void write_worker_counts(json::Writer& out, const std::vector<process::WorkerView>& workers) {
    std::array<std::size_t, process::state_count> counts{};
    for (const auto& worker : workers)
        ++counts[static_cast<std::size_t>(worker.state)];
    out.key("workers").begin_object().member("total", workers.size());
    for (const auto state :
         {process::State::ready, process::State::backoff, process::State::failed})
        out.member(process::name(state), counts[static_cast<std::size_t>(state)]);
    out.end_object();
}

std::string_view model_runtime_json() {
    return R"({"degraded":false,"pendingAgents":[]})";
}

HealthSnapshot::HealthSnapshot(Loop& loop, Events& events, HealthSources sources)
    : loop_(loop)
    , events_(events)
    , sources_(std::move(sources))
    , gauge_(loop)
    , announcing_(loop)
    , next_look_(loop) {}

const std::string& HealthSnapshot::payload() {
    if (is_stale_ || loop_.clock().now() - rendered_ >= fresh_for) render();
    return payload_;
}

std::string HealthSnapshot::fresh() {
    render();
    return payload_;
}

void HealthSnapshot::facts_changed() {
    announce_soon();
    next_look_.start(Milliseconds(0), [this] { look(); });
}

void HealthSnapshot::look() {
    const auto all = judged();
    plan_look(all);
    auto now = policy::sum_up(all, storage_problem(sources_));
    if (now == seen_) return;
    seen_ = std::move(now);
    announce_soon();
    if (tell_) tell_();
}

void HealthSnapshot::plan_look(const std::vector<policy::Judged>& all) {
    std::int64_t next_ms = 0;
    for (const auto& one : all)
        if (const auto at_ms = one.verdict.changes_at_ms; at_ms > 0)
            next_ms = next_ms == 0 ? at_ms : std::min(next_ms, at_ms);
    if (next_ms == 0) return next_look_.stop();
    const Milliseconds pause(next_ms - judging().now_ms());
    next_look_.start(std::max(pause, Milliseconds(1)), [this] { look(); });
}

void HealthSnapshot::announce_soon() {
    is_stale_ = true;
    if (announcing_.is_active() || events_.count() == 0) return;
    announcing_.start(announce_after, [this] { announce(); });
}

Judging HealthSnapshot::judging() const {
    wall_.follow(loop_.clock());
    return {.rule = sources_.facts.health, .now = loop_.clock().now(), .epoch_ms = wall_.ms()};
}

std::vector<policy::Judged> HealthSnapshot::judged() const {
    return judge_all(sources_.channels(), sources_.workers.views(false), judging());
}

policy::Health HealthSnapshot::summary() const {
    return policy::sum_up(judged(), storage_problem(sources_));
}

void show_readiness(const HealthSnapshot& health, web::Readiness& readiness) {
    auto now = health.summary();
    readiness.failing = std::move(now.failing);
    readiness.level = policy::name(now.level);
    readiness.down = std::move(now.down);
    readiness.degraded = std::move(now.degraded);
}

void HealthSnapshot::announce() {
    ++events_.versions.health;
    events_.send({.name = "health",
                  .payload = payload(),
                  .extra = events_.version_member(),
                  .drop_if_slow = true});
}

void HealthSnapshot::render() {
    const auto began = loop_.clock().now();
    const auto now_ms = loop_.clock().unix_ms();
    const auto sessions = sources_.conversations.list();
    const auto workers = sources_.workers.views(false);
    const std::string_view hot_reload = sources_.facts.hot_reload;
    json::Writer out;
    out.begin_object().member("ok", true).member("ts", now_ms);
    out.raw_member("plugins", R"({"loaded":[],"errors":[],"unavailable":[]})");
    out.key("configReload").begin_object().member("hotReloadStatus", hot_reload).end_object();
    const auto channels = sources_.channels();
    write_channel_summary(out, channel_lines(channels, workers, judging()));
    const auto all = judge_all(channels, workers, judging());
    out.key("health");
    write_health(out, policy::sum_up(all, storage_problem(sources_)), all);
    out.member("heartbeatSeconds", 0).member("defaultAgentId", sources_.facts.agents.default_id);
    write_agents(out, sources_.facts, sessions, now_ms);
    out.key("sessions");
    write_recent(out, sources_.facts, sessions, now_ms);
    out.raw_member("modelRuntime", model_runtime_json()).raw_member("eventLoop", gauge_.to_json());
    write_worker_counts(out, workers);
    const auto took = std::chrono::duration_cast<Milliseconds>(loop_.clock().now() - began);
    out.member("durationMs", took.count()).end_object();
    payload_ = out.take();
    rendered_ = began;
    is_stale_ = false;
}

void add_health(MethodTable& table, HealthSnapshot& health, Presence& presence) {
    table.add({.name = "health",
               .scope = {}, // PROTOCOL.md 8: succeeds with zero scopes
               .params = health_params,
               .unknown = Unknown::ignored,
               .handler = [&health](Call& call) { answer_health(call, health); }});
    table.add({.name = "system-presence",
               .scope = policy::scope::read,
               .unknown = Unknown::ignored,
               .handler = [&presence](Call& call) { call.reply.ok(presence.to_json()); }});
}

} // namespace openclaw::rpc
