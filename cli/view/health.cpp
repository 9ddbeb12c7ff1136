#include "cli/view/health.h"

#include "cli/view/channels.h"
#include "cli/view/text_width.h"
#include "cli/view/words.h"
#include "cli/view/workers.h"

#include <cmath>
#include <cstdio>

namespace openclaw::cli {

namespace {

std::string three_decimals(double value) {
    char text[32];
    snprintf(text, sizeof text, "%.3f", value);
    return text;
}

std::string listed(std::string_view title, json::View ids, Ink ink, const Look& look) {
    std::string names;
    ids.each_element([&](json::View id) { return names += ", " + printable(id.text()), true; });
    if (names.empty()) return {};
    return std::string(title) + ": " + look.paint(ink, names.substr(2)) + "\n";
}

std::string level_lines(json::View verdict, const Look& look) {
    const auto level = verdict["level"].text();
    if (level.empty()) return {}; // the gateway is older than its verdicts
    return "Health: " + look.paint(ink_for_verdict(level), printable(level)) + "\n" +
           listed("Down", verdict["down"], Ink::bad, look) +
           listed("Degraded", verdict["degraded"], Ink::warning, look);
}

// The processes that serve no channel: the agent, egress.
std::string process_lines(json::View processes, const Look& look) {
    std::string lines;
    processes.each_member([&](std::string_view id, json::View verdict) {
        const auto level = verdict["level"].text(), why = verdict["reason"].text();
        lines += capitalised(printable(id)) + ": " +
                 look.paint(ink_for_verdict(level), printable(level)) +
                 (level == "ok" || why.empty() ? "" : " (" + printable(why) + ")") + "\n";
        return true;
    });
    return lines;
}

std::string channel_line(std::string_view label, json::View channel, const Look& look) {
    const auto state = account_state(channel);
    const auto why = channel["stateReason"].text(channel["lastError"].text());
    return std::string(label) + ": " +
           look.paint(state.ink, state.word == "OK" ? "ok" : state.word) +
           (state.needs_attention && !why.empty() ? " (" + printable(why) + ")" : "") + "\n";
}

std::string agents_line(json::View health) {
    std::string names;
    health["agents"].each_element([&](json::View agent) {
        names += (names.empty() ? "" : ", ") + printable(agent["agentId"].text()) +
                 (agent["isDefault"].boolean() ? " (default)" : "");
        return true;
    });
    return names.empty() ? std::string() : "Agents: " + names + "\n";
}

std::string heartbeat_line(json::View health) {
    const auto seconds = health["heartbeatSeconds"].integer();
    if (seconds <= 0) return "Heartbeat interval: off\n";
    return "Heartbeat interval: " + duration(seconds * 1000) + " (" +
           printable(health["defaultAgentId"].text("main")) + ")\n";
}

} // namespace

std::string event_loop_words(json::View loop) {
    if (!loop.is_object()) return {};
    std::string reasons;
    loop["reasons"].each_element(
        [&](json::View reason) { return reasons += " " + printable(reason.text()), true; });
    return (loop["degraded"].boolean() ? "degraded" + reasons : "ok") +
           " max=" + std::to_string(std::lround(loop["delayMaxMs"].number())) +
           "ms p99=" + std::to_string(std::lround(loop["delayP99Ms"].number())) +
           "ms util=" + three_decimals(loop["utilization"].number()) +
           " cpu=" + three_decimals(loop["cpuCoreRatio"].number());
}

std::string health_view(json::View health, const Look& look) {
    const auto verdict = health["health"];
    std::string out = level_lines(verdict, look) + process_lines(verdict["processes"], look);
    health["channels"].each_member([&](std::string_view id, json::View channel) {
        const std::string label(health["channelLabels"][id].text(capitalised(id)));
        if (channel["accounts"].size() == 0) return out += channel_line(label, channel, look), true;
        channel["accounts"].each_member([&](std::string_view account_id, json::View account) {
            return out += channel_line(label + " " + printable(account_id), account, look), true;
        });
        return true;
    });
    const auto loop = event_loop_words(health["eventLoop"]);
    if (!loop.empty()) out += "Gateway event loop: " + loop + "\n";
    out += "Gateway probe duration: " + duration(health["durationMs"].integer()) + "\n" +
           agents_line(health) + heartbeat_line(health);
    const auto sessions = health["sessions"];
    if (sessions.is_object())
        out += "Session store (" + printable(health["defaultAgentId"].text("main")) +
               "): " + short_path(printable(sessions["path"].text()), look) + " (" +
               std::to_string(sessions["count"].integer()) +
               (sessions["count"].integer() == 1 ? " entry" : " entries") + ")\n";
    return out;
}

} // namespace openclaw::cli
