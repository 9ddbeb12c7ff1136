// When an answer next needs attention by itself: it is due again, it expires, or its worker owes a
// report. One timer for all, armed for the earliest.
#include "supervisor/flow/deliveries.h"

#include <algorithm>

namespace openclaw::flow {

namespace {
constexpr Milliseconds report_grace = std::chrono::minutes(2); // a worker that never reports
}

void Deliveries::take_times(Delivery& delivery) const {
    flow::take_times(delivery, now(), rooms_.now_ms());
}

void Deliveries::plan_sweep(const Delivery& delivery) {
    if (delivery.is_stream) return;
    const bool expires = delivery.expires_at != Instant::max();
    if (delivery.is_in_hand) {
        if (expires) plan_at(delivery.expires_at + report_grace);
        return;
    }
    if (delivery.not_before != Instant{}) plan_at(delivery.not_before);
    if (expires) plan_at(delivery.expires_at);
}

void Deliveries::plan_at(Instant at) {
    if (next_sweep_ != Instant{} && next_sweep_ <= at) return;
    next_sweep_ = at;
    const auto pause = std::chrono::ceil<Milliseconds>(at - now());
    sweep_timer_.start(std::max(pause, Milliseconds(1)), [this] { sweep(); });
}

// When what is kept back by a suspicion may go, should nothing be heard before.
void Deliveries::plan_trial(const std::string& worker) {
    const auto from = table_.next_from(worker, now());
    if (from > now()) plan_at(from);
}

void Deliveries::sweep() {
    next_sweep_ = {};
    for (const auto place : table_.places()) // one that ends may end others
        if (auto* delivery = table_.at(place)) end_if_late(*delivery);
    for (const auto& worker : table_.workers())
        push(worker);
    for (const auto place : table_.places())
        if (const auto* delivery = table_.at(place)) plan_sweep(*delivery);
}

void Deliveries::end_if_late(Delivery& delivery) {
    if (delivery.is_stream) return;
    const auto moment = now();
    if (delivery.not_before <= moment) { // due: nothing is planned for the past
        delivery.not_before = {};
        delivery.row.next_try_at_ms = 0;
    }
    if (delivery.expires_at == Instant::max()) return;
    if (!delivery.is_in_hand && delivery.expires_at <= moment)
        return settle(delivery, ledger::OutboxState::failed, "expired",
                      "it waited past its expiry");
    if (delivery.is_in_hand && delivery.expires_at + report_grace <= moment)
        settle(delivery, ledger::OutboxState::unknown, "no_report",
               "the channel's worker never said what became of it");
}

} // namespace openclaw::flow
