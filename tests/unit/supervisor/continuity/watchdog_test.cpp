#include "supervisor/watchdog.h"

#include <doctest/doctest.h>

using namespace openclaw;

namespace {

process::WorkerView worker(Instant answered_at, bool is_unresponsive) {
    process::WorkerView view;
    view.id = "telegram:default";
    view.is_unresponsive = is_unresponsive;
    view.health = process::Health{};
    view.health->at = answered_at;
    return view;
}

} // namespace

TEST_SUITE("supervisor/continuity") {
    TEST_CASE("the watchdog goes hungry only for a worker that is silent past all supervision") {
        const Instant now{std::chrono::hours(1)};
        const auto long_ago = now - silence_allowed - Milliseconds(1);
        CHECK(silent_too_long({}, now) == nullptr);
        CHECK(silent_too_long({worker(now, false)}, now) == nullptr);
        CHECK(silent_too_long({worker(now - Milliseconds(20'000), true)}, now) ==
              nullptr);                                                    // being replaced
        CHECK(silent_too_long({worker(long_ago, false)}, now) == nullptr); // rests between pings
        const std::vector silent{worker(now, false), worker(long_ago, true)};
        CHECK(silent_too_long(silent, now) == &silent[1]);
    }
}
