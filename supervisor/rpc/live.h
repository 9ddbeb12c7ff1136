// rpc/live.h — the interfaces of rpc/sources.h over the living rooms: process, ledger.
#pragma once

#include "supervisor/ledger/ledger.h"
#include "supervisor/process/workers.h"
#include "supervisor/rpc/sources.h"

namespace openclaw::rpc {

class LiveWorkers final : public WorkerDesk {
  public:
    explicit LiveWorkers(process::Workers& workers)
        : workers_(workers) {}

    std::vector<process::WorkerView> views(bool measured) const override {
        return workers_.views(measured ? process::Measure::yes : process::Measure::no);
    }

    Result<void> start(const std::string& id) override { return workers_.start(id); }

    Result<void> stop(const std::string& id) override { return workers_.stop(id); }

    Result<void> restart(const std::string& id) override { return workers_.restart(id); }

  private:
    process::Workers& workers_;
};

class LiveConversations final : public Conversations {
  public:
    explicit LiveConversations(ledger::Ledger& ledger)
        : ledger_(ledger) {}

    std::vector<const ledger::Session*> list() const override { return ledger_.sessions.list(); }

    const ledger::Session* find(std::string_view key) const override {
        return ledger_.sessions.find(key);
    }

    void page(std::string session_id, std::int64_t before_sequence, std::size_t limit,
              Done<ledger::TranscriptPage> done) override {
        ledger_.transcripts.page(std::move(session_id), before_sequence, limit, std::move(done));
    }

  private:
    ledger::Ledger& ledger_;
};

class LivePairings final : public PairingDesk {
  public:
    LivePairings(Loop& loop, ledger::Ledger& ledger)
        : loop_(loop)
        , ledger_(ledger) {}

    std::vector<ledger::PairingRequest> waiting(std::string_view channel,
                                                std::string_view account) const override {
        return ledger_.pairings.waiting(channel, account);
    }

    void approve(std::string channel, std::string code, Done<ledger::ApprovedSender> done) override;
    void dismiss(std::string channel, std::string code, Done<void> done) override;

  private:
    Loop& loop_;
    ledger::Ledger& ledger_;
};

} // namespace openclaw::rpc
