#include "supervisor/rpc/stability.h"

#include "supervisor/rpc/system.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <map>

namespace openclaw::rpc {

namespace {

constexpr std::size_t capacity = 1000;
constexpr std::int64_t default_limit = 50;

std::string_view outcome_of(flow::RunStatus status) {
    switch (status) {
    case flow::RunStatus::completed:
        return "completed";
    case flow::RunStatus::failed:
        return "failed";
    case flow::RunStatus::aborted:
    case flow::RunStatus::queued:
    case flow::RunStatus::running:
        break;
    }
    return "aborted";
}

std::string_view channel_of(const flow::Run& run) {
    const auto& target = run.request.target;
    return target ? std::string_view(target->to.channel) : std::string_view("client");
}

constexpr std::array params = {integer("limit", 1, capacity), text("type"), integer("sinceSeq", 0)};

} // namespace

// 2026-11-21T19:26:40.238Z
std::string iso_time(std::int64_t unix_ms) {
    const std::time_t seconds = unix_ms / 1000;
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char text[40];
    const auto length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
    std::string fraction = std::to_string(1000 + unix_ms % 1000).substr(1);
    return std::string(text, length) + "." + fraction + "Z";
}

void StabilityLog::on_run_started(const flow::Run& run) {
    auto out = begin("message.dispatch.started");
    out.member("channel", channel_of(run))
        .member("waitMs", std::max<std::int64_t>(0, run.started_at_ms - run.accepted_at_ms));
    add("message.dispatch.started", std::move(out));
}

void StabilityLog::on_run_ended(const flow::Run& run) {
    const bool has_run = run.started_at_ms > 0;
    if (has_run && !run.model.empty()) {
        const std::string_view type =
            run.status == flow::RunStatus::failed ? "model.call.error" : "model.call.completed";
        auto call = begin(type);
        call.member("provider", run.provider).member("model", run.model);
        add(type, std::move(call.member("durationMs", run.ended_at_ms - run.started_at_ms)));
    }
    auto out = begin("message.processed");
    out.member("channel", channel_of(run)).member("outcome", outcome_of(run.status));
    out.member("durationMs", run.ended_at_ms - run.accepted_at_ms);
    add("message.processed", std::move(out));
}

json::Writer StabilityLog::begin(std::string_view type) {
    json::Writer out;
    out.begin_object()
        .member("seq", last_sequence_ + 1)
        .member("ts", clock_.unix_ms())
        .member("type", type);
    return out;
}

void StabilityLog::add(std::string_view type, json::Writer&& happening) {
    if (happenings_.size() >= capacity) happenings_.pop_front();
    happenings_.push_back(
        {.sequence = ++last_sequence_, .type = type, .json = happening.end_object().take()});
}

void StabilityLog::write_summary(json::Writer& out) const {
    std::map<std::string_view, int> counts;
    for (const auto& happening : happenings_)
        ++counts[happening.type];
    out.key("summary").begin_object().key("byType").begin_object();
    for (const auto& [type, count] : counts)
        out.member(type, count);
    out.end_object().key("memory").begin_object().key("latest").begin_object();
    out.member("rssBytes", resident_bytes()).end_object().end_object().end_object();
}

std::string StabilityLog::to_json(std::size_t limit, std::string_view type) const {
    std::vector<const Happening*> chosen;
    for (const auto& happening : happenings_)
        if (type.empty() || happening.type == type) chosen.push_back(&happening);
    if (chosen.size() > limit)
        chosen.erase(chosen.begin(), chosen.end() - static_cast<std::ptrdiff_t>(limit));
    json::Writer out;
    out.begin_object().member("generatedAt", iso_time(clock_.unix_ms()));
    out.member("capacity", capacity).member("count", happenings_.size());
    out.member("dropped", last_sequence_ - happenings_.size());
    out.member("firstSeq", happenings_.empty() ? 0 : happenings_.front().sequence)
        .member("lastSeq", last_sequence_)
        .key("events")
        .begin_array();
    for (const auto* happening : chosen)
        out.raw(happening->json);
    out.end_array();
    write_summary(out);
    return out.end_object().take();
}

void add_stability(MethodTable& table, const StabilityLog& log) {
    table.add({.name = "diagnostics.stability",
               .scope = policy::scope::read,
               .params = params,
               .unknown = Unknown::ignored,
               .handler = [&log](Call& call) {
                   const auto limit = call.params["limit"].integer(default_limit);
                   call.reply.ok(
                       log.to_json(static_cast<std::size_t>(limit), call.params["type"].text()));
               }});
}

} // namespace openclaw::rpc
