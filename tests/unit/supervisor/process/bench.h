// A set of workers in the hands of a test: real processes, a recording listener, shortened limits,
// no sleeping.
#pragma once

#include "common/config/channels/echo.h"
#include "common/log/log.h"
#include "supervisor/process/workers.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace openclaw::process {

// The echo worker's row with limits a test can wait for.
constexpr WorkerSpec quick_spec() {
    WorkerSpec spec = config::echo_worker;
    spec.limits.ping_every = Milliseconds(100);
    spec.limits.ping_late = Milliseconds(100);
    spec.limits.term_within = Milliseconds(500);
    spec.restart.first = Milliseconds(20);
    spec.restart.max = Milliseconds(40);
    spec.restart.served_max = Milliseconds(20);
    return spec;
}

inline constexpr WorkerSpec quick = quick_spec();

// For tests of hung workers: a slow machine may call a healthy one hung.
inline constexpr WorkerSpec impatient = [] {
    WorkerSpec spec = quick_spec();
    spec.limits.hung_after = Milliseconds(600);
    return spec;
}();

inline WantedWorker echo(std::string id, std::string settings = "{}",
                         const WorkerSpec& spec = quick) {
    WantedWorker worker;
    worker.spec = &spec;
    worker.id = std::move(id);
    worker.settings_json = std::move(settings);
    return worker;
}

inline std::vector<WantedWorker> all(WantedWorker one) {
    std::vector<WantedWorker> list;
    list.push_back(std::move(one));
    return list;
}

struct Recorder : Listener {
    std::vector<std::string> story; // "ready echo:a", "down echo:a", "frame 39"
    std::vector<wire::Frame> frames;
    std::vector<std::uint64_t> generations;
    std::string last_down;
    int changes = 0;

    void on_ready(const std::string& id, std::uint64_t generation) override {
        story.push_back("ready " + id);
        generations.push_back(generation);
    }

    void on_frame(const std::string&, const wire::Frame& frame, Fds) override {
        frames.push_back(frame);
    }

    void on_down(const std::string& id, const std::string& reason, process::Whose) override {
        story.push_back("down " + id);
        last_down = reason;
    }

    void on_view_changed(const std::string&) override { ++changes; }

    std::ptrdiff_t count(const std::string& line) const { return std::ranges::count(story, line); }
};

struct Bench {
    Loop loop;
    Recorder recorder;
    std::vector<std::pair<std::string, std::string>> state;
    std::vector<std::string> log_lines; // "worker.ready worker=echo:a pid=12"
    Workers workers;

    explicit Bench(std::string programs = OPENCLAW_WORKERS_DIR)
        : workers(loop, Programs({std::move(programs)}),
                  [this](const std::string&) { return state; }) {
        log::redirect(
            [this](log::Level, std::string_view event, std::span<const log::Field> fields) {
                std::string line(event);
                for (const auto& field : fields)
                    line.append(" ").append(field.name).append("=").append(field.value);
                log_lines.push_back(std::move(line));
            });
        workers.set_listener(&recorder);
    }

    ~Bench() { log::redirect({}); }

    // Turns the loop until `holds`, for at most half a minute; the answer is whether it came to
    // hold.
    template <class Condition>
    bool until(Condition holds) {
        bool is_late = false;
        Timer guard(loop);
        guard.start(std::chrono::seconds(30), [&] { is_late = true; });
        while (!holds() && !is_late)
            loop.turn();
        return holds();
    }

    // Turns the loop for so long, for what must not happen; the answer is whether it did.
    template <class Condition>
    bool passes(Milliseconds span, Condition happens) {
        bool is_over = false;
        Timer end(loop);
        end.start(span, [&] { is_over = true; });
        while (!is_over && !happens())
            loop.turn();
        return happens();
    }

    bool until_ready(const std::string& id, std::ptrdiff_t times = 1) {
        return until([&] { return recorder.count("ready " + id) >= times; });
    }

    bool until_state(const std::string& id, State wanted) {
        return until([&] { return view(id).state == wanted; });
    }

    bool has_logged(std::string_view start) const {
        return std::ranges::any_of(
            log_lines, [&](const std::string& line) { return line.starts_with(start); });
    }

    WorkerView view(const std::string& id) { return workers.view(id).value_or(WorkerView{}); }

    bool until_died(const std::string& id) {
        return until([&] { return !view(id).deaths.empty(); });
    }
};

} // namespace openclaw::process
