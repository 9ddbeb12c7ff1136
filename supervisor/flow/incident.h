// flow/incident.h — an account that is down, and what the owner was told of it: the record that
// outlives a restart. A value.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace openclaw::flow {

struct Incident {
    std::int64_t since_ms = 0;
    std::string told_as;   // what a note says that is owed or has arrived; empty: nothing
    std::string action;    // the note whose fate is open; empty: none
    bool is_heard = false; // a note that it is down has arrived, or may have
    bool is_due = false;   // it has lasted long enough to be told of
    int refusals = 0;      // contacts that could not be reached
    int notes = 0;         // written so far: each has its own action id

    // Of this process only.
    std::int64_t seen_at_ms = 0; // first seen; 0: not yet
    std::int64_t well_at_ms = 0; // first seen well again; 0: it is not
    bool is_being_told = false;  // the record is on its way to the disk
    bool is_followed = false;    // we are told the fate of `action`
    bool is_looked_up = false;   // the ledger is asked for it

    static constexpr std::string_view down = "down", needs_you = "needs-operator";

    // The note is owed no more, and was not sent.
    void untell();

    std::string record() const;
    static Incident of(std::string_view record); // as record() wrote it, in this or an older build
};

} // namespace openclaw::flow
