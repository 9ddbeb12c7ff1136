#include "common/loop/rest.h"

#include "common/base/spare_memory.h"

#include <time.h>

namespace openclaw {

namespace {

constexpr Milliseconds start_takes{3000};
constexpr Milliseconds look_every{20'000};
constexpr Milliseconds quiet = look_every / 100; // of CPU from one look to the next
constexpr Milliseconds worth_it{100};            // of CPU since the last release

Milliseconds cpu_used() {
    timespec used{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return std::chrono::duration_cast<Milliseconds>(std::chrono::seconds(used.tv_sec) +
                                                    std::chrono::nanoseconds(used.tv_nsec));
}

} // namespace

Rest::Rest(Loop& loop)
    : next_(loop) {}

void Rest::begin() {
    used_at_look_ = cpu_used();
    next_.start(start_takes, [this] { look(); });
}

void Rest::look() {
    const Milliseconds used = cpu_used();
    const bool is_first = used_at_release_ == Milliseconds::zero();
    const bool is_quiet = used - used_at_look_ < quiet;
    if (is_first || (is_quiet && used - used_at_release_ >= worth_it)) {
        release_spare_memory();
        used_at_release_ = used;
    }
    used_at_look_ = used;
    next_.start(look_every, [this] { look(); });
}

} // namespace openclaw
