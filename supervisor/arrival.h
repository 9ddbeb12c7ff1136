// supervisor/arrival.h — the first steps of an image that another one of this process has exec'd,
// and its way back.
//
//   arrive   the facts are read; from here on every end leads back: a refusal, a crash, and the
//            alarm the image before this one has set
//   go_back  the image before this one is exec'd again, with the same facts and the reason
//   stay     this image serves: no way back any more
//
// Between arrive and stay nothing may be read from a worker or a client, nor written to one: an
// image that goes back leaves no trace but its log, what a start after a crash may do to the
// ledger's rows (flow/recovery), and what it did to the ledger's shape (ledger/way_back.h). It
// works on duplicates of what was handed over, so nothing it closes is missing to the one before.
// The one place with process-wide state beside the log: signal handlers have no other.
#pragma once

#include "supervisor/handoff.h"

#include <optional>
#include <string>
#include <string_view>

namespace openclaw {

// Set by the image that went back, for the one that is serving again.
inline constexpr const char* return_variable = "OPENCLAW_HANDOFF_RETURN";

struct Arrival {
    Handoff handoff;
    std::string returned_because; // another image was tried and gave up; empty: this one is new
};

// None: an ordinary start. `arguments`: main's, which live as long as the process.
std::optional<Arrival> arrive(char** arguments);
// Does nothing in an ordinary start: the caller then ends in its own way.
void go_back(std::string_view why);
void stay();

// What a new image may do wrong, for the tests of the way back. OPENCLAW_TEST_NEW_IMAGE is
// "refuses|crashes|hangs at arrival|ledger|edge|recovery". Errors: internal, when it is to refuse.
Result<void> do_as_a_test_wants(std::string_view step);

} // namespace openclaw
