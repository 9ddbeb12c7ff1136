#include "supervisor/rpc/live.h"

namespace openclaw::rpc {

void LivePairings::approve(std::string channel, std::string code,
                           Done<ledger::ApprovedSender> done) {
    auto approval = ledger_.pairings.approve(channel, code);
    if (!approval) {
        loop_.defer([done = std::move(done), error = approval.error()]() mutable {
            done(Failure(std::move(error)));
        });
        return;
    }
    ledger_.store->commit(
        ledger::writes(std::move(approval->write)),
        [done = std::move(done), who = std::move(approval->who)](Result<void> kept) mutable {
            if (kept)
                done(std::move(who));
            else
                done(Failure(kept.error()));
        });
}

void LivePairings::dismiss(std::string channel, std::string code, Done<void> done) {
    auto rejected = ledger_.pairings.reject(channel, code);
    if (!rejected) {
        loop_.defer([done = std::move(done), error = rejected.error()]() mutable {
            done(Failure(std::move(error)));
        });
        return;
    }
    ledger_.store->commit(ledger::writes(std::move(*rejected)), std::move(done));
}

} // namespace openclaw::rpc
