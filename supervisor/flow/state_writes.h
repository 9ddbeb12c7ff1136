// flow/state_writes.h — what workers want back in their next life, on its way to the ledger.
//
// The queue to the disk is everybody's, so what one worker may have in it is bounded: a few notes
// at a time, and what it writes meanwhile is gathered by key, the newest value wins; questions
// above their limit are refused. What is gathered when the gateway stops costs the worker a
// repetition. Lives as long as the loop.
#pragma once

#include "common/worker/line_budget.h"
#include "supervisor/flow/rooms.h"

#include <cstdint>
#include <set>
#include <string>
#include <unordered_map>

namespace openclaw::flow {

class StateWrites {
  public:
    static constexpr int max_entries = 64;                          // of one frame
    static constexpr std::size_t max_notes = 8, max_questions = 32; // of one worker, waiting
    static constexpr std::size_t max_later = 4 * ledger::WorkerState::max_keys;

    explicit StateWrites(Rooms& rooms)
        : rooms_(rooms) {}

    // `question`: the frame's id; 0: nobody waits for an answer. False: too many
    // entries, or keys that come and go without end.
    bool on_write(const std::string& worker, std::uint64_t question, const wire::StateWrite& write);

    void on_worker_down(const std::string& worker) { ++accounts_[worker].lives; }

  private:
    struct Account {
        std::size_t notes = 0, questions = 0; // waiting for the disk
        std::set<std::string> later;          // keys that changed meanwhile
        std::uint64_t lives = 0;              // that ended
        worker::LineBudget lines{5};          // of refusals
    };

    // What is kept of it, from the first entry on; `problem` is why the rest is not.
    ledger::Writes take(const std::string& worker, const wire::StateWrite& write,
                        std::string& problem);
    void note(const std::string& worker, ledger::Writes unit);
    void on_noted(const std::string& worker);
    void ask(const std::string& worker, std::uint64_t question, ledger::Writes unit);
    void answer(const std::string& worker, std::uint64_t question, std::string problem);

    Rooms& rooms_;
    std::unordered_map<std::string, Account> accounts_; // by worker
};

} // namespace openclaw::flow
