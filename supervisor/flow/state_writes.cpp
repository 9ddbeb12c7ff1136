#include "supervisor/flow/state_writes.h"

#include "common/base/strings.h"
#include "common/log/log.h"

#include <utility>

namespace openclaw::flow {

bool StateWrites::on_write(const std::string& worker, std::uint64_t question,
                           const wire::StateWrite& write) {
    if (write.entries_size() > max_entries) return false;
    auto& account = accounts_[worker];
    if (question != 0 && account.questions >= max_questions)
        return answer(worker, question, "too much of it waits for the disk; try again"), true;
    std::string problem;
    auto unit = take(worker, write, problem);
    if (question != 0 && problem.empty()) return ask(worker, question, std::move(unit)), true;
    if (account.notes < max_notes)
        note(worker, std::move(unit));
    else
        for (std::size_t i = 0; i < unit.size(); ++i)
            account.later.insert(write.entries(static_cast<int>(i)).key());
    if (question != 0) answer(worker, question, std::move(problem));
    return account.later.size() <= max_later;
}

ledger::Writes StateWrites::take(const std::string& worker, const wire::StateWrite& write,
                                 std::string& problem) {
    ledger::Writes unit;
    for (const auto& entry : write.entries()) {
        auto kept = rooms_.ledger.worker_state.put(worker, entry.key(), entry.value());
        if (!kept) {
            problem = kept.error().sentence;
            if (accounts_[worker].lines.take(rooms_.loop.clock().now()))
                log::warn("worker.state_refused",
                          {{"worker", worker},
                           {"key", utf8_prefix(entry.key(), ledger::WorkerState::max_key_bytes)},
                           {"why", problem}});
            break;
        }
        unit.push_back(std::move(*kept));
    }
    return unit;
}

void StateWrites::note(const std::string& worker, ledger::Writes unit) {
    if (unit.empty()) return;
    ++accounts_[worker].notes;
    unit.front().settled = [this, worker](bool) { on_noted(worker); };
    rooms_.ledger.store->note(std::move(unit));
}

void StateWrites::on_noted(const std::string& worker) {
    auto& account = accounts_[worker];
    --account.notes;
    ledger::Writes unit;
    for (const auto& key : std::exchange(account.later, {})) {
        const auto& now = rooms_.ledger.worker_state.of(worker);
        const auto found = now.find(key);
        auto kept = rooms_.ledger.worker_state.put(
            worker, key, found == now.end() ? std::string() : found->second);
        if (kept) unit.push_back(std::move(*kept));
    }
    note(worker, std::move(unit));
}

void StateWrites::ask(const std::string& worker, std::uint64_t question, ledger::Writes unit) {
    auto& account = accounts_[worker];
    ++account.questions;
    rooms_.ledger.store->commit(
        std::move(unit), [this, worker, question, life = account.lives](Result<void> kept) {
            auto& asked = accounts_[worker];
            --asked.questions;
            if (asked.lives != life) return; // the next one asks questions of its own
            answer(worker, question, kept ? std::string() : kept.error().sentence);
        });
}

void StateWrites::answer(const std::string& worker, std::uint64_t question, std::string problem) {
    ipc::Link* link = rooms_.links.link(worker);
    if (link == nullptr) return;
    wire::Frame frame;
    frame.mutable_state_written()->set_problem(std::move(problem));
    (void)link->reply(question, frame);
}

} // namespace openclaw::flow
