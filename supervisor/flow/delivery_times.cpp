// When an answer next needs attention by itself: it is due again, it expires, or its worker owes a
// report. One timer for all, armed for the earliest.
#include "supervisor/flow/deliveries.h"

#include <algorithm>

namespace openclaw::flow {

namespace {
constexpr Milliseconds report_grace = std::chrono::minutes(2); // a worker that never reports
}

void Deliveries::plan_sweep(const Delivery& delivery) {
    if (delivery.is_stream) return;
    const auto& row = delivery.row;
    if (delivery.is_in_hand) {
        if (row.expires_at_ms > 0) plan_at(row.expires_at_ms + report_grace.count());
        return;
    }
    if (row.next_try_at_ms > 0) plan_at(row.next_try_at_ms);
    if (row.expires_at_ms > 0) plan_at(row.expires_at_ms);
}

void Deliveries::plan_at(std::int64_t at_ms) {
    if (next_sweep_ms_ != 0 && next_sweep_ms_ <= at_ms) return;
    next_sweep_ms_ = at_ms;
    sweep_timer_.start(Milliseconds(std::max<std::int64_t>(at_ms - rooms_.now_ms(), 1)),
                       [this] { sweep(); });
}

void Deliveries::sweep() {
    next_sweep_ms_ = 0;
    for (const auto place : table_.places()) // one that ends may end others
        if (auto* delivery = table_.at(place)) end_if_late(*delivery);
    for (const auto& worker : table_.workers())
        push(worker);
    for (const auto place : table_.places())
        if (const auto* delivery = table_.at(place)) plan_sweep(*delivery);
}

void Deliveries::end_if_late(Delivery& delivery) {
    if (delivery.is_stream) return;
    auto& row = delivery.row;
    const auto now = rooms_.now_ms();
    if (row.next_try_at_ms <= now) row.next_try_at_ms = 0; // due: nothing is planned for the past
    if (row.expires_at_ms == 0) return;
    if (!delivery.is_in_hand && row.expires_at_ms <= now)
        return settle(delivery, ledger::OutboxState::failed, "expired",
                      "it waited past its expiry");
    if (delivery.is_in_hand && row.expires_at_ms + report_grace.count() <= now)
        settle(delivery, ledger::OutboxState::unknown, "no_report",
               "the channel's worker never said what became of it");
}

} // namespace openclaw::flow
