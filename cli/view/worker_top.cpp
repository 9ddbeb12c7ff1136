#include "cli/view/worker_top.h"

#include "cli/view/table.h"
#include "cli/view/text_width.h"
#include "cli/view/words.h"
#include "cli/view/workers.h"

#include <algorithm>

namespace openclaw::cli {

namespace {

// ECMA-48: cursor cursor_home, erase to the end of the line, erase to the end of the screen.
constexpr std::string_view cursor_home = "\x1b[H", rest_of_line = "\x1b[K",
                           rest_of_screen = "\x1b[J";

std::int64_t memory_share_of(json::View resources) {
    const auto share = resources["pssBytes"].integer();
    return share > 0 ? share : resources["rssBytes"].integer();
}

std::string bytes_both_ways(json::View counters, std::string_view in, std::string_view out) {
    if (!counters.is_object()) return "-";
    return bytes(counters[in].integer()) + " / " + bytes(counters[out].integer());
}

Row row_of(json::View worker, const Look& look) {
    const bool alive = worker["pid"].integer() > 0;
    const auto ipc = worker["ipc"], resources = worker["resources"];
    const auto level = worker["health"]["level"].text("-"), state = worker["state"].text();
    const auto seen = worker["health"]["seenAtMs"].integer();
    return {printable(worker["id"].text()),
            {printable(level), ink_for_verdict(level)},
            {worker["paused"].boolean() ? "paused" : printable(state), ink_for_state(state)},
            alive ? std::to_string(worker["pid"].integer()) : "-",
            alive ? duration(worker["uptimeMs"].integer()) : "-",
            alive ? percent(resources["cpuRatio"].number()) : "-",
            alive && memory_share_of(resources) > 0 ? bytes(memory_share_of(resources)) : "-",
            std::to_string(ipc["queued"].integer() + ipc["inFlight"].integer()),
            bytes_both_ways(ipc, "bytesIn", "bytesOut"),
            bytes_both_ways(worker["egress"], "bytesIn", "bytesOut"),
            std::to_string(worker["restarts"]["total"].integer()),
            seen > 0 ? age(seen, look.now_ms) : "-"};
}

std::string first_line_of(json::View list, const Look& look) {
    const auto supervisor = list["supervisor"];
    std::int64_t memory = supervisor["pssBytes"].integer();
    list["workers"].each_element(
        [&](json::View worker) { return memory += memory_share_of(worker["resources"]), true; });
    return look.heading("OpenClaw " + printable(supervisor["version"].text())) + "  pid " +
           std::to_string(supervisor["pid"].integer()) + ", up " +
           duration(look.now_ms - supervisor["startedAtMs"].integer()) + ", " + bytes(memory) +
           " in all, " + workers_summary(list);
}

} // namespace

std::string worker_top(json::View list, const Look& look) {
    Table table({"Worker", "Health", "State", "PID", "Up", "CPU", "Memory", "Queued",
                 "Link in / out", "Net in / out", "Restarts", "Seen"});
    table.keep_whole(0).keep_whole(1).keep_whole(2);
    list["workers"].each_element(
        [&](json::View worker) { return table.add(row_of(worker, look)), true; });
    std::string out = first_line_of(list, look) + "\n" + table.render(look);
    list["workers"].each_element([&](json::View worker) {
        const auto level = worker["health"]["level"].text();
        const auto reason = worker["health"]["reason"].text();
        if ((level == "degraded" || level == "down") && !reason.empty())
            out += look.paint(ink_for_verdict(level),
                              "! " + printable(worker["id"].text()) + ": " + printable(reason)) +
                   "\n";
        return true;
    });
    return out;
}

std::string frame_line(json::View frame, const Look& look) {
    const bool to_worker = frame["direction"].text() == "to-worker";
    const std::string when = clock_time(frame["atMs"].integer());
    std::string type = printable(frame["type"].text());
    type.resize(std::max<std::size_t>(type.size(), 15), ' ');
    std::string size = bytes(frame["bytes"].integer());
    size.insert(0, size.size() < 8 ? 8 - size.size() : 0, ' ');
    std::string line = look.paint(Ink::muted, when.substr(when.find(' ') + 1)) + " " +
                       (to_worker ? "→ " : "← ") + type + " " + size;
    for (const auto* name : {"id", "re", "fds"})
        if (frame[name].integer() != 0)
            line += " " + std::string(name) + "=" + std::to_string(frame[name].integer());
    const auto trace = frame["trace"].text();
    return trace.empty() ? line : line + look.paint(Ink::muted, " trace=" + printable(trace));
}

std::string repaint(const std::string& screen) {
    std::string out(cursor_home);
    for (const char c : screen) {
        if (c == '\n') out += rest_of_line;
        out += c;
    }
    return out.append(rest_of_screen);
}

} // namespace openclaw::cli
