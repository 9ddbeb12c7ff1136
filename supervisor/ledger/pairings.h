// ledger/pairings.h — strangers who asked to be let in, and those who were.
//
// Both are in memory for policy, which is pure. A request counts at once (so that the fourth of one
// moment is refused); an approval counts when it is on disk. Makes no codes and judges nobody:
// policy/pairing and policy/access do.
#pragma once

#include "common/base/clock.h"
#include "supervisor/ledger/store.h"

#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::ledger {

struct PairingRequest {
    std::string channel;
    std::string account;
    std::string sender_id;
    std::string code;             // upper case; unique among those waiting
    std::string meta_json = "{}"; // name and handle, for the person who decides
    std::int64_t requested_at_ms = 0;
    std::int64_t expires_at_ms = 0;
};

struct ApprovedSender {
    std::string channel;
    std::string account;
    std::string sender_id;
    std::string meta_json = "{}";
    std::int64_t approved_at_ms = 0;
};

// Whom a request or an approval is about.
struct SenderKey {
    std::string channel, account, sender_id;
    auto operator<=>(const SenderKey&) const = default;
};

class Pairings {
  public:
    static constexpr std::size_t max_waiting = 3; // per (channel, account): BEHAVIOUR.md A1

    static Result<Pairings> load(Store& store, const Clock& clock);

    // Waiting and not expired, oldest first; an empty channel or account means all.
    std::vector<PairingRequest> waiting(std::string_view channel = {},
                                        std::string_view account = {}) const;
    const PairingRequest* waiting_for(std::string_view channel, std::string_view account,
                                      std::string_view sender_id) const;
    // Ignores case and space around.
    const PairingRequest* find_code(std::string_view channel, std::string_view code) const;
    bool is_code_taken(std::string_view code) const;

    bool is_approved(std::string_view channel, std::string_view account,
                     std::string_view sender_id) const;
    std::vector<ApprovedSender> approved(std::string_view channel = {},
                                         std::string_view account = {}) const;
    std::vector<std::string> approved_ids(std::string_view channel, std::string_view account) const;

    bool has_any_approved() const;

    // Errors: busy (three are waiting), invalid (this sender is waiting already, or the code is
    // taken). Expired requests of the same account go with the same write.
    Result<Write> request(PairingRequest request);

    // Moves the request with this code to the approved. Error: not_found. `who` is told from
    // memory, before the sync.
    struct Approval {
        ApprovedSender who;
        Write write;
    };

    Result<Approval> approve(std::string_view channel, std::string_view code);
    Result<Write> reject(std::string_view channel, std::string_view code);
    // Lets somebody in without a code, or out again.
    Write allow(ApprovedSender sender);
    Write revoke(std::string channel, std::string account, std::string sender_id);

  private:
    struct State;

    explicit Pairings(const Clock& clock);
    bool is_live(const PairingRequest& request) const;

    const Clock* clock_;
    std::shared_ptr<State> state_; // shared with writes that have not settled
};

} // namespace openclaw::ledger
