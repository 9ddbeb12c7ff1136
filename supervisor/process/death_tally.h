// process/death_tally.h — the last sixteen deaths of one worker, and what an exit means in words.
//
// History is data; the judgement is separate (process/judgement.h). Pure.
#pragma once

#include "common/base/clock.h"
#include "common/loop/child_watch.h"
#include "proto/worker.pb.h"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace openclaw::process {

struct Death {
    Instant at{};
    std::int64_t at_ms = 0; // wall clock
    ExitStatus status;
    std::string words;     // why, in one sentence
    std::string last_line; // of stderr; empty: it said nothing
    bool reached_ready = false;
    bool was_asked = false;                      // it left because it was told to: not a fault
    wire::Cause cause = wire::CAUSE_UNSPECIFIED; // as its Fault frame said
    std::int64_t not_before_ms = 0; // the next life, as its Fault frame asked; 0: any time
    Milliseconds served{0};         // from Ready to the end
    std::uint64_t generation = 0;

    // Its own doing: a fault, an exit, or what we killed it for. Not an order, and no bare signal
    // from outside.
    bool is_its_own() const;
};

// It dies of itself again and again, and serves nobody in between.
struct CrashLoop {
    std::size_t deaths = 0;
    Instant since{}; // the end of the last life that was of use
};

// "exit 78: the worker refused its configuration", "signal 11 SIGSEGV: memory fault".
std::string explain_exit(const ExitStatus& status);

class DeathTally {
  public:
    static constexpr std::size_t capacity = 16;

    void record(Death death);
    const Death& newest() const; // only after a record()
    std::vector<Death> newest_first() const;

    std::uint64_t total() const { return total_; }

    std::uint64_t forgiven() const { return forgiven_; }

    // The history another image of this program wrote down.
    void restore(const std::vector<Death>& newest_first, std::uint64_t total,
                 std::uint64_t forgiven);

    // What has happened so far counts in no row any more: the operator acted, or the configuration
    // changed.
    void forgive() { forgiven_ = total_; }

    // Faults in the time before `now`; a leave that was asked for is no fault.
    std::size_t within(Milliseconds span, Instant now) const;
    // Faults since the last life that reached Ready (or was asked to leave), and the same within
    // `span`.
    std::size_t unready_in_a_row() const;
    std::size_t unready_in_a_row(Milliseconds span, Instant now) const;
    // Faults since the last life that served at least `healthy_after`.
    std::size_t short_lives_in_a_row(Milliseconds healthy_after) const;
    // Of these, those that were its own doing, and the same within `span`: what somebody else
    // killed in between neither counts nor ends the row.
    std::size_t crashes_in_a_row(Milliseconds healthy_after) const;
    std::size_t crashes_in_a_row(Milliseconds healthy_after, Milliseconds span, Instant now) const;
    // None: fewer than `least` deaths in a row, none of which had served for `useful_after`.
    std::optional<CrashLoop> crash_loop(std::size_t least, Milliseconds useful_after) const;

  private:
    template <class Predicate>
    std::size_t in_a_row(Predicate counts) const; // newest deaths for which `counts` holds
    // The deaths of now, newest first, that nothing was forgiven for and nobody asked for.
    std::vector<Death> unforgiven_faults() const;

    std::array<Death, capacity> deaths_; // a ring
    std::uint64_t total_ = 0;
    std::uint64_t forgiven_ = 0;
};

} // namespace openclaw::process
