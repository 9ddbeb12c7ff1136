// rpc/replays.h — the answers to keys that were used before (PROTOCOL.md 14): never do a thing
// twice.
//
// For methods whose effect is not a run (runs remember themselves). Bounded: 1,000 keys, five
// minutes.
#pragma once

#include "common/base/clock.h"
#include "supervisor/rpc/wire_error.h"

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

namespace openclaw::rpc {

using Outcome = std::variant<std::string, WireError>; // payload JSON, or the error

class Replays {
  public:
    using OnOutcome = std::function<void(const Outcome&)>;

    explicit Replays(const Clock& clock)
        : clock_(clock) {}

    enum class Verdict { first, replayed };
    // first: do the work and settle() it. replayed: `waiter` was, or will be, called with the first
    // one's outcome.
    Verdict begin(const std::string& key, OnOutcome waiter);
    void settle(const std::string& key, Outcome outcome);

  private:
    struct Entry {
        Instant since;
        std::optional<Outcome> outcome;
        std::vector<OnOutcome> waiters;
    };

    void forget_old();

    const Clock& clock_;
    std::unordered_map<std::string, Entry> entries_;
    std::deque<std::pair<Instant, std::string>> order_;
};

} // namespace openclaw::rpc
