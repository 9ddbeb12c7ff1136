// What becomes of a note to the owner: followed from the moment it is owed, over restarts too.
#include "common/log/log.h"
#include "supervisor/flow/alerts.h"

#include <algorithm>
#include <utility>

namespace openclaw::flow {

namespace {

bool has_fate(const ledger::OutboxRow& row) {
    return row.state != ledger::OutboxState::queued && row.state != ledger::OutboxState::sending;
}

ledger::OutboxRow long_sent(const std::string& action_id) {
    ledger::OutboxRow row;
    row.action_id = action_id;
    row.state = ledger::OutboxState::sent;
    return row;
}

} // namespace

// Is the fate of its note known, or will it be told? A note of an earlier life is found again.
bool Alerts::follow(const std::string& id, Incident& incident) {
    if (incident.action.empty() || incident.is_followed) return true;
    if (deliveries_.is_known(incident.action)) return watch(id, incident), true;
    if (!incident.is_looked_up) look_up(id, incident);
    return false;
}

void Alerts::watch(const std::string& id, Incident& incident) {
    incident.is_followed = true;
    deliveries_.on_settled(incident.action,
                           [this, id](const ledger::OutboxRow& row) { on_settled(id, row); });
}

void Alerts::look_up(const std::string& id, Incident& incident) {
    incident.is_looked_up = true;
    rooms_.ledger.outbox.of_action(incident.action, [this, id, action = incident.action](
                                                        auto rows) { on_found(id, action, rows); });
}

void Alerts::on_found(const std::string& id, const std::string& action_id,
                      const Result<std::vector<ledger::OutboxRow>>& rows) {
    const auto found = incidents_.find(id);
    if (found == incidents_.end() || found->second.action != action_id) return;
    found->second.is_looked_up = false;
    if (!rows) return look_again();
    // It was written in one unit with the incident: who has no row any more is old news, and told.
    if (rows->empty()) return on_settled(id, long_sent(action_id));
    if (has_fate(rows->front())) return on_settled(id, rows->front());
    look_again(); // what is unfinished is still being read
}

// A contact that cannot be reached (blocked, unknown) is followed by the next one. An unknown
// outcome is left alone: twice is worse than once.
void Alerts::on_settled(const std::string& id, const ledger::OutboxRow& row) {
    const auto found = incidents_.find(id);
    if (found == incidents_.end() || found->second.action != row.action_id) return; // taken back
    Incident& incident = found->second;
    if (row.state != ledger::OutboxState::failed) {
        incident.action.clear();
        incident.is_heard = true;
    } else {
        log::warn("owner.alert_failed", {{"account", id}, {"why", row.error}});
        if (row.error_code != Deliveries::withdrawn) ++incident.refusals;
        incident.untell();
    }
    keep(id, incident);
    look_soon();
}

// What was sent waits for nothing; what was not, only for an account that is well.
bool Alerts::may_wait(const Incident& incident, const std::vector<policy::Judged>& all) const {
    const auto* row = deliveries_.row(incident.action);
    if (row == nullptr) return true;
    const auto way =
        std::ranges::find(all, worker_id(row->to.channel, row->to.account), &policy::Judged::id);
    return way != all.end() && way->verdict.level == policy::Level::ok;
}

// False: it is with a worker, and its fate is told.
bool Alerts::take_back(const std::string& id, Incident& incident, std::string_view why) {
    if (incident.action.empty()) return true;
    const auto action = std::exchange(incident.action, {}); // its end is not a refusal
    if (!deliveries_.withdraw(action, why)) {
        incident.action = action;
        return false;
    }
    incident.untell();
    keep(id, incident);
    return true;
}

} // namespace openclaw::flow
