#include "supervisor/renewal.h"

#include "common/log/log.h"
#include "common/version.h"

#include <algorithm>

namespace openclaw {

namespace {

// Only while there is somebody to replace who has work in hand, or egress has not said yet what it
// carries for those that have just come.
constexpr Milliseconds renewal_look_every = std::chrono::seconds(2);
// What egress says of itself is as old as its last pong, at most 5 s (WorkerSpec::limits).
constexpr Milliseconds egress_tells_within = std::chrono::seconds(6);

void warn_of(const process::WorkerView& worker) {
    log::warn("upgrade.renewal_in_vain",
              {{"worker", worker.id},
               {"build", worker.build_id},
               {"wanted", build_id},
               {"why", "its program on the disk is of another build: install gateway and workers "
                       "from one build"}});
}

void tell_of(const process::WorkerView& egress) {
    log::info("upgrade.egress_stays",
              {{"build", egress.build_id},
               {"why", "it carries the platform connections; when they may be made anew: openclaw "
                       "workers recycle " +
                           egress.id}});
}

} // namespace

Renewal::Renewal(Standing& facts)
    : facts_(facts)
    , former_(build_id)
    , again_(facts.loop) {}

void Renewal::begin() {
    is_begun_ = former_.is_among(facts_.workers.views());
    if (!is_begun_) return;
    again_.start(renewal_look_every, [this] { look(); });
}

void Renewal::on_workers_changed() {
    if (is_begun_ && !again_.is_active()) again_.start(egress_tells_within, [this] { look(); });
}

void Renewal::look() {
    const auto views = facts_.workers.views();
    const auto choice =
        former_.choose(views, [this](const process::WorkerView& one) { return is_idle(one); });
    std::ranges::for_each(choice.in_vain, [](const auto* worker) { warn_of(*worker); });
    if (choice.carrier != nullptr) tell_of(*choice.carrier);
    if (choice.next != nullptr) {
        log::info("upgrade.renews", {{"worker", choice.next->id}, {"from", choice.next->build_id}});
        (void)facts_.workers.restart(choice.next->id);
    }
    is_begun_ = !choice.is_over;
    if (choice.must_look_again) again_.start(renewal_look_every, [this] { look(); });
}

bool Renewal::is_idle(const process::WorkerView& worker) const {
    if (!worker.health || worker.health->in_flight + worker.health->queued > 0) return false;
    if (worker.is_channel) return facts_.deliveries.owed_by(worker.id) == 0;
    return facts_.runs.active_count() == 0;
}

} // namespace openclaw
