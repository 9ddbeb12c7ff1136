#include "supervisor/ledger/pairings.h"

#include "common/base/strings.h"
#include "supervisor/ledger/database.h"

#include <algorithm>
#include <map>

namespace openclaw::ledger {

namespace {

bool is_in(std::string_view wanted, const std::string& value) {
    return wanted.empty() || wanted == value;
}

Result<void> insert_request(Database& database, const PairingRequest& request,
                            std::int64_t now_ms) {
    TRY_VOID(database.run("delete from pairing_requests where expires_at_ms <= ?", now_ms));
    return database.run("insert into pairing_requests (channel, account, sender_id, code, "
                        "meta_json, requested_at_ms, "
                        "expires_at_ms) values (?, ?, ?, ?, ?, ?, ?)",
                        request.channel, request.account, request.sender_id, request.code,
                        request.meta_json, request.requested_at_ms, request.expires_at_ms);
}

Result<void> delete_request(Database& database, const std::string& code) {
    TRY_VOID(database.run("delete from pairing_requests where code = ?", code));
    if (database.changed_rows() == 1) return {};
    return fail(Code::not_found, "no pairing request with code " + code + " is waiting any more");
}

Result<void> insert_approved(Database& database, const ApprovedSender& sender) {
    return database.run(
        "insert into approved_senders (channel, account, sender_id, meta_json, approved_at_ms) "
        "values (?, ?, ?, ?, ?) on conflict (channel, account, sender_id) do update set "
        "meta_json = excluded.meta_json",
        sender.channel, sender.account, sender.sender_id, sender.meta_json, sender.approved_at_ms);
}

template <class T>
SenderKey key_of(const T& about) {
    return {about.channel, about.account, about.sender_id};
}

Failure no_such_code(std::string_view code) {
    return fail(Code::not_found, "no pairing request with code " + std::string(code) +
                                     " is waiting; codes live one hour, see the list of requests");
}

} // namespace

struct Pairings::State {
    std::map<SenderKey, PairingRequest> waiting;
    std::map<SenderKey, ApprovedSender> approved;
};

Pairings::Pairings(const Clock& clock)
    : clock_(&clock)
    , state_(std::make_shared<State>()) {}

Result<Pairings> Pairings::load(Store& store, const Clock& clock) {
    Pairings pairings(clock);
    auto requests = store.at_start()->query(
        "select channel, account, sender_id, code, meta_json, requested_at_ms, "
        "expires_at_ms from pairing_requests where expires_at_ms > ?",
        clock.unix_ms());
    while (requests.next()) {
        PairingRequest request{requests.text(),   requests.text(), requests.text(),
                               requests.text(),   requests.text(), requests.integer(),
                               requests.integer()};
        pairings.state_->waiting.emplace(key_of(request), std::move(request));
    }
    TRY_VOID(requests.end());
    auto senders = store.at_start()->query(
        "select channel, account, sender_id, meta_json, approved_at_ms from approved_senders");
    while (senders.next()) {
        ApprovedSender sender{senders.text(), senders.text(), senders.text(), senders.text(),
                              senders.integer()};
        pairings.state_->approved.emplace(key_of(sender), std::move(sender));
    }
    TRY_VOID(senders.end());
    return pairings;
}

bool Pairings::is_live(const PairingRequest& request) const {
    return request.expires_at_ms > clock_->unix_ms();
}

std::vector<PairingRequest> Pairings::waiting(std::string_view channel,
                                              std::string_view account) const {
    std::vector<PairingRequest> found;
    for (const auto& [key, request] : state_->waiting)
        if (is_live(request) && is_in(channel, request.channel) && is_in(account, request.account))
            found.push_back(request);
    std::ranges::stable_sort(found, {}, &PairingRequest::requested_at_ms);
    return found;
}

const PairingRequest* Pairings::waiting_for(std::string_view channel, std::string_view account,
                                            std::string_view sender_id) const {
    const auto found =
        state_->waiting.find({std::string(channel), std::string(account), std::string(sender_id)});
    return found == state_->waiting.end() || !is_live(found->second) ? nullptr : &found->second;
}

const PairingRequest* Pairings::find_code(std::string_view channel, std::string_view code) const {
    for (const auto& [key, request] : state_->waiting) {
        if (is_live(request) && is_in(channel, request.channel) &&
            equals_ignoring_case(request.code, trim(code)))
            return &request;
    }
    return nullptr;
}

bool Pairings::is_code_taken(std::string_view code) const {
    return find_code({}, code) != nullptr;
}

bool Pairings::is_approved(std::string_view channel, std::string_view account,
                           std::string_view sender_id) const {
    return state_->approved.contains(
        {std::string(channel), std::string(account), std::string(sender_id)});
}

std::vector<ApprovedSender> Pairings::approved(std::string_view channel,
                                               std::string_view account) const {
    std::vector<ApprovedSender> found;
    for (const auto& [key, sender] : state_->approved)
        if (is_in(channel, sender.channel) && is_in(account, sender.account))
            found.push_back(sender);
    return found;
}

std::vector<std::string> Pairings::approved_ids(std::string_view channel,
                                                std::string_view account) const {
    std::vector<std::string> ids;
    for (const auto& [key, sender] : state_->approved)
        if (sender.channel == channel && sender.account == account) ids.push_back(sender.sender_id);
    return ids;
}

bool Pairings::has_any_approved() const {
    return !state_->approved.empty();
}

Result<Write> Pairings::request(PairingRequest request) {
    if (waiting_for(request.channel, request.account, request.sender_id) != nullptr)
        return fail(Code::invalid, "sender " + request.sender_id +
                                       " is waiting already; approve or reject that request");
    if (waiting(request.channel, request.account).size() >= max_waiting)
        return fail(Code::busy, "three pairing requests are waiting for " + request.channel +
                                    "; approve or reject one");
    if (is_code_taken(request.code))
        return fail(Code::invalid, "this pairing code is taken; make another");
    const auto now_ms = clock_->unix_ms();
    std::erase_if(state_->waiting, [&](const auto& entry) { return !is_live(entry.second); });
    const auto key = key_of(request);
    state_->waiting.emplace(key, request);
    return Write{.apply =
                     [request = std::move(request), now_ms](Database* database) {
                         return insert_request(*database, request, now_ms);
                     },
                 .settled =
                     [state = state_, key](bool kept) {
                         if (!kept) state->waiting.erase(key);
                     }};
}

Result<Pairings::Approval> Pairings::approve(std::string_view channel, std::string_view code) {
    const auto* request = find_code(channel, code);
    if (request == nullptr) return no_such_code(code);
    ApprovedSender who{request->channel, request->account, request->sender_id, request->meta_json,
                       clock_->unix_ms()};
    Write write{.apply = [who, stored_code = request->code](Database* database) -> Result<void> {
                    TRY_VOID(delete_request(*database, stored_code));
                    return insert_approved(*database, who);
                },
                .settled =
                    [state = state_, who](bool kept) {
                        if (!kept) return;
                        state->waiting.erase(key_of(who));
                        state->approved.insert_or_assign(key_of(who), who);
                    }};
    return Approval{std::move(who), std::move(write)};
}

Result<Write> Pairings::reject(std::string_view channel, std::string_view code) {
    const auto* request = find_code(channel, code);
    if (request == nullptr) return no_such_code(code);
    return Write{.apply =
                     [stored_code = request->code](Database* database) {
                         return delete_request(*database, stored_code);
                     },
                 .settled =
                     [state = state_, key = key_of(*request)](bool kept) {
                         if (kept) state->waiting.erase(key);
                     }};
}

Write Pairings::allow(ApprovedSender sender) {
    if (sender.approved_at_ms == 0) sender.approved_at_ms = clock_->unix_ms();
    return {.apply = [sender](Database* database) { return insert_approved(*database, sender); },
            .settled =
                [state = state_, sender](bool kept) {
                    if (kept) state->approved.insert_or_assign(key_of(sender), sender);
                }};
}

Write Pairings::revoke(std::string channel, std::string account, std::string sender_id) {
    SenderKey key{std::move(channel), std::move(account), std::move(sender_id)};
    return {.apply =
                [key](Database* database) {
                    return database->run("delete from approved_senders where channel = ? and "
                                         "account = ? and sender_id = ?",
                                         key.channel, key.account, key.sender_id);
                },
            .settled =
                [state = state_, key](bool kept) {
                    if (kept) state->approved.erase(key);
                }};
}

} // namespace openclaw::ledger
