// rpc/live.h — the interfaces of rpc/sources.h over the living rooms: process, ledger.
#pragma once

#include "supervisor/ledger/ledger.h"
#include "supervisor/process/workers.h"
#include "supervisor/rpc/node_record.h"
#include "supervisor/rpc/sources.h"

namespace openclaw::rpc {

class LiveWorkers final : public WorkerDesk {
  public:
    LiveWorkers(process::Workers& workers, ledger::Ledger& ledger)
        : workers_(workers)
        , ledger_(ledger) {}

    std::vector<process::WorkerView> views(bool measured) const override {
        return workers_.views(measured ? process::Measure::yes : process::Measure::no);
    }

    Result<void> start(const std::string& id) override;

    Result<void> stop(const std::string& id) override { return workers_.stop(id); }

    Result<void> restart(const std::string& id) override;
    Result<void> pause(const std::string& id) override;

    Result<void> kill(const std::string& id) override { return workers_.kill(id); }

    Result<void> watch(const std::string& id, ipc::Link::Tap tap) override {
        return workers_.watch(id, std::move(tap));
    }

  private:
    void remember_pause(const std::string& id, bool is_paused);

    process::Workers& workers_;
    ledger::Ledger& ledger_;
};

// The workers that are paused: kept in ledger/worker_state, under a name no worker can have.
std::vector<std::string> paused_workers(const ledger::Ledger& ledger);

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

    void keep(ledger::Session session, Done<void> done) override;
    void keep_continued(ledger::Session session, Continuation continuation,
                        Done<void> done) override;
    void erase(std::string key, bool with_transcript, Done<void> done) override;
    void append(std::string session_id, ledger::TranscriptRow row,
                Done<std::int64_t> done) override;

    void usage(ledger::UsageQuery query, Done<std::vector<ledger::UsageRow>> done) override {
        ledger_.reports.usage(std::move(query), std::move(done));
    }

    void search(ledger::SearchQuery query, Done<std::vector<ledger::SearchHit>> done) override {
        ledger_.reports.search(std::move(query), std::move(done));
    }

  private:
    ledger::Ledger& ledger_;
};

// Records of nodes stand beside the workers' own state, under a name no worker can have.
class LiveNodes final : public NodeStore {
  public:
    explicit LiveNodes(ledger::Ledger& ledger)
        : ledger_(ledger) {}

    std::vector<std::pair<std::string, std::string>> load() const override;
    void keep(const std::string& id, const std::string& json) override;

    void forget(const std::string& id) override { keep(id, {}); }

  private:
    ledger::Ledger& ledger_;
};

class LiveNotes final : public Notes {
  public:
    LiveNotes(Loop& loop, ledger::Ledger& ledger)
        : loop_(loop)
        , ledger_(ledger) {}

    std::vector<std::pair<std::string, std::string>> load(std::string_view book) const override;
    void keep(std::string book, std::string key, std::string value, Done<void> done) override;

  private:
    Loop& loop_;
    ledger::Ledger& ledger_;
};

class LiveCron final : public CronDesk {
  public:
    LiveCron(Loop& loop, ledger::Ledger& ledger)
        : loop_(loop)
        , ledger_(ledger) {}

    const ledger::CronJob* find(std::string_view id) const override {
        return ledger_.cron.find(id);
    }

    std::vector<const ledger::CronJob*> list() const override { return ledger_.cron.list(); }

    void keep(ledger::CronJob job, Done<void> done) override;
    void erase(std::string id, Done<void> done) override;
    void note(ledger::CronRun run, const ledger::CronJob* job) override;

    void runs(ledger::CronRunQuery query, Done<ledger::CronRunPage> done) override {
        ledger_.cron.runs(std::move(query), std::move(done));
    }

  private:
    Loop& loop_;
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
