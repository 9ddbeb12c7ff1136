#include "supervisor/rpc/verdicts.h"

#include "supervisor/rpc/absent.h"

#include <algorithm>
#include <array>
#include <utility>

namespace openclaw::rpc {

namespace {

using policy::Evidence;
using process::State;
using process::WorkerView;

Evidence::Process process_of(State state) {
    switch (state) {
    case State::ready:
    case State::draining: // it finishes what it has, and is replaced or leaves
        return Evidence::Process::serving;
    case State::starting:
    case State::stopping:
    case State::backoff:
        return Evidence::Process::starting;
    case State::failed:
        return Evidence::Process::given_up;
    case State::down:
        break;
    }
    return Evidence::Process::none;
}

Evidence::Said said_of(std::string_view connection) {
    constexpr std::array<std::pair<std::string_view, Evidence::Said>, 4> words{{
        {"connecting", Evidence::Said::connecting},
        {"connected", Evidence::Said::connected},
        {"degraded", Evidence::Said::degraded},
        {"needs_operator", Evidence::Said::needs_operator},
    }};
    for (const auto& [word, said] : words)
        if (word == connection) return said;
    return Evidence::Said::nothing;
}

void take_crashes(Evidence& evidence, const WorkerView& worker, const Judging& by) {
    if (!worker.crash_loop) return;
    evidence.crashing_since_ms = by.on_wall(worker.crash_loop->since);
    evidence.believed_at_ms = by.on_wall(worker.believed_at);
    if (worker.state == State::failed || worker.deaths.empty()) return; // it says so itself
    evidence.process_reason =
        "it died " + std::to_string(worker.crash_loop->deaths) +
        " times in a row soon after it had begun; last: " + worker.deaths.front().words;
}

void take_worker(Evidence& evidence, const WorkerView& worker, const Judging& by) {
    evidence.is_held = worker.is_stopped_by_operator;
    evidence.needs_operator = worker.needs_operator;
    evidence.process = process_of(worker.state);
    evidence.process_reason = worker.reason;
    evidence.is_unresponsive = worker.is_unresponsive;
    evidence.state_since_ms = by.on_wall(worker.since);
    evidence.wanted_since_ms = by.on_wall(worker.wanted_since);
    evidence.speaks_regularly = worker.contact_every.count() > 0;
    take_crashes(evidence, worker, by);
    evidence.contact_ms = std::max(evidence.contact_ms, by.on_wall(worker.last_upstream));
    if (worker.health) evidence.pong_ms = by.on_wall(worker.health->at);
}

// When a worker without a platform last stopped serving.
Instant served_until(const WorkerView& worker) {
    if (worker.state == State::stopping) return worker.since;
    const auto served = std::ranges::find_if(worker.deaths, &process::Death::reached_ready);
    return served == worker.deaths.end() ? Instant{} : served->at;
}

const WorkerView* worker_of(const ChannelFacts& account, const std::vector<WorkerView>& workers) {
    const auto found = std::ranges::find_if(workers, [&](const WorkerView& view) {
        return view.kind == account.channel && view.account == account.account;
    });
    return found == workers.end() ? nullptr : &*found;
}

void write_ids(json::Writer& out, std::string_view name, const std::vector<std::string>& ids) {
    out.key(name).begin_array();
    for (const auto& id : ids)
        out.value(id);
    out.end_array();
}

} // namespace

policy::HealthVerdict judge_account(const ChannelFacts& account, const WorkerView* worker,
                                    const Judging& by) {
    Evidence evidence{.is_enabled = account.enabled,
                      .problem = account.problem,
                      .process_reason = "nothing runs for it",
                      .said = said_of(account.connection),
                      .detail = account.detail,
                      .contact_ms = by.on_wall(account.last_contact),
                      .good_until_ms = by.on_wall(account.good_until)};
    if (worker != nullptr) take_worker(evidence, *worker, by);
    return policy::judge_health(evidence, by.rule, by.now_ms());
}

std::vector<policy::Judged> judge_all(const std::vector<ChannelFacts>& accounts,
                                      const std::vector<WorkerView>& workers, const Judging& by) {
    std::vector<policy::Judged> judged;
    for (const auto& worker : workers) {
        if (worker.is_channel) continue;
        Evidence evidence{.has_platform = false, .good_until_ms = by.on_wall(served_until(worker))};
        take_worker(evidence, worker, by);
        judged.push_back({.id = worker.id,
                          .label = worker.label,
                          .channel = {},
                          .account = {},
                          .verdict = policy::judge_health(evidence, by.rule, by.now_ms())});
    }
    for (const auto& account : accounts)
        judged.push_back({.id = account.channel + ":" + account.account,
                          .label = account.label,
                          .channel = account.channel,
                          .account = account.account,
                          .verdict = judge_account(account, worker_of(account, workers), by)});
    return judged;
}

void write_verdict(json::Writer& out, const policy::HealthVerdict& verdict) {
    out.begin_object()
        .member("level", policy::name(verdict.level))
        .member("cause", policy::name(verdict.ailment))
        .member("reason", verdict.reason);
    write_or_null(out, "sinceMs", verdict.since_ms);
    out.member("seen", verdict.seen);
    write_or_null(out, "seenAtMs", verdict.seen_ms);
    out.end_object();
}

void write_health(json::Writer& out, const policy::Health& health,
                  const std::vector<policy::Judged>& judged) {
    out.begin_object().member("level", policy::name(health.level));
    write_ids(out, "down", health.down);
    write_ids(out, "degraded", health.degraded);
    out.key("processes").begin_object();
    for (const auto& one : judged) {
        if (!one.channel.empty()) continue;
        out.key(one.id);
        write_verdict(out, one.verdict);
    }
    out.end_object().end_object();
}

} // namespace openclaw::rpc
