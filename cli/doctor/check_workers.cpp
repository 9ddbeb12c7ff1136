// Workers: every process of the gateway, the walls around it, the accounts it serves.
#include "cli/doctor/checks.h"
#include "cli/view/channels.h"
#include "cli/view/text_width.h"
#include "cli/view/workers.h"
#include "common/worker/spec.h"

#include <set>

namespace openclaw::cli::doctor {

namespace {

// Of a worker's last end, when the kernel or the sandbox was the cause (supervisor/process).
bool died_at_a_wall(json::View worker) {
    return worker["lastExit"]["reason"].text().contains("sandbox");
}

void judge_worker(json::View worker, Report& report) {
    const std::string id = printable(worker["id"].text());
    const std::string show = "openclaw workers show " + id;
    if (died_at_a_wall(worker))
        report.add({.check = "workers",
                    .severity = Severity::warning,
                    .place = id,
                    .message = "its last process was ended by its sandbox: " +
                               printable(worker["lastExit"]["reason"].text()),
                    .fix = show + "; a hijacked worker looks like this, a missing row of the call "
                                  "table, too"});
    if (!worker_needs_attention(worker)) return;
    const bool is_bad = ink_for_worker(worker) == Ink::bad || worker["needsOperator"].boolean();
    const auto detail = worker_detail(worker, Look{});
    report.add(
        {.check = "workers",
         .severity = is_bad ? Severity::error : Severity::warning,
         .place = id,
         .message = "it " + worker_state_words(worker) + (detail.empty() ? "" : ": " + detail),
         .fix = worker["needsOperator"].boolean() ? show + " says what it needs"
                                                  : show + "; openclaw workers restart " + id});
}

// After an upgrade that is egress: who carries connections is not replaced behind anybody's back.
void judge_build(json::View worker, json::View supervisor, Report& report) {
    const auto other = other_build(worker, supervisor);
    if (other.empty()) return;
    const auto id = printable(worker["id"].text());
    report.add({.check = "workers",
                .severity = Severity::info,
                .place = id,
                .message = other,
                .fix = "openclaw workers recycle " + id +
                       (id == "egress" ? "; the channels connect anew" : "")});
}

std::string missing_layers(json::View worker) {
    std::string list;
    worker["sandboxLayers"].each_element([&](json::View layer) {
        if (!layer["holds"].boolean() && !layer["spare"].boolean())
            list += (list.empty() ? "" : ", ") + printable(layer["name"].text()) + " (" +
                    printable(layer["detail"].text()) + ")";
        return true;
    });
    return list;
}

struct Walls {
    int whole = 0;
    std::vector<std::pair<std::string, std::string>> weaker; // worker, what is missing
};

Walls walls_of(json::View list) {
    Walls walls;
    list["workers"].each_element([&](json::View worker) {
        const auto level = worker["sandbox"].text();
        if (worker["pid"].integer() <= 0 || level.empty()) return true;
        if (level == "whole") return ++walls.whole, true;
        const auto missing = missing_layers(worker);
        walls.weaker.emplace_back(printable(worker["id"].text()),
                                  missing.empty() ? printable(level) : "without " + missing);
        return true;
    });
    return walls;
}

bool is_required(const Facts& facts) {
    return facts.config.config &&
           facts.config.config->gateway.isolation == config::Gateway::Isolation::required;
}

Finding about_walls(const Facts& facts, std::string place, std::string message) {
    const bool refuses = is_required(facts);
    return {.check = "sandbox",
            .severity = refuses ? Severity::error : Severity::warning,
            .place = std::move(place),
            .message = std::move(message) +
                       (refuses ? "; gateway.isolation is required, so workers do not serve" : ""),
            .fix = "a kernel with Landlock and seccomp, outside a container that forbids them; "
                   "docs/threat-model.md says what each wall holds"};
}

void judge_walls_of_machine(const Facts& facts, Report& report) {
    if (!facts.sandbox)
        return report.add(about_walls(facts, "this machine", "the sandbox could not be tried out"));
    if (facts.sandbox->is_whole()) {
        std::string names;
        for (const auto& layer : facts.sandbox->layers)
            names += (names.empty() ? "" : ", ") + std::string(layer.name) +
                     (layer.holds ? "" : " missing");
        return report.remark("sandbox", "Workers would be behind whole walls here: " + names);
    }
    report.add(
        about_walls(facts, "this machine", "workers would be without " + facts.sandbox->missing()));
}

void judge_configured(const config::ChannelAccount& account, Report& report) {
    if (!account.enabled || account.problem.empty()) return;
    report.add({.check = "channels",
                .severity = account.is_malformed ? Severity::error : Severity::warning,
                .place = account.worker_id(),
                .message = "it is switched off: " + account.problem,
                .fix = "correct channels." + account.channel + ", then openclaw config validate"});
}

} // namespace

void check_programs(const Facts& facts, Report& report) {
    if (!facts.programs.problem.empty())
        return report.add({.check = "worker-programs",
                           .severity = Severity::error,
                           .place = "openclaw-gateway",
                           .message = facts.programs.problem,
                           .fix = "install the package again"});
    for (const auto& program : facts.programs.missing)
        report.add({.check = "worker-programs",
                    .severity = Severity::error,
                    .place = program,
                    .message = "it is not installed, or cannot be executed",
                    .fix = "install the package again; without it this part does not run"});
}

void check_workers(const Facts& facts, Report& report) {
    const auto list = facts.gateway.of("workers.list");
    list["workers"].each_element([&](json::View worker) {
        judge_worker(worker, report);
        judge_build(worker, list["supervisor"], report);
        return true;
    });
    if (list) report.remark("workers", workers_summary(list));
}

void check_sandbox(const Facts& facts, Report& report) {
    const auto list = facts.gateway.of("workers.list");
    if (!list) return judge_walls_of_machine(facts, report);
    const auto walls = walls_of(list);
    for (const auto& [id, missing] : walls.weaker)
        report.add(about_walls(facts, id, "its sandbox is " + missing));
    if (walls.whole > 0)
        report.remark("sandbox", std::to_string(walls.whole) +
                                     (walls.whole == 1 ? " worker is" : " workers are") +
                                     " behind whole walls");
}

void check_channels(const Facts& facts, Report& report) {
    std::set<std::string> told;
    if (facts.config.config)
        for (const auto& account : facts.config.config->channels) {
            judge_configured(account, report);
            if (!account.problem.empty()) told.insert(account.worker_id());
        }
    each_account(facts.gateway.of("channels.status"), [&](std::string_view channel,
                                                          std::string_view, json::View account) {
        const auto state = account_state(account);
        const auto id = std::string(channel) + ":" + printable(account["accountId"].text());
        if (!state.needs_attention || told.contains(id)) return;
        const auto why = account["stateReason"].text(account["lastError"].text());
        report.add({.check = "channels",
                    .severity = state.ink == Ink::bad ? Severity::error : Severity::warning,
                    .place = id,
                    .message = "it is " + state.word + (why.empty() ? "" : ": " + printable(why)),
                    .fix = "openclaw workers show " + id});
    });
    if (const auto status = facts.gateway.of("channels.status");
        status && status["channelAccounts"].size() > 0)
        report.remark("channels", "Channels: " + channels_summary(status));
}

void check_models(const Facts& facts, Report& report) {
    if (!facts.config.config) return;
    const auto& config = *facts.config.config;
    for (const auto& [id, provider] : config.models.providers)
        if (!provider.problem.empty())
            report.add({.check = "model-references",
                        .severity = Severity::error,
                        .place = "models.providers." + id,
                        .message = provider.problem,
                        .fix = "openclaw config set models.providers." + id + ".apiKey …"});
    std::set<std::string> named;
    for (const auto& [id, agent] : config.agents.entries) {
        const auto& choice = config.agents.model_of(agent);
        if (choice.primary.empty() && named.insert("").second)
            report.add({.check = "model-references",
                        .severity = Severity::info,
                        .place = "agents.defaults.model.primary",
                        .message = "no model is set: answers are a placeholder",
                        .fix = "openclaw config set agents.defaults.model.primary PROVIDER/MODEL"});
        for (const auto& model : choice.fallbacks)
            named.insert(model);
        named.insert(choice.primary);
    }
    for (const auto& model : named) {
        const auto provider = config::split_model(model).first;
        if (model.empty() || provider == "builtin" ||
            config.models.providers.contains(std::string(provider)))
            continue;
        report.add({.check = "model-references",
                    .severity = Severity::error,
                    .place = model,
                    .message = provider.empty() ? "a model is named without its provider"
                                                : "no provider of that name is configured: " +
                                                      std::string(provider),
                    .fix = "openclaw config set models.providers." +
                           (provider.empty() ? "NAME" : std::string(provider)) + ".baseUrl …"});
    }
}

} // namespace openclaw::cli::doctor
