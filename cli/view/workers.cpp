#include "cli/view/workers.h"

#include "cli/view/facts.h"
#include "cli/view/table.h"
#include "cli/view/text_width.h"
#include "cli/view/words.h"

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

namespace openclaw::cli {

namespace {

std::string text_or_dash(std::string text) {
    if (text.empty() || text == "0") return "-";
    return text;
}

std::string text_of(json::View value) {
    return value.is_integer() ? std::to_string(value.integer()) : printable(value.text());
}

// What is in memory because of this process: its share of shared pages where that is known.
std::int64_t memory_of(json::View worker) {
    const auto resources = worker["resources"];
    return resources["pssBytes"].integer() > 0 ? resources["pssBytes"].integer()
                                               : resources["rssBytes"].integer();
}

bool is_alive(json::View worker) {
    return worker["pid"].integer() > 0;
}

std::string uptime(json::View worker, const Look& look) {
    if (!is_alive(worker)) return {};
    if (worker["uptimeMs"].is_integer()) return duration(worker["uptimeMs"].integer());
    return worker["startedAtMs"].integer() > 0
               ? duration(look.now_ms - worker["startedAtMs"].integer())
               : "";
}

std::string restarts(json::View worker) {
    const auto total = worker["restarts"]["total"].integer(),
               recent = worker["restarts"]["window10m"].integer();
    return std::to_string(total) + (recent > 0 ? " (" + std::to_string(recent) + " in 10m)" : "");
}

std::string next_try(json::View backoff, const Look& look) {
    if (!backoff.is_object()) return {};
    std::string text = "retry " + until(backoff["nextAtMs"].integer(), look.now_ms);
    if (backoff["attempt"].integer() > 0) {
        text += " (attempt " + text_of(backoff["attempt"]);
        text += (backoff["max"].integer() > 0 ? "/" + text_of(backoff["max"]) : "") + ")";
    }
    return text;
}

void append(std::string& text, std::string_view separator, const std::string& part) {
    if (part.empty()) return;
    if (!text.empty()) text += separator;
    text += part;
}

std::string exit_words(json::View death) {
    if (!death["reason"].text().empty()) return printable(death["reason"].text());
    const auto signal = text_of(death["signal"]);
    if (!signal.empty() && signal != "0") return "signal " + signal;
    return death["code"] ? "exit " + text_of(death["code"]) : "";
}

// What it said last explains more than how it ended.
std::string death_words(json::View death) {
    std::string words = exit_words(death);
    append(words, ". It said: ", printable(death["lastLine"].text()));
    return words;
}

std::string traffic(json::View ipc, const Look& look) {
    if (!ipc.is_object()) return {};
    std::string text = count(ipc["framesIn"].integer()) + " frames in, " +
                       count(ipc["framesOut"].integer()) + " out";
    if (ipc["lastPongMs"].integer() > 0)
        text += ", last pong " + age(ipc["lastPongMs"].integer(), look.now_ms);
    return text;
}

std::string health_words(json::View health, const Look& look) {
    std::string text = printable(health["level"].text());
    if (health["level"].text() != "ok") append(text, ": ", printable(health["reason"].text()));
    if (health["sinceMs"].integer() > 0)
        text += ", since " + age(health["sinceMs"].integer(), look.now_ms);
    if (health["seenAtMs"].integer() > 0)
        text += "; last " + printable(health["seen"].text()) + " " +
                age(health["seenAtMs"].integer(), look.now_ms);
    return text;
}

std::string streams(json::View egress) {
    if (!egress.is_object() || egress["connections"].integer() == 0) return {};
    std::string text = bytes(egress["bytesOut"].integer()) + " out, " +
                       bytes(egress["bytesIn"].integer()) + " in, " +
                       count(egress["connections"].integer()) + " connections, " +
                       count(egress["open"].integer()) + " open";
    if (egress["failed"].integer() > 0)
        text += ", " + count(egress["failed"].integer()) + " failed";
    return text;
}

std::string refused_hosts(json::View egress) {
    if (egress["refused"].integer() == 0) return {};
    return count(egress["refused"].integer()) + " times; last " +
           printable(egress["lastRefused"].text());
}

bool is_unwell(json::View worker) {
    const auto level = worker["health"]["level"].text();
    return level == "degraded" || level == "down";
}

// A process that serves can be judged down all the same: its platform is silent.
bool serves(json::View worker) {
    return worker["state"].text() == "ready" || worker["state"].text() == "draining";
}

std::string verdict_reason(json::View worker, const Look& look) {
    const auto health = worker["health"];
    if (!is_unwell(worker) || !serves(worker) || worker["ipc"]["unresponsive"].boolean()) return {};
    std::string text = printable(health["reason"].text());
    if (health["sinceMs"].integer() > 0)
        append(text, ", ", "since " + age(health["sinceMs"].integer(), look.now_ms));
    return text;
}

// Why it is as it is. A ready worker has nothing to explain, unless something is odd.
std::string reason(json::View worker) {
    std::string text;
    if (worker["manualStop"].boolean()) append(text, "; ", "stopped by the operator");
    if (worker["ipc"]["unresponsive"].boolean()) append(text, "; ", "it does not answer pings");
    const bool is_well = worker["state"].text() == "ready";
    std::string why = printable(worker["stateReason"].text());
    if (why.empty() && !is_well) why = exit_words(worker["lastExit"]);
    if (!is_well) append(text, "; ", why);
    return text;
}

std::string deaths_table(json::View deaths, const Look& look) {
    if (deaths.size() == 0) return {};
    std::vector<json::View> latest_first;
    deaths.each_element([&](json::View death) { return latest_first.push_back(death), true; });
    std::ranges::stable_sort(latest_first, std::greater(),
                             [](json::View death) { return death["atMs"].integer(); });
    Table table({"When", "Served", "Reason"});
    for (const auto& death : latest_first)
        table.add({age(death["atMs"].integer(), look.now_ms), duration(death["servedMs"].integer()),
                   death_words(death)});
    return "\n" + look.heading("Deaths, the last first") + "\n" + table.render(look);
}

// The level, then each wall: what it lets through, or what is missing on this machine.
void add_sandbox(Facts& facts, json::View worker) {
    const auto level = printable(worker["sandbox"].text());
    if (level.empty()) return;
    facts.add("Sandbox", {level, level == "whole" ? Ink::good : Ink::warning});
    worker["sandboxLayers"].each_element([&](json::View layer) {
        const bool holds = layer["holds"].boolean();
        const bool is_missed = !holds && !layer["spare"].boolean();
        facts.add("  " + printable(layer["name"].text()),
                  {(holds ? "" : "missing: ") + printable(layer["detail"].text()),
                   is_missed ? Ink::warning : Ink::muted});
        return true;
    });
}

// Of a list: who runs behind fewer walls than there are.
std::string exposure(json::View worker) {
    const auto level = printable(worker["sandbox"].text());
    if (!is_alive(worker) || level.empty() || level == "whole") return {};
    return "sandbox: " + level;
}

} // namespace

Ink ink_for_state(std::string_view state) {
    if (state == "ready") return Ink::good;
    if (state == "failed" || state == "suppressed") return Ink::bad;
    if (state == "stopped" || state == "down" || state == "not-configured") return Ink::muted;
    return Ink::warning; // on its way: spawning, starting, degraded, draining, stopping, backoff
}

Ink ink_for_verdict(std::string_view level) {
    if (level == "ok") return Ink::good;
    if (level == "down") return Ink::bad;
    return level == "degraded" ? Ink::warning : Ink::muted;
}

Ink ink_for_worker(json::View worker) {
    const auto of_state = ink_for_state(worker["state"].text());
    const bool state_says_it = of_state == Ink::bad || !is_unwell(worker);
    return state_says_it ? of_state : ink_for_verdict(worker["health"]["level"].text());
}

bool worker_needs_attention(json::View worker) {
    const auto state = worker["state"].text();
    if (worker["manualStop"].boolean() || state == "not-configured") return false;
    return state != "ready" || worker["ipc"]["unresponsive"].boolean() || is_unwell(worker);
}

std::string worker_state_words(json::View worker) {
    if (serves(worker) && is_unwell(worker) && !worker["ipc"]["unresponsive"].boolean())
        return "is " + std::string(worker["health"]["level"].text());
    constexpr std::pair<std::string_view, std::string_view> words[] = {
        {"backoff", "is backing off"}, {"failed", "has given up"}, {"ready", "does not answer"}};
    for (const auto& [state, text] : words)
        if (worker["state"].text() == state) return std::string(text);
    return "is " + printable(worker["state"].text("in no known state"));
}

std::string other_build(json::View worker, json::View supervisor) {
    const auto own = supervisor["buildId"].text(), its = worker["buildId"].text();
    if (worker["state"].text() != "ready" || its.empty() || own.empty() || its == own) return {};
    return "it runs build " + printable(its) + ", the gateway is build " + printable(own);
}

std::string worker_detail(json::View worker, const Look& look) {
    std::string text = next_try(worker["backoff"], look);
    append(text, ": ", reason(worker));
    append(text, "; ", verdict_reason(worker, look));
    return text;
}

std::string workers_summary(json::View list) {
    std::int64_t running = 0, backing_off = 0, stopped = 0, other = 0;
    list["workers"].each_element([&](json::View worker) {
        const auto state = worker["state"].text();
        ++(state == "ready" || state == "degraded"                      ? running
           : state == "backoff"                                         ? backing_off
           : state == "stopped" || state == "down" || state == "failed" ? stopped
                                                                        : other);
        return true;
    });
    return std::to_string(running) + " running · " + std::to_string(backing_off) +
           " backing off · " + std::to_string(stopped) + " stopped" +
           (other > 0 ? " · " + std::to_string(other) + " changing" : "");
}

std::string workers_table(json::View list, const Look& look) {
    Table table({"Worker", "Health", "State", "PID", "Up", "Restarts", "CPU", "Memory", "Queued",
                 "Last contact"});
    table.keep_whole(0).keep_whole(1).keep_whole(2);
    list["workers"].each_element([&](json::View worker) {
        const bool alive = is_alive(worker);
        const auto queued = worker["ipc"]["queued"].integer() + worker["ipc"]["inFlight"].integer();
        const auto contact = worker["lastUpstreamMs"].integer();
        const auto level = worker["health"]["level"].text("-");
        table.add({printable(worker["id"].text()),
                   {printable(level), ink_for_verdict(level)},
                   {printable(worker["state"].text()), ink_for_state(worker["state"].text())},
                   text_or_dash(text_of(worker["pid"])),
                   text_or_dash(uptime(worker, look)),
                   restarts(worker),
                   alive ? percent(worker["resources"]["cpuRatio"].number()) : "-",
                   alive && memory_of(worker) > 0 ? bytes(memory_of(worker)) : "-",
                   std::to_string(queued),
                   contact > 0 ? age(contact, look.now_ms) : "-"});
        return true;
    });
    return table.render(look);
}

std::string workers_view(json::View list, const Look& look) {
    const auto supervisor = list["supervisor"];
    std::string out = look.heading("Workers") + "  supervisor pid " + text_of(supervisor["pid"]);
    if (supervisor["startedAtMs"].integer() > 0)
        out += ", up " + duration(look.now_ms - supervisor["startedAtMs"].integer());
    if (list["workers"].size() == 0)
        return out + "\nNo workers: nothing is configured that needs one.\n";
    out += "\n" + workers_table(list, look);
    list["workers"].each_element([&](json::View worker) {
        const auto detail = worker_detail(worker, look);
        const auto ink = worker_needs_attention(worker) ? ink_for_worker(worker) : Ink::muted;
        if (!detail.empty())
            out += look.paint(ink, "! " + printable(worker["id"].text()) + ": " + detail) + "\n";
        if (const auto exposed = exposure(worker); !exposed.empty())
            out +=
                look.paint(Ink::warning, "! " + printable(worker["id"].text()) + ": " + exposed) +
                "\n";
        if (const auto other = other_build(worker, supervisor); !other.empty())
            out += look.paint(Ink::muted, "! " + printable(worker["id"].text()) + ": " + other +
                                              "; openclaw workers recycle " +
                                              printable(worker["id"].text())) +
                   "\n";
        return true;
    });
    return out + look.paint(Ink::muted, "One in detail: openclaw workers show ID") + "\n";
}

std::string worker_view(json::View worker, const Look& look) {
    const auto resources = worker["resources"], ipc = worker["ipc"];
    const bool alive = is_alive(worker);
    Facts facts;
    facts.add("State", {printable(worker["state"].text()), ink_for_state(worker["state"].text())});
    facts.add("Health", health_words(worker["health"], look));
    facts.add("Why", reason(worker));
    if (worker["needsOperator"].boolean())
        facts.add("Needs you", {"no restart helps before something is changed", Ink::bad});
    facts.add("Kind", printable(worker["kind"].text()));
    facts.add("Process",
              alive ? "pid " + text_of(worker["pid"]) + ", up " + uptime(worker, look) : "none");
    facts.add("Generation", text_of(worker["generation"]));
    facts.add("Restarts", restarts(worker) + ", " +
                              std::to_string(worker["restarts"]["consecutive"].integer()) +
                              " in a row");
    facts.add("Next try", next_try(worker["backoff"], look));
    if (alive) facts.add("CPU", percent(resources["cpuRatio"].number()) + " of a core");
    if (resources["rssBytes"].integer() > 0)
        facts.add("Memory",
                  bytes(resources["rssBytes"].integer()) + " resident" +
                      (resources["pssBytes"].integer() > 0
                           ? ", " + bytes(resources["pssBytes"].integer()) + " its share (PSS)"
                           : ""));
    facts.add("Queue", ipc.is_object()
                           ? std::to_string(ipc["queued"].integer()) + " waiting, " +
                                 std::to_string(ipc["inFlight"].integer()) + " on the wire, " +
                                 std::to_string(ipc["credits"].integer()) + " credits left"
                           : "");
    facts.add("Link", traffic(ipc, look));
    facts.add("Internet", streams(worker["egress"]));
    facts.add("Refused", {refused_hosts(worker["egress"]), Ink::bad});
    facts.add("Last contact",
              worker["lastUpstreamMs"].integer() > 0
                  ? age(worker["lastUpstreamMs"].integer(), look.now_ms) + " with its platform"
                  : "");
    add_sandbox(facts, worker);
    facts.add("Build", printable(worker["buildId"].text()));
    return look.heading(printable(worker["id"].text())) + "\n" + facts.render(look) +
           deaths_table(worker["deaths"], look);
}

} // namespace openclaw::cli
