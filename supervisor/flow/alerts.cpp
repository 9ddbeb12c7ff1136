#include "supervisor/flow/alerts.h"

#include "common/base/strings.h"
#include "common/json/read.h"
#include "common/json/write.h"
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
constexpr int most_tries = 3; // contacts, for one incident

std::string record_of(std::int64_t since_ms, bool is_told) {
    return json::Writer()
        .begin_object()
        .member("sinceMs", since_ms)
        .member("told", is_told)
        .end_object()
        .take();
}

std::string action_of(const std::string& id, std::int64_t since_ms, std::string_view what) {
    return "alert:" + id + ":" + std::to_string(since_ms) + ":" + std::string(what);
}

} // namespace

Alerts::Alerts(Rooms& rooms, Deliveries& deliveries, JudgeAll judge_all)
    : rooms_(rooms)
    , deliveries_(deliveries)
    , judge_all_(std::move(judge_all))
    , next_(rooms.loop) {
    for (const auto& [id, value] : rooms_.ledger.worker_state.of(book)) {
        const auto record = json::Document::parse(value);
        if (!record) continue; // it is written by record_of() only
        // Nothing began in the future: the clock has been set back since.
        incidents_[id] = {.since_ms =
                              std::min(record->root()["sinceMs"].integer(), rooms_.now_ms()),
                          .is_told = record->root()["told"].boolean()};
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
    if (incident.is_told || incident.is_being_told || !rule().enabled) return;
    const bool only_a_person_helps = one.verdict.ailment == policy::Ailment::needs_operator;
    const auto due = only_a_person_helps ? incident.seen_at_ms
                                         : std::max(incident.since_ms + rule().down_for.count(),
                                                    incident.seen_at_ms + settle_ms());
    if (now < due) return plan(due);
    const auto contacts = contacts_for(one, all);
    if (contacts.empty()) return plan(now + again_after.count());
    tell_down(one, incident, contacts);
}

void Alerts::on_well(const policy::Judged& one, const std::vector<policy::Judged>& all) {
    const auto now = rooms_.now_ms();
    Incident& incident = incidents_.at(one.id);
    if (incident.is_being_told) return plan(now + again_after.count());
    if (!incident.is_told) return close(one.id); // over before it was worth a word
    if (incident.well_at_ms == 0) incident.well_at_ms = now;
    if (const auto due = incident.well_at_ms + settle_ms(); now < due) return plan(due);
    auto contacts = contacts_for(one, all);
    if (contacts.empty()) return plan(now + again_after.count());
    tell_back(one, contacts);
}

void Alerts::close(const std::string& id) {
    const auto found = incidents_.find(id);
    if (found == incidents_.end() || found->second.is_being_told) return;
    log::info("account.incident_closed", {{"account", id}, {"since_ms", found->second.since_ms}});
    incidents_.erase(found);
    if (auto write = rooms_.ledger.worker_state.put(std::string(book), id, ""))
        rooms_.ledger.store->note(std::move(*write));
}

void Alerts::tell_down(const policy::Judged& one, Incident& incident,
                       const std::vector<policy::Contact>& contacts) {
    const auto& to = contacts[static_cast<std::size_t>(incident.tries) % contacts.size()];
    auto action = action_of(one.id, incident.since_ms, "down:" + std::to_string(incident.tries++));
    incident.is_being_told = true;
    incident.is_told = true;
    auto unit = with_record(
        deliveries_.owe(row_for(to, action, down_text(one, incident.since_ms, rooms_.now_ms()))),
        one.id, &incident);
    deliveries_.on_settled(
        action, [this, id = one.id](const ledger::OutboxRow& row) { on_settled(id, row); });
    log::info("owner.alerted",
              {{"account", one.id}, {"over", worker_id(to.channel, to.account)}, {"what", "down"}});
    rooms_.ledger.store->commit(std::move(unit), [this, id = one.id, action](Result<void> kept) {
        on_told(id, action, kept);
    });
}

void Alerts::on_told(const std::string& id, const std::string& action_id,
                     const Result<void>& kept) {
    const auto found = incidents_.find(id);
    if (found != incidents_.end()) found->second.is_being_told = false;
    if (kept) return deliveries_.release(action_id);
    deliveries_.forget(action_id);
    if (found != incidents_.end()) found->second.is_told = false;
    next_.start(again_after, [this] { look(); });
}

// The contact cannot be reached (blocked, unknown): the next one is told. An unknown outcome is
// left alone: twice is worse than once.
void Alerts::on_settled(const std::string& id, const ledger::OutboxRow& row) {
    const auto found = incidents_.find(id);
    if (row.state != ledger::OutboxState::failed || found == incidents_.end()) return;
    log::warn("owner.alert_failed", {{"account", id}, {"why", row.error}});
    if (found->second.tries >= most_tries) return;
    found->second.is_told = false;
    keep(id, found->second);
    look_soon();
}

void Alerts::tell_back(const policy::Judged& one, const std::vector<policy::Contact>& contacts) {
    const auto since = incidents_.at(one.id).since_ms;
    const auto action = action_of(one.id, since, "back");
    const auto& to = contacts.front();
    auto unit =
        with_record(deliveries_.owe(row_for(
                        to, action, back_text(one, since, incidents_.at(one.id).well_at_ms))),
                    one.id, nullptr);
    incidents_.at(one.id).is_being_told = true;
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
        next_.start(again_after, [this] { look(); });
    });
}

std::vector<policy::Contact> Alerts::contacts_for(const policy::Judged& one,
                                                  const std::vector<policy::Judged>& all) const {
    const auto let_in = [this](std::string_view channel, std::string_view account) {
        auto people = rooms_.ledger.pairings.approved(channel, account);
        std::ranges::sort(people, {}, &ledger::ApprovedSender::approved_at_ms);
        std::vector<std::string> ids;
        for (auto& person : people)
            ids.push_back(std::move(person.sender_id));
        return ids;
    };
    return policy::alert_contacts(rooms_.decisions.config(), all, one, let_in);
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
    auto record = rooms_.ledger.worker_state.put(
        std::string(book), id,
        incident == nullptr ? "" : record_of(incident->since_ms, incident->is_told));
    if (record) unit.push_back(std::move(*record));
    return unit;
}

void Alerts::keep(const std::string& id, const Incident& incident) {
    auto write = rooms_.ledger.worker_state.put(std::string(book), id,
                                                record_of(incident.since_ms, incident.is_told));
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
