#include "supervisor/former_builds.h"

#include "supervisor/flow/dials.h"

#include <algorithm>
#include <utility>

namespace openclaw {

namespace {

using process::State;
using process::WorkerView;

constexpr std::uint32_t short_pauses = 3; // of the first deaths in a row: seconds

bool is_on_its_way(const WorkerView& worker) {
    return worker.state == State::starting || worker.state == State::draining ||
           worker.state == State::stopping ||
           (worker.state == State::backoff && worker.attempt <= short_pauses);
}

bool is_egress(const WorkerView& worker) {
    return worker.id == flow::egress_worker_id;
}

// Who has just become ready is about to dial: what egress said before that is out of date.
constexpr Milliseconds dials_within = std::chrono::seconds(1);

bool is_out_of_date(const WorkerView& egress, const std::vector<WorkerView>& workers) {
    return !egress.health || std::ranges::any_of(workers, [&egress](const WorkerView& one) {
        return !is_egress(one) && one.state == State::ready &&
               egress.health->at < one.since + dials_within;
    });
}

} // namespace

bool FormerBuilds::is_former(const WorkerView& worker) const {
    return worker.state == State::ready && worker.build_id != own_build_;
}

bool FormerBuilds::is_among(const std::vector<WorkerView>& workers) const {
    return std::ranges::any_of(workers, [this](const WorkerView& one) { return is_former(one); });
}

bool FormerBuilds::came_back_the_same(const WorkerView& worker) {
    const auto attempt = tried_.find(worker.id);
    if (attempt == tried_.end() || worker.generation == attempt->second.generation) return false;
    return !std::exchange(attempt->second.is_told, true);
}

// Those that were not tried yet, in their order, egress last. Who was tried and is the same still
// is noted in `choice`.
std::vector<const WorkerView*> FormerBuilds::untried(const std::vector<WorkerView>& workers,
                                                     Choice& choice) {
    std::vector<const WorkerView*> left;
    for (const auto& worker : workers) {
        if (!is_former(worker)) continue;
        if (!tried_.contains(worker.id))
            left.push_back(&worker);
        else if (came_back_the_same(worker))
            choice.in_vain.push_back(&worker);
    }
    std::ranges::stable_sort(left, {}, [](const WorkerView* one) { return is_egress(*one); });
    return left;
}

FormerBuilds::Choice FormerBuilds::choose(const std::vector<WorkerView>& workers,
                                          const IsIdle& is_idle) {
    Choice choice;
    const auto candidates = untried(workers, choice);
    const bool only_egress = !candidates.empty() && is_egress(*candidates.front());
    choice.must_look_again = std::ranges::any_of(workers, is_on_its_way) ||
                             (only_egress && is_out_of_date(*candidates.front(), workers));
    choice.is_over = candidates.empty() && !choice.must_look_again;
    if (choice.must_look_again || candidates.empty()) return choice;
    const auto next = std::ranges::find_if(candidates, [&](const WorkerView* one) {
        return is_egress(*one) == only_egress && is_idle(*one);
    });
    choice.must_look_again = !only_egress || next != candidates.end();
    if (next != candidates.end()) {
        choice.next = *next;
        tried_[choice.next->id] = {.generation = choice.next->generation};
    } else if (only_egress && !std::exchange(carrier_is_told_, true)) {
        choice.carrier = candidates.front();
    }
    return choice;
}

} // namespace openclaw
