#include "cli/view/status.h"

#include "cli/view/channels.h"
#include "cli/view/facts.h"
#include "cli/view/health.h"
#include "cli/view/sessions.h"
#include "cli/view/text_width.h"
#include "cli/view/words.h"
#include "cli/view/workers.h"
#include "common/base/first_line.h"
#include "common/base/strings.h"
#include "common/json/write.h"
#include "common/version.h"

#include <algorithm>

namespace openclaw::cli {

namespace {

void add_worker_problems(std::vector<Problem>& problems, json::View list, const Look& look) {
    list["workers"].each_element([&](json::View worker) {
        if (!worker_needs_attention(worker)) return true;
        const std::string id = printable(worker["id"].text());
        const auto detail = worker_detail(worker, look);
        problems.push_back({ink_for_worker(worker) == Ink::bad ? Ink::bad : Ink::warning,
                            "worker " + id + " " + worker_state_words(worker) +
                                (detail.empty() ? "" : ": " + detail),
                            "openclaw workers show " + id});
        return true;
    });
}

// An account whose worker is in trouble is not told a second time: one cause, one line.
void add_channel_problems(std::vector<Problem>& problems, json::View status) {
    each_account(status, [&](std::string_view channel, std::string_view label, json::View account) {
        const auto state = account_state(account);
        const std::string id = printable(account["accountId"].text());
        const std::string remedy = "openclaw workers show " + std::string(channel) + ":" + id;
        if (!state.needs_attention ||
            std::ranges::find(problems, remedy, &Problem::remedy) != problems.end())
            return;
        const auto why = account["stateReason"].text(account["lastError"].text());
        problems.push_back({state.ink,
                            std::string(label) + " " + id + " is " + state.word +
                                (why.empty() ? "" : ": " + printable(why)),
                            remedy});
    });
}

std::string tree_memory(json::View list) {
    std::int64_t total = list["supervisor"]["pssBytes"].integer();
    list["workers"].each_element([&](json::View worker) {
        return total += worker["resources"]["pssBytes"].integer(), true;
    });
    return total > 0 ? bytes(total) + " in all processes together (PSS)" : "";
}

std::string gateway_words(const Survey& survey, const Look& look) {
    std::string words = "local · ";
    if (!survey.is_reachable()) return words + survey.target_name + " · not reachable";
    const auto supervisor = survey.of("workers.list")["supervisor"];
    words += survey.target_name + " (" + survey.target_source + ") · reachable " +
             duration(survey.latency_ms);
    if (supervisor["pid"].integer() > 0)
        words += " · pid " + std::to_string(supervisor["pid"].integer());
    if (supervisor["startedAtMs"].integer() > 0)
        words += " · up " + duration(look.now_ms - supervisor["startedAtMs"].integer());
    return words;
}

std::string service_words(const ServiceFacts& service) {
    if (!service.has_manager) return "no supported service manager detected";
    return service.unit_file.empty()
               ? service.unit + " is not installed"
               : "systemd " + service.unit + " installed (" + service.unit_file + ")";
}

std::string agents_words(json::View health) {
    std::string names;
    health["agents"].each_element([&](json::View agent) {
        return names += (names.empty() ? "" : ", ") + printable(agent["agentId"].text()) +
                        (agent["isDefault"].boolean() ? " (default)" : ""),
               true;
    });
    return names;
}

std::string overview(const Survey& survey, const Look& look) {
    Table table({"Item", "Value"});
    const auto add = [&](std::string item, Cell value) {
        if (!value.text.empty()) table.add({std::move(item), std::move(value)});
    };
    const auto workers = survey.of("workers.list"), health = survey.of("health"),
               sessions = survey.of("sessions.list");
    add("Gateway", {gateway_words(survey, look), survey.is_reachable() ? Ink::good : Ink::bad});
    add("Dashboard", survey.port_is_open
                         ? "http://127.0.0.1:" + std::to_string(survey.config.port.number) + "/"
                         : "");
    add("Config", short_path(survey.config.file, look) +
                      (survey.config.problems.empty()
                           ? survey.config.exists ? " · valid" : " · missing, defaults apply"
                           : " · invalid"));
    add("Service", service_words(survey.service));
    add("Workers", workers ? workers_summary(workers) : "");
    add("Channels",
        survey.of("channels.status") ? channels_summary(survey.of("channels.status")) : "");
    add("Agents", agents_words(health));
    add("Sessions", sessions ? std::to_string(sessions["totalCount"].integer(
                                   static_cast<std::int64_t>(sessions["sessions"].size())))
                             : "");
    add("Event loop", event_loop_words(health["eventLoop"]));
    add("Memory", tree_memory(workers));
    add("OS", survey.operating_system);
    add("Version",
        std::string(version) + (build_id.empty() ? "" : " (" + std::string(build_id) + ")"));
    return look.heading("Overview") + "\n" + table.render(look);
}

std::string problem_lines(const std::vector<Problem>& problems, const Survey& survey,
                          const Look& look) {
    if (problems.empty())
        return look.paint(Ink::good, "● All is well") + ": " +
               plural(static_cast<std::int64_t>(survey.of("workers.list")["workers"].size()),
                      "worker") +
               " ready, channels: " + channels_summary(survey.of("channels.status")) + "\n";
    std::string out;
    for (const auto& problem : problems) {
        out += look.paint(problem.ink, (problem.ink == Ink::bad ? "✗ " : "! ") + problem.sentence) +
               "\n";
        if (!problem.remedy.empty()) out += look.paint(Ink::muted, "  → " + problem.remedy) + "\n";
    }
    return out;
}

std::string list_of(json::View array) {
    return array.is_array() ? array.dump() : "[]";
}

std::string section(std::string_view title, const std::string& content, const Look& look) {
    return content.empty() ? std::string() : "\n" + look.heading(title) + "\n" + content;
}

std::string next_steps(const Survey& survey, const Look& look) {
    std::string out = "\n" + look.heading("Next steps") + "\n";
    if (!survey.is_reachable())
        return out + "  Fix reachability first: openclaw gateway run\n  Look from outside:      "
                     "openclaw gateway status\n";
    out += "  Talk to it:    openclaw agent -m \"hello\"\n";
    const bool has_channels = survey.of("channels.status")["channelAccounts"].size() > 0;
    out += has_channels ? "  Let people in: openclaw pairing list\n"
                        : "  Add Telegram:  openclaw config set channels.telegram.botToken TOKEN\n";
    return out + "  Watch it work: openclaw logs --follow\n";
}

} // namespace

std::vector<Problem> find_problems(const Survey& survey, const Look& look) {
    std::vector<Problem> problems;
    for (const auto& line : survey.config.problems)
        problems.push_back({Ink::bad, "configuration: " + line, "openclaw config validate"});
    if (survey.unreachable)
        problems.insert(problems.begin(),
                        {Ink::bad, std::string(first_line(survey.unreachable->message)),
                         "openclaw gateway run"});
    if (survey.is_reachable() && !survey.port_is_open)
        problems.push_back({Ink::warning,
                            "nobody listens on " + survey.config.bind_host + ":" +
                                std::to_string(survey.config.port.number) + ", the gateway's port",
                            "openclaw gateway status"});
    for (const auto& [method, refusal] : survey.refusals)
        if (survey.is_reachable())
            problems.push_back(
                {Ink::warning,
                 method + " was not answered: " + std::string(first_line(refusal.message)), ""});
    add_worker_problems(problems, survey.of("workers.list"), look);
    add_channel_problems(problems, survey.of("channels.status"));
    std::ranges::stable_sort(
        problems, {}, [](const Problem& problem) { return problem.ink == Ink::bad ? 0 : 1; });
    return problems;
}

std::string status_view(const Survey& survey, const Look& look) {
    const auto problems = find_problems(survey, look);
    std::string out = look.heading("OpenClaw status") + "\n\n" +
                      problem_lines(problems, survey, look) + "\n" + overview(survey, look);
    if (survey.of("workers.list")["workers"].size() > 0)
        out += section("Workers", workers_table(survey.of("workers.list"), look), look);
    out += section("Channels", channels_table(survey.of("channels.status"), look), look);
    out += section("Sessions", sessions_table(survey.of("sessions.list"), look), look);
    return out + next_steps(survey, look);
}

std::string status_json(const Survey& survey, const Look& look) {
    json::Writer out;
    out.begin_object();
    survey.of("status").each_member([&](std::string_view key, json::View value) {
        constexpr std::string_view ours[] = {"gateway",  "config", "problems", "workers",
                                             "channels", "health", "os"};
        if (std::ranges::find(ours, key) == std::end(ours)) out.raw_member(key, value.dump());
        return true;
    });
    out.key("gateway")
        .begin_object()
        .member("mode", "local")
        .member("url", survey.target_name)
        .member("urlSource", survey.target_source);
    out.member("reachable", survey.is_reachable()).member("connectLatencyMs", survey.latency_ms);
    if (survey.unreachable)
        out.member("error", first_line(survey.unreachable->message));
    else
        out.key("error").null();
    out.member("port", survey.config.port.number)
        .member("portSource", survey.config.port.source)
        .end_object();
    out.key("config")
        .begin_object()
        .member("path", survey.config.file)
        .member("exists", survey.config.exists);
    out.member("valid", survey.config.problems.empty()).end_object();
    out.key("problems").begin_array();
    for (const auto& problem : find_problems(survey, look))
        out.begin_object()
            .member("severity", problem.ink == Ink::bad ? "error" : "warning")
            .member("message", problem.sentence)
            .member("fix", problem.remedy)
            .end_object();
    out.end_array();
    out.raw_member("workers", list_of(survey.of("workers.list")["workers"]))
        .raw_member("channels", survey.of("channels.status").dump());
    out.raw_member("health", survey.of("health").dump());
    if (!survey.of("status")["sessions"])
        out.raw_member("sessions", survey.of("sessions.list").dump());
    out.member("os", survey.operating_system);
    return out.end_object().take();
}

} // namespace openclaw::cli
