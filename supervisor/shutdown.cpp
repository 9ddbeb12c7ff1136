#include "supervisor/shutdown.h"

#include "common/log/log.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace openclaw {

namespace {

// Without a word of the service manager: below systemd's default of 90 s, with the workers' share.
constexpr Milliseconds usual_drain = std::chrono::seconds(20);
// OPS.md 8.2: the reserve for the last writes and close is the workers', too; the margin is before
// the manager's patience ends.
constexpr Milliseconds workers_budget = std::chrono::seconds(10);
constexpr Milliseconds exit_margin = std::chrono::seconds(5);
constexpr Milliseconds look_every{25}; // only while draining

// The unit tells how long it waits (systemd/): the rest is for work in progress.
Milliseconds drain_budget() {
    const char* text = std::getenv("OPENCLAW_STOP_WITHIN_SEC");
    const auto patience = std::chrono::seconds(text == nullptr ? 0 : std::atoi(text));
    const Milliseconds left = patience - workers_budget - exit_margin;
    return patience.count() == 0 ? usual_drain : std::max(left, Milliseconds(0));
}

} // namespace

Shutdown::Shutdown(Standing& facts, Edge& edge, const ServiceManager& manager)
    : facts_(facts)
    , edge_(edge)
    , manager_(manager)
    , look_again_(facts.loop)
    , terminate_(facts.loop, SIGTERM, [this] { on_signal("SIGTERM"); })
    , interrupt_(facts.loop, SIGINT, [this] { on_signal("SIGINT"); }) {}

// Deferred: the answer to who asked goes out before the gateway stops taking work.
bool Shutdown::restart(std::string_view reason) {
    if (signals_ > 0) return false;
    ++signals_;
    is_restart_ = true;
    edge_.will_return();
    facts_.loop.defer([this, why = std::string(reason)] { begin("restart: " + why); });
    return true;
}

void Shutdown::heed() {
    if (!std::exchange(is_held_, false) || asked_by_.empty()) return;
    begin(asked_by_);
    if (signals_ > 1) drain_workers(); // asked twice
}

void Shutdown::on_signal(std::string_view name) {
    if (++signals_ > 2) _exit(1);
    if (is_held_) {
        asked_by_ = name;
        return;
    }
    if (signals_ == 1) return begin(name);
    if (std::exchange(is_restart_, false)) manager_.stopping("Stopping instead of restarting");
    log::warn("gateway.stop_hurried", {{"signal", name}, {"times", signals_}});
    drain_workers();
}

void Shutdown::begin(std::string_view name) {
    log::info("gateway.stopping", {{"signal", name},
                                   {"runs", facts_.runs.active_count()},
                                   {"answers", facts_.deliveries.waiting_count()}});
    if (is_restart_)
        manager_.reloading();
    else
        manager_.stopping("Finishing what was begun");
    edge_.refuse_work();
    facts_.runs.refuse_new("the gateway is stopping");
    give_up_at_ = facts_.loop.clock().now() + drain_budget();
    wait_for_work();
}

void Shutdown::wait_for_work() {
    // Runs without an agent and answers without a channel wait on disk as well as here.
    const bool runs_go_on = facts_.runs.active_count() > 0 &&
                            facts_.workers.link(std::string(flow::agent_worker_id)) != nullptr;
    const bool is_idle = !runs_go_on && facts_.deliveries.in_hand_count() == 0 &&
                         !edge_.is_changing_config(); // who asked hears that it was written
    if (is_idle || facts_.loop.clock().now() >= give_up_at_) return drain_workers();
    look_again_.start(look_every, [this] { wait_for_work(); });
}

void Shutdown::drain_workers() {
    if (std::exchange(workers_are_draining_, true)) return;
    look_again_.stop();
    if (const auto left = facts_.runs.active_count() + facts_.deliveries.waiting_count(); left > 0)
        log::info("gateway.left_for_next_start", {{"count", left}});
    facts_.runs.expect_no_agent();
    facts_.workers.drain_all(workers_budget, [this] { close_books(); });
}

void Shutdown::close_books() {
    edge_.close();
    facts_.ledger->close([this](Result<void> closed) {
        if (!closed) {
            log::error("ledger.close_failed", {{"why", closed.error().sentence}});
            exit_code_ = 1;
        }
        log::info("gateway.stopped", {{"exit", exit_code_}});
        facts_.loop.stop();
    });
}

} // namespace openclaw
