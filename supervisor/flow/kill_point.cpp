#include "supervisor/flow/kill_point.h"

#include <signal.h>

#include <cstdlib>

namespace openclaw::flow {

namespace detail {

const char* kill_plan = nullptr;

namespace {
long passes_left = 0;
}

void pass_kill_point(std::string_view step) {
    const std::string_view plan(kill_plan);
    if (plan.substr(0, plan.find(':')) == step && --passes_left <= 0) raise(SIGKILL);
}

} // namespace detail

void arm_kill_point() {
    detail::kill_plan = std::getenv("OPENCLAW_TEST_KILL_AT");
    if (detail::kill_plan == nullptr) return;
    const std::string_view plan(detail::kill_plan);
    const auto colon = plan.find(':');
    detail::passes_left = colon == std::string_view::npos
                              ? 1
                              : std::strtol(detail::kill_plan + colon + 1, nullptr, 10);
}

} // namespace openclaw::flow
