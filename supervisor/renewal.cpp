#include "supervisor/renewal.h"

#include "common/log/log.h"
#include "common/version.h"

#include <algorithm>

namespace openclaw {

namespace {

// Only while there is somebody to replace.
constexpr Milliseconds renewal_look_every = std::chrono::seconds(2);

bool is_of_another_build(const process::WorkerView& worker) {
    return worker.state == process::State::ready && worker.build_id != build_id;
}

} // namespace

Renewal::Renewal(Standing& facts)
    : facts_(facts)
    , again_(facts.loop) {}

void Renewal::begin() {
    const auto views = facts_.workers.views();
    if (std::ranges::any_of(views, is_of_another_build))
        again_.start(renewal_look_every, [this] { look(); });
}

void Renewal::look() {
    const auto views = facts_.workers.views();
    const bool one_is_on_its_way = !facts_.workers.is_settled();
    const auto next = std::ranges::find_if(views, [&](const process::WorkerView& worker) {
        return is_of_another_build(worker) && is_idle(worker);
    });
    if (!one_is_on_its_way && next != views.end()) {
        log::info("upgrade.renews", {{"worker", next->id}, {"from", next->build_id}});
        (void)facts_.workers.restart(next->id);
    }
    begin();
}

bool Renewal::is_idle(const process::WorkerView& worker) const {
    const bool has_work = worker.health && worker.health->in_flight + worker.health->queued > 0;
    if (worker.is_channel) return !has_work && facts_.deliveries.owed_by(worker.id) == 0;
    return !has_work && facts_.runs.active_count() == 0;
}

} // namespace openclaw
