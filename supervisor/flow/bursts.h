// flow/bursts.h — texts of one sender that come close together become one turn.
//
// What is held here is on disk as `received` and acknowledged: a restart judges every message anew.
// A burst is bounded in time, messages and characters (policy/patience.h).
#pragma once

#include "common/loop/timer.h"
#include "supervisor/flow/runs.h"
#include "supervisor/policy/patience.h"

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

namespace openclaw::flow {

class Bursts {
  public:
    using Give = std::function<void(RunRequest)>;

    // `give` gets the joined request when the burst is over; from the loop, or inside add() and
    // end().
    Bursts(Loop& loop, Give give);
    ~Bursts();

    // One more message of `sender` (account, chat, topic and person). Without patience it is given
    // at once: with what waits, or after it when it is none that joins.
    void add(const std::string& sender, RunRequest request, const policy::Patience& patience);
    // Something else of this sender comes: what waits goes before it.
    void end(const std::string& sender);
    // Takes a message out that waits alone. Nothing: it does not wait, or not alone.
    std::optional<RunRequest> withdraw(const ledger::InboxKey& key);

    std::size_t size() const { return waiting_.size(); }

  private:
    struct Burst;

    Loop& loop_;
    Give give_;
    std::unordered_map<std::string, std::unique_ptr<Burst>> waiting_;
};

} // namespace openclaw::flow
