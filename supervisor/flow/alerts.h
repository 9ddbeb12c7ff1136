// flow/alerts.h — an account is down: the owner hears it over another one, and hears when it is
// back, with the time it took. Once each.
//
// The supervisor does it alone: no agent and no model is asked. An incident begins when an account
// is judged down (policy/health) and is on disk from then on. It is told when it has lasted
// gateway.alerts.downForMs, or at once when only a person can help; it ends when the account has
// been well for a moment. That something was told is recorded in the unit that records the message
// (the outbox): a kill at any moment leaves both or neither, and the message is one that is never
// sent twice. Its fate is followed, over restarts too: a contact that refuses is followed by the
// next; a note that waits for an account which is not well itself is withdrawn and goes another
// way; one that has not left when all is well again is withdrawn. "Back" is said to who heard, or
// may have heard, "down". What was told as an outage is told once more when it needs a person.
// What nobody can be told now (no other account is well) is told when somebody can; when all is
// well again before that, one note says how long it was, over the account itself if need be.
// After a sleep of the machine everything looks old: an incident must be seen for a moment, awake.
#pragma once

#include "common/base/wall_epoch.h"
#include "common/loop/timer.h"
#include "supervisor/flow/deliveries.h"
#include "supervisor/flow/incident.h"
#include "supervisor/flow/rooms.h"
#include "supervisor/policy/alert_route.h"
#include "supervisor/policy/health.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace openclaw::flow {

class Alerts {
  public:
    using JudgeAll = std::function<std::vector<policy::Judged>()>;

    static constexpr std::string_view book = "@incidents"; // in ledger/worker_state

    Alerts(Rooms& rooms, Deliveries& deliveries, JudgeAll judge_all);

    // Something has changed: an account, its process, the configuration. Looks at the end of the
    // turn, and by itself when time alone changes a verdict.
    void look_soon();

    std::size_t open_count() const { return incidents_.size(); }

  private:
    void look();
    void look_at(const policy::Judged& one, const std::vector<policy::Judged>& all);
    void on_down(const policy::Judged& one, const std::vector<policy::Judged>& all);
    void on_well(const policy::Judged& one, const std::vector<policy::Judged>& all);
    void close(const std::string& id);
    bool follow(const std::string& id, Incident& incident);
    void watch(const std::string& id, Incident& incident);
    void look_up(const std::string& id, Incident& incident);
    void on_found(const std::string& id, const std::string& action_id,
                  const Result<std::vector<ledger::OutboxRow>>& rows);
    void on_settled(const std::string& id, const ledger::OutboxRow& row);
    bool may_wait(const Incident& incident, const std::vector<policy::Judged>& all) const;
    bool take_back(const std::string& id, Incident& incident, std::string_view why);
    void tell_down(const policy::Judged& one, Incident& incident,
                   const std::vector<policy::Contact>& contacts, std::string_view as);
    void on_told(const std::string& id, const std::string& action_id, const Result<void>& kept);
    void tell_back(const policy::Judged& one, const policy::Contact& to);
    void look_again();
    std::vector<policy::Contact> contacts_for(const policy::Judged& one,
                                              const std::vector<policy::Judged>& all) const;
    std::optional<policy::Contact> contact_for_return(const policy::Judged& one,
                                                      const std::vector<policy::Judged>& all) const;
    policy::LetIn let_in() const;
    ledger::OutboxRow row_for(const policy::Contact& to, std::string action_id,
                              std::string text) const;
    ledger::Writes with_record(ledger::Write owed, const std::string& id, const Incident* incident);
    void keep(const std::string& id, const Incident& incident);
    void follow_clock();
    void plan(std::int64_t at_ms);
    std::int64_t settle_ms() const;
    const config::AlertRule& rule() const;

    Rooms& rooms_;
    Deliveries& deliveries_;
    JudgeAll judge_all_;
    std::map<std::string, Incident> incidents_; // by id
    Timer next_;
    WallEpoch wall_{std::chrono::seconds(1)};
    std::int64_t next_ms_ = 0; // while looking: the earliest moment to look again; 0: none
};

} // namespace openclaw::flow
