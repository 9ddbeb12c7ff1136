#include "supervisor/rpc/model_probe.h"

#include "common/base/strings.h"
#include "common/json/write.h"
#include "common/log/log.h"
#include "supervisor/rpc/models.h"

#include <algorithm>
#include <array>

namespace openclaw::rpc {

namespace {

constexpr std::int64_t default_timeout_ms = 15'000, max_timeout_ms = 120'000;
constexpr std::string_view question = "Answer with the single word: ready";

struct Probed {
    std::string provider, model; // model: without the provider
    std::string status, error;
    std::int64_t latency_ms = -1; // below 0: nothing was asked
};

std::string to_json(const Probed& probed) {
    const auto write = [&](json::Writer& out) {
        out.member("status", probed.status);
        if (probed.latency_ms >= 0) out.member("latencyMs", probed.latency_ms);
        if (!probed.error.empty()) out.member("error", probed.error);
    };
    json::Writer out;
    out.begin_object().member("provider", probed.provider);
    write(out);
    out.key("results").begin_array();
    if (!probed.model.empty()) {
        out.begin_object().member("label", probed.model);
        write(out);
        out.end_object();
    }
    return out.end_array().end_object().take();
}

// The kinds of wire::RunEnd in the words of the published schema.
std::string_view status_of(const flow::Run& run) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 5> words = {
        {{"rate", "rate_limit"},
         {"quota", "billing"},
         {"auth", "auth"},
         {"timeout", "timeout"},
         {"config", "no_model"}}};
    if (run.status == flow::RunStatus::completed) return "ok";
    if (run.stop_reason == "timeout") return "timeout";
    const auto found = std::ranges::find(words, run.error_kind,
                                         &std::pair<std::string_view, std::string_view>::first);
    return found == words.end() ? "unknown" : found->second;
}

void forget_session(const std::string& key, const RunParts& parts) {
    parts.conversations.erase(key, true, [key](Result<void> gone) {
        if (!gone)
            log::warn("models.probe_left", {{"session", key}, {"why", gone.error().sentence}});
    });
}

void ask(const Reply& reply, Probed probed, Milliseconds timeout, const RunParts& parts) {
    const auto key = session_named("agent:" + parts.facts.agents.default_id + ":probe:" + uuid_v4(),
                                   parts.facts);
    if (!key) return reply.fail(key.error());
    flow::RunRequest request;
    request.run_id = uuid_v4();
    request.session_key = *key;
    request.agent_id = parts.facts.agents.default_id;
    request.message = question;
    request.model = probed.provider + "/" + probed.model;
    request.trace = request.run_id;
    request.timeout = timeout;
    const std::string run_id = request.run_id;
    const auto begun = parts.runs.begin(std::move(request));
    if (!begun) return reply.fail(begun.error());
    parts.run_events.when_ended(run_id, [reply, probed, key = *key, parts](const flow::Run& run) {
        auto answered = probed;
        answered.status = status_of(run);
        answered.error = run.error;
        const auto began = run.started_at_ms > 0 ? run.started_at_ms : run.accepted_at_ms;
        answered.latency_ms = std::max<std::int64_t>(0, run.ended_at_ms - began);
        reply.ok(to_json(answered));
        forget_session(key, parts);
    });
}

void probe(Call& call, const RunParts& parts) {
    Probed probed{.provider = std::string(call.params["provider"].text()), .model = {}};
    if (!call.params["profileId"].text().empty())
        return call.reply.fail(
            invalid_request("models.probe: a provider has one credential here, and no profiles"));
    const auto choice = model_to_probe(probed.provider, parts.facts);
    if (!choice) return call.reply.fail(choice.error());
    probed.model = choice->model;
    if (!choice->problem.empty() || probed.model.empty()) {
        probed.status = choice->problem.empty() ? "no_model" : "auth";
        probed.error = choice->problem;
        return call.reply.ok(to_json(probed));
    }
    const Milliseconds timeout(
        std::min(call.params["timeoutMs"].integer(default_timeout_ms), max_timeout_ms));
    ask(call.reply, std::move(probed), timeout, parts);
}

constexpr std::array probe_params = {required_text("provider"), text("profileId", 1),
                                     integer("timeoutMs", 1), text("agentId")};

} // namespace

void add_model_probe(MethodTable& table, RunParts parts) {
    table.add({.name = "models.probe",
               .scope = policy::scope::admin,
               .admission = Admission::work,
               .params = probe_params,
               .is_rationed = true,
               .handler = [parts](Call& call) { probe(call, parts); }});
}

} // namespace openclaw::rpc
