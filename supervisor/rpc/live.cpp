#include "supervisor/rpc/live.h"

#include "common/log/log.h"

namespace openclaw::rpc {

namespace {

constexpr std::string_view nodes_instance = "(nodes)"; // no worker is called so

} // namespace

void LiveConversations::keep(ledger::Session session, Done<void> done) {
    ledger_.store->commit(ledger::writes(ledger_.sessions.put(std::move(session))),
                          std::move(done));
}

void LiveConversations::keep_continued(ledger::Session session, Continuation continuation,
                                       Done<void> done) {
    ledger::Writes unit;
    for (auto& row : continuation.opening)
        unit.push_back(ledger_.transcripts.append(session.session_id, std::move(row)));
    unit.push_back(ledger_.transcripts.copy(session.session_id, std::move(continuation.excerpt)));
    unit.push_back(ledger_.sessions.put(std::move(session)));
    ledger_.store->commit(std::move(unit), std::move(done));
}

void LiveConversations::erase(std::string key, bool with_transcript, Done<void> done) {
    ledger::Writes unit;
    if (const auto* session = ledger_.sessions.find(key); session != nullptr && with_transcript)
        unit.push_back(ledger_.transcripts.erase(session->session_id));
    unit.push_back(ledger_.sessions.erase(std::move(key)));
    ledger_.store->commit(std::move(unit), std::move(done));
}

void LiveConversations::append(std::string session_id, ledger::TranscriptRow row,
                               Done<std::int64_t> done) {
    const auto outcome = std::make_shared<ledger::Appended>();
    auto write = ledger_.transcripts.append(std::move(session_id), std::move(row), outcome);
    ledger_.store->commit(ledger::writes(std::move(write)),
                          [outcome, done = std::move(done)](Result<void> kept) mutable {
                              if (kept)
                                  done(outcome->sequence);
                              else
                                  done(Failure(kept.error()));
                          });
}

std::vector<std::pair<std::string, std::string>> LiveNodes::load() const {
    const auto& entries = ledger_.worker_state.of(nodes_instance);
    return {entries.begin(), entries.end()};
}

// At most 256 nodes and 64 KiB each; one too many lives as long as this process.
void LiveNodes::keep(const std::string& id, const std::string& json) {
    auto write = ledger_.worker_state.put(std::string(nodes_instance), id, json);
    if (write)
        ledger_.store->note(std::move(*write));
    else
        log::warn("nodes.not_kept", {{"node", id}, {"why", write.error().sentence}});
}

namespace {
constexpr std::string_view paused_book = "@paused";
} // namespace

std::vector<std::string> paused_workers(const ledger::Ledger& ledger) {
    std::vector<std::string> ids;
    for (const auto& [id, mark] : ledger.worker_state.of(paused_book))
        ids.push_back(id);
    return ids;
}

Result<void> LiveWorkers::start(const std::string& id) {
    TRY_VOID(workers_.start(id));
    remember_pause(id, false);
    return {};
}

Result<void> LiveWorkers::restart(const std::string& id) {
    TRY_VOID(workers_.restart(id));
    remember_pause(id, false);
    return {};
}

Result<void> LiveWorkers::pause(const std::string& id) {
    TRY_VOID(workers_.pause(id));
    remember_pause(id, true);
    return {};
}

void LiveWorkers::remember_pause(const std::string& id, bool is_paused) {
    if (ledger_.worker_state.of(paused_book).contains(id) == is_paused) return;
    auto write = ledger_.worker_state.put(std::string(paused_book), id, is_paused ? "1" : "");
    if (!write) // more than 256 are paused
        return log::warn("worker.pause_not_kept",
                         {{"worker", id}, {"why", write.error().sentence}});
    ledger_.store->commit(ledger::writes(std::move(*write)), [id](Result<void> kept) {
        if (!kept)
            log::warn("worker.pause_not_kept", {{"worker", id}, {"why", kept.error().sentence}});
    });
}

std::vector<std::pair<std::string, std::string>> LiveNotes::load(std::string_view book) const {
    const auto& entries = ledger_.worker_state.of(book);
    return {entries.begin(), entries.end()};
}

void LiveNotes::keep(std::string book, std::string key, std::string value, Done<void> done) {
    auto write = ledger_.worker_state.put(std::move(book), std::move(key), std::move(value));
    if (write) return ledger_.store->commit(ledger::writes(std::move(*write)), std::move(done));
    loop_.defer([done = std::move(done), error = write.error()]() mutable {
        done(Failure(std::move(error)));
    });
}

void LiveCron::keep(ledger::CronJob job, Done<void> done) {
    auto write = ledger_.cron.put(std::move(job));
    if (write) return ledger_.store->commit(ledger::writes(std::move(*write)), std::move(done));
    loop_.defer([done = std::move(done), error = write.error()]() mutable {
        done(Failure(std::move(error)));
    });
}

void LiveCron::erase(std::string id, Done<void> done) {
    ledger_.store->commit(ledger::writes(ledger_.cron.erase(std::move(id))), std::move(done));
}

void LiveCron::note(ledger::CronRun run, const ledger::CronJob* job) {
    ledger::Writes unit;
    unit.push_back(ledger_.cron.note_run(std::move(run)));
    if (job != nullptr)
        if (auto write = ledger_.cron.put(*job)) unit.push_back(std::move(*write));
    ledger_.store->note(std::move(unit));
}

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
