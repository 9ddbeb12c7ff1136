#include "supervisor/flow/alerts.h"

#include "common/base/strings.h"
#include "common/log/log.h"
#include "supervisor/flow/alert_text.h"

#include <algorithm>
#include <utility>

namespace openclaw::flow {

namespace {

// So long an account must be seen down, or well again, before anybody is told.
constexpr Milliseconds settle_at_most = std::chrono::seconds(15);
// A message that cannot leave for a day is news no more.
constexpr Milliseconds worth_telling = std::chrono::hours(24);
// The disk refused, or nobody could be told: look again.
constexpr Milliseconds again_after = std::chrono::seconds(30);
constexpr int most_refusals = 3; // of contacts, for one incident

std::string action_of(const std::string& id, std::int64_t since_ms, std::string_view what) {
    return "alert:" + id + ":" + std::to_string(since_ms) + ":" + std::string(what);
}

} // namespace

Alerts::Alerts(Rooms& rooms, Deliveries& deliveries, JudgeAll judge_all)
    : rooms_(rooms)
    , deliveries_(deliveries)
    , judge_all_(std::move(judge_all))
    , next_(rooms.loop) {
    for (const auto& [id, record] : rooms_.ledger.worker_state.of(book)) {
        auto& incident = incidents_[id] = Incident::of(record);
        // Nothing began in the future: the clock has been set back since.
        incident.since_ms = std::min(incident.since_ms, rooms_.now_ms());
    }
}

void Alerts::look_soon() {
    next_.start(Milliseconds(0), [this] { look(); });
}

void Alerts::look() {
    next_ms_ = 0;
    follow_clock();
    const auto all = judge_all_();
    for (const auto& one : all)
        look_at(one, all);
    std::vector<std::string> gone; // from the configuration
    for (const auto& [id, incident] : incidents_)
        if (std::ranges::find(all, id, &policy::Judged::id) == all.end()) gone.push_back(id);
    std::ranges::for_each(gone, [this](const std::string& id) { close(id); });
    if (next_ms_ > 0)
        next_.start(Milliseconds(std::max<std::int64_t>(1, next_ms_ - rooms_.now_ms())),
                    [this] { look(); });
}

void Alerts::look_at(const policy::Judged& one, const std::vector<policy::Judged>& all) {
    plan(one.verdict.changes_at_ms);
    if (one.verdict.counts() && one.verdict.level == policy::Level::down) return on_down(one, all);
    const auto found = incidents_.find(one.id);
    if (found == incidents_.end()) return;
    if (!one.verdict.counts()) return close(one.id); // switched off: nothing is owed any more
    if (one.verdict.level == policy::Level::ok) return on_well(one, all);
    found->second.well_at_ms = 0; // on its way, in whichever direction
}

void Alerts::on_down(const policy::Judged& one, const std::vector<policy::Judged>& all) {
    const auto now = rooms_.now_ms();
    const bool is_new = !incidents_.contains(one.id);
    Incident& incident = incidents_[one.id];
    incident.well_at_ms = 0;
    if (incident.seen_at_ms == 0) incident.seen_at_ms = now;
    if (is_new) {
        incident.since_ms = one.verdict.since_ms > 0 ? one.verdict.since_ms : now;
        keep(one.id, incident);
        log::error("account.down", {{"account", one.id},
                                    {"cause", policy::name(one.verdict.ailment)},
                                    {"reason", one.verdict.reason},
                                    {"since_ms", incident.since_ms}});
    }
    if (incident.is_being_told || !rule().enabled || !follow(one.id, incident)) return;
    const bool only_a_person_helps = one.verdict.ailment == policy::Ailment::needs_operator;
    const bool is_said = incident.told_as == Incident::needs_you ||
                         (incident.told_as == Incident::down && !only_a_person_helps);
    if (is_said && may_wait(incident, all)) return;
    if (!take_back(one.id, incident, "it is told otherwise")) return; // its worker has it
    if (incident.refusals >= most_refusals) return;
    const auto due = only_a_person_helps ? incident.seen_at_ms
                                         : std::max(incident.since_ms + rule().down_for.count(),
                                                    incident.seen_at_ms + settle_ms());
    if (now < due && !incident.is_due) return plan(due);
    const auto contacts = contacts_for(one, all);
    if (!contacts.empty())
        return tell_down(one, incident, contacts,
                         only_a_person_helps ? Incident::needs_you : Incident::down);
    if (!std::exchange(incident.is_due, true)) keep(one.id, incident);
    plan(now + again_after.count());
}

void Alerts::on_well(const policy::Judged& one, const std::vector<policy::Judged>& all) {
    const auto now = rooms_.now_ms();
    Incident& incident = incidents_.at(one.id);
    if (incident.is_being_told) return plan(now + again_after.count());
    if (!follow(one.id, incident)) return;
    if (!take_back(one.id, incident, "it is well again")) return; // whether it is heard comes soon
    const bool was_long = incident.is_due && now - incident.since_ms >= rule().down_for.count();
    if (!rule().enabled || (!incident.is_heard && !was_long)) return close(one.id);
    if (incident.well_at_ms == 0) incident.well_at_ms = now;
    if (const auto due = incident.well_at_ms + settle_ms(); now < due) return plan(due);
    const auto to = contact_for_return(one, all);
    if (to) return tell_back(one, *to);
    if (!incident.is_heard) return close(one.id); // nobody is known who would want to hear it
    plan(now + again_after.count());
}

void Alerts::close(const std::string& id) {
    const auto found = incidents_.find(id);
    if (found == incidents_.end() || found->second.is_being_told) return;
    if (!take_back(id, found->second, "nobody needs to know any more"))
        log::info("owner.alert_left", {{"account", id}, {"action", found->second.action}});
    log::info("account.incident_closed", {{"account", id}, {"since_ms", found->second.since_ms}});
    incidents_.erase(found);
    if (auto write = rooms_.ledger.worker_state.put(std::string(book), id, ""))
        rooms_.ledger.store->note(std::move(*write));
}

void Alerts::tell_down(const policy::Judged& one, Incident& incident,
                       const std::vector<policy::Contact>& contacts, std::string_view as) {
    const auto& to = contacts[static_cast<std::size_t>(incident.refusals) % contacts.size()];
    const auto action =
        action_of(one.id, incident.since_ms, "down:" + std::to_string(incident.notes++));
    incident.is_being_told = true;
    incident.is_due = true;
    incident.told_as = as;
    incident.action = action;
    auto unit = with_record(
        deliveries_.owe(row_for(to, action, down_text(one, incident.since_ms, rooms_.now_ms()))),
        one.id, &incident);
    watch(one.id, incident);
    log::info("owner.alerted",
              {{"account", one.id}, {"over", worker_id(to.channel, to.account)}, {"what", as}});
    rooms_.ledger.store->commit(std::move(unit), [this, id = one.id, action](Result<void> kept) {
        on_told(id, action, kept);
    });
}

// Meanwhile the account may be well again, or the contact may not be.
void Alerts::on_told(const std::string& id, const std::string& action_id,
                     const Result<void>& kept) {
    Incident& incident = incidents_.at(id); // nothing closes what is being told
    incident.is_being_told = false;
    if (kept) {
        deliveries_.release(action_id);
        return look_soon();
    }
    deliveries_.forget(action_id);
    incident.untell();
    keep(id, incident); // the record was taken back in memory
    look_again();
}

void Alerts::tell_back(const policy::Judged& one, const policy::Contact& to) {
    Incident& incident = incidents_.at(one.id);
    const auto action = action_of(one.id, incident.since_ms, "back");
    const auto say = incident.is_heard ? back_text : was_down_text;
    auto unit = with_record(
        deliveries_.owe(row_for(to, action, say(one, incident.since_ms, incident.well_at_ms))),
        one.id, nullptr);
    incident.is_being_told = true;
    log::info("owner.alerted",
              {{"account", one.id}, {"over", worker_id(to.channel, to.account)}, {"what", "back"}});
    rooms_.ledger.store->commit(std::move(unit), [this, id = one.id, action](Result<void> kept) {
        if (kept) {
            incidents_.erase(id);
            deliveries_.release(action);
            return look_soon(); // it may be down again meanwhile: that is another incident
        }
        incidents_.at(id).is_being_told = false;
        deliveries_.forget(action);
        keep(id, incidents_.at(id)); // the record was taken back in memory
        look_again();
    });
}

void Alerts::look_again() {
    next_.start(again_after, [this] { look(); });
}

policy::LetIn Alerts::let_in() const {
    return [this](std::string_view channel, std::string_view account) {
        auto people = rooms_.ledger.pairings.approved(channel, account);
        std::ranges::sort(people, {}, &ledger::ApprovedSender::approved_at_ms);
        std::vector<std::string> ids;
        for (auto& person : people)
            ids.push_back(std::move(person.sender_id));
        return ids;
    };
}

std::vector<policy::Contact> Alerts::contacts_for(const policy::Judged& one,
                                                  const std::vector<policy::Judged>& all) const {
    return policy::alert_contacts(rooms_.decisions.config(), all, one, let_in());
}

// It is well again: where there is no other account it can speak for itself.
std::optional<policy::Contact>
Alerts::contact_for_return(const policy::Judged& one,
                           const std::vector<policy::Judged>& all) const {
    const auto contacts = contacts_for(one, all);
    if (!contacts.empty()) return contacts.front();
    return policy::contact_over(rooms_.decisions.config(), one.id, let_in());
}

ledger::OutboxRow Alerts::row_for(const policy::Contact& to, std::string action_id,
                                  std::string text) const {
    return {.action_id = std::move(action_id),
            .to = {.channel = to.channel,
                   .account = to.account,
                   .chat = {.id = to.person, .thread_id = {}, .kind = ledger::ChatKind::direct}},
            .reply_to_message_id = {},
            .session_key = {},
            .run_id = {},
            .inbox_event_id = {},
            .trace = random_hex(6),
            .markdown = std::move(text),
            .retry_class = ledger::RetryClass::never_twice,
            .notice = true,
            .expires_at_ms = rooms_.now_ms() + worth_telling.count()};
}

// Null: the incident is over.
ledger::Writes Alerts::with_record(ledger::Write owed, const std::string& id,
                                   const Incident* incident) {
    auto unit = ledger::writes(std::move(owed));
    auto record = rooms_.ledger.worker_state.put(std::string(book), id,
                                                 incident == nullptr ? "" : incident->record());
    if (record) unit.push_back(std::move(*record));
    return unit;
}

void Alerts::keep(const std::string& id, const Incident& incident) {
    auto write = rooms_.ledger.worker_state.put(std::string(book), id, incident.record());
    if (write) rooms_.ledger.store->note(std::move(*write));
}

// What was noted by a wall clock that has been set since moves with it: an incident is as old as it
// was. A sleep of the machine is the same.
void Alerts::follow_clock() {
    const auto jump = wall_.follow(rooms_.loop.clock()).count();
    if (jump == 0) return;
    for (auto& [id, incident] : incidents_) {
        for (auto* moment : {&incident.since_ms, &incident.seen_at_ms, &incident.well_at_ms})
            if (*moment != 0) *moment += jump;
        keep(id, incident);
    }
}

void Alerts::plan(std::int64_t at_ms) {
    if (at_ms > 0 && (next_ms_ == 0 || at_ms < next_ms_)) next_ms_ = at_ms;
}

std::int64_t Alerts::settle_ms() const {
    return std::min(rule().down_for, settle_at_most).count();
}

const config::AlertRule& Alerts::rule() const {
    return rooms_.decisions.config().gateway.alerts;
}

} // namespace openclaw::flow
