// ledger/boots.h — when the gateway started, and whether it ended as it should. Kept for 24 hours
// (OPS.md 8.3).
#pragma once

#include "common/base/clock.h"
#include "supervisor/ledger/store.h"

#include <cstdint>
#include <string>
#include <vector>

namespace openclaw::ledger {

struct Boot {
    std::int64_t id = 0;
    std::int64_t started_at_ms = 0;
    std::int64_t ended_at_ms = 0; // 0: it never said goodbye
    std::string build;
    int pid = 0;
    std::string machine_boot; // the kernel's run; empty: not known

    bool is_unclean() const { return ended_at_ms == 0; }
};

// Of random(4): another one after each start of the machine. Empty when it cannot be read.
std::string this_machine_boot();

class Boots {
  public:
    // Records this start (on disk when it returns) and reads the earlier ones.
    // `machine_boot` names the kernel's run.
    static Result<Boots> begin(Store& store, const Clock& clock, const std::string& build,
                               std::string machine_boot);

    const std::vector<Boot>& earlier() const { return earlier_; } // newest first

    // Earlier starts inside `window` without a clean end.
    int unclean_within(Milliseconds window) const;

    // The machine went down under the life before this one: marks of its last second may be
    // missing.
    bool machine_went_down() const { return machine_went_down_; }

    // This life ends as it should. Submit it just before Store::close.
    Write end() const;

  private:
    bool ended_with_the_machine() const;

    const Clock* clock_ = nullptr;
    std::int64_t id_ = 0;
    std::string machine_boot_;
    bool machine_went_down_ = false;
    std::vector<Boot> earlier_;
};

} // namespace openclaw::ledger
