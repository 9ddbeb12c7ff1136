// process/judgement.h — a worker has died: what now? Pure.
//
//   not wanted any more                         → down
//   left because it was told to, still wanted   → the next life at once, whatever it died of
//   an exit code of never_after, or a Fault     → failed, until the operator acts or its
//   that needs the operator                       configuration changes
//   give_up.deaths before Ready in a row        → failed, until give_up.within has passed
//   give_up_served.deaths of itself in a row,   → the same
//   each after short service
//   a Fault that names a conflict               → a pause of 30 s at least
//   a Fault that names a time (a flood wait)    → a pause until then at least
//   else                                        → a pause, see RestartRule
#pragma once

#include "common/worker/spec.h"
#include "supervisor/process/death_tally.h"
#include "supervisor/process/lifecycle.h"

#include <optional>
#include <string>

namespace openclaw::process {

// No platform asks for a longer pause; a worker that does is wrong about its clock.
inline constexpr Milliseconds longest_wish = std::chrono::hours(24);

struct Judgement {
    State next = State::down;
    std::optional<Milliseconds> pause; // to the next try; none: nobody tries
    std::uint32_t attempt = 0;         // which pause in a row this is
    std::string reason;                // for people
};

// The tally's newest death is the one to be judged, at the moment it happened. `luck` in [0, 1) is
// the jitter's.
Judgement judge(const RestartRule& rule, const DeathTally& tally, bool is_wanted, double luck);

// first × factor^(attempt − 1), at most `max`, ± jitter.
Milliseconds pause_of(const RestartRule& rule, std::size_t attempt, Milliseconds max, double luck);

} // namespace openclaw::process
