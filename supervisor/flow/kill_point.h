// flow/kill_point.h — the steps at which the chaos tests let the supervisor die:
// OPENCLAW_TEST_KILL_AT=<step>:<n> ends the process with SIGKILL when it passes the step for the
// n-th time. Without the variable it costs a null check.
//
// Steps, in the order of a message's life: inbound_arrived inbound_recorded run_started run_ended
// answer_recorded answer_handed_over part_cleared part_sent answer_sent.
#pragma once

#include <string_view>

namespace openclaw::flow {

namespace detail {
extern const char* kill_plan; // null: nobody dies
void pass_kill_point(std::string_view step);
} // namespace detail

// Reads the variable; called once by main, before anything runs.
void arm_kill_point();

inline void kill_point(std::string_view step) {
    if (detail::kill_plan != nullptr) [[unlikely]]
        detail::pass_kill_point(step);
}

} // namespace openclaw::flow
