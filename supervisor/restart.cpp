#include "supervisor/restart.h"

#include "common/log/log.h"
#include "supervisor/gateway_log.h"

#include <signal.h>

#include <algorithm>
#include <utility>

namespace openclaw {

namespace {

template <class Unit>
std::int64_t since(Instant then, const Clock& clock) {
    return std::chrono::duration_cast<Unit>(clock.now() - then).count();
}

} // namespace

Restart::Restart(Standing& facts, Edge& edge, const Shutdown& shutdown,
                 const ServiceManager& manager)
    : facts_(facts)
    , edge_(edge)
    , shutdown_(shutdown)
    , manager_(manager)
    , first_user_(facts.loop, SIGUSR1, [this] { on_signal("SIGUSR1", Reread::everything); })
    , second_user_(facts.loop, SIGUSR2, [this] { on_signal("SIGUSR2", Reread::everything); })
    , hang_up_(facts.loop, SIGHUP, [this] { on_signal("SIGHUP", Reread::config); }) {}

void Restart::on_signal(std::string_view name, Reread what) {
    if (what == Reread::everything && !facts_.generation.config().commands.restart)
        return log::warn(
            "restart.ignored",
            {{"signal", name},
             {"why", std::string(name) + " restart ignored (commands.restart=false)"}});
    ask(name, what);
}

void Restart::ask(std::string_view why, Reread what) {
    if (shutdown_.has_begun()) return log::info("restart.ignored", {{"why", "we are stopping"}});
    if (edge_.has_parted()) // read a moment before signals were left to the next image
        return log::info("restart.ignored",
                         {{"why", "another image takes over, and reads the configuration"}});
    if (!in_hand_) return begin(why, what);
    const bool is_more = !again_ || what == Reread::everything;
    if (is_more) again_.emplace(why, what);
}

void Restart::begin(std::string_view why, Reread what) {
    in_hand_ = what;
    begun_ = facts_.loop.clock().now();
    log::info("restart.begun", {{"by", why}});
    manager_.reloading();
    read();
}

// A slow disk makes the restart late and nothing else.
void Restart::read() {
    const auto outcome = std::make_shared<std::optional<Outcome>>();
    facts_.loop.on_pool(
        [outcome, before = edge_.prepared(), what = in_hand_.value_or(Reread::everything)] {
            outcome->emplace(make(before, what));
        },
        [this, alive = std::weak_ptr(alive_), outcome, number = facts_.generation.number()] {
            if (!alive.expired()) on_read(std::move(**outcome), number);
        });
}

Restart::Outcome Restart::make(const Preparation& before, Reread what) {
    auto preparation = prepare_again(before, what);
    if (!preparation) return std::unexpected(preparation.error());
    auto generation = std::make_unique<Generation>(preparation->config);
    return Next{.preparation = std::move(*preparation), .generation = std::move(generation)};
}

// A change over RPC that came into force meanwhile may not be in what was read.
void Restart::on_read(Outcome outcome, std::uint64_t number) {
    if (shutdown_.has_begun()) return;
    if (number != facts_.generation.number()) return read();
    if (!outcome) return refuse(outcome.error().text);
    put_in_force(std::move(*outcome));
}

void Restart::refuse(std::string_view why) {
    log::error("restart.refused", {{"why", why}, {"what", "everything is as it was before"}});
    manager_.ready("Configuration refused, serving on with the one before: " + std::string(why));
    finish();
}

// HOUSE 3.3: one turn of the loop. Nothing else runs meanwhile, so no pausing code exists: frames
// and connections that come now wait in their sockets.
void Restart::put_in_force(Next next) {
    const auto swap_began = facts_.loop.clock().now();
    if (auto moved = edge_.move_to(next.preparation.address); !moved)
        return refuse(moved.error().sentence);
    facts_.lock.describe(edge_.port());
    if (auto opened = open_log(next.preparation); !opened)
        log::warn("restart.log_unchanged", {{"why", opened.error().sentence}});
    if (in_hand_ == Reread::everything) edge_.begin_new_boot();
    edge_.use(std::move(next.preparation), std::move(next.generation));
    edge_.let_keep(manager_);
    const auto& clock = facts_.loop.clock();
    log::info("restart.done", {{"generation", facts_.generation.number()},
                               {"took_ms", since<Milliseconds>(begun_, clock)},
                               {"pause_us", since<std::chrono::microseconds>(swap_began, clock)}});
    report_configuration(edge_.prepared());
    manager_.ready(edge_.status_line());
    finish();
}

void Restart::finish() {
    in_hand_.reset();
    if (const auto next = std::exchange(again_, std::nullopt)) begin(next->first, next->second);
}

} // namespace openclaw
