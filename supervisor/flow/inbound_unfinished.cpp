// Messages that wait for their turn: refused for a while, taken back by who wrote them, or left
// over from an earlier life of the gateway.
#include "supervisor/flow/inbound.h"

#include <algorithm>
#include <utility>

namespace openclaw::flow {

namespace {

constexpr int max_charged_resumes = 5; // a message that stops gateways is set aside

} // namespace

void Inbounds::on_runs_welcome() {
    for (auto& request : std::exchange(refused_, {}))
        begin_or_keep(std::move(request));
    on_fewer_runs();
}

bool Inbounds::withdraw(const ledger::InboxKey& key) {
    if (const auto found = recording_.find(name_of(key)); found != recording_.end())
        return found->second->is_taken_back = true;
    auto request = bursts_.withdraw(key);
    if (!request) request = withdraw_refused(key);
    if (request) take_back(key, request->trace);
    return request.has_value();
}

std::optional<RunRequest> Inbounds::withdraw_refused(const ledger::InboxKey& key) {
    const auto found = std::ranges::find_if(
        refused_, [&](const RunRequest& request) { return request.is_just(key); });
    if (found == refused_.end()) return std::nullopt;
    auto request = std::move(*found);
    refused_.erase(found);
    return request;
}

void Inbounds::take_back(const ledger::InboxKey& key, const std::string& trace) {
    const std::string why(taken_back);
    rooms_.traces.add(trace, inbound_room, "taken_back", why);
    rooms_.ledger.store->note(rooms_.ledger.inbox.settle(key, ledger::InboxState::dropped, why));
}

void Inbounds::recover(const std::vector<ledger::InboxRow>& rows) {
    for (const auto& row : rows) {
        auto message = std::make_shared<Message>();
        if (!message->inbound.ParseFromString(row.payload)) {
            rooms_.ledger.store->note(rooms_.ledger.inbox.settle(
                row.key, ledger::InboxState::parked, "its record cannot be read"));
            continue;
        }
        message->worker = worker_id(row.key.channel, row.key.account);
        message->key = row.key;
        message->run_id = row.run_id;
        message->trace = row.trace;
        message->charged_resumes = row.attempts;
        rooms_.traces.add(row.trace, inbound_room, "resumed",
                          "the gateway stopped before it was answered");
        message->had_begun = row.state == ledger::InboxState::running;
        if (message->had_begun) {
            if (row.attempts >= max_charged_resumes) {
                park(message);
                continue;
            }
            rooms_.ledger.store->note(rooms_.ledger.inbox.charge(row.key));
        }
        judge(message);
    }
}

} // namespace openclaw::flow
