// discord/invalid_requests.h — how many requests of ours Discord refused of late.
//
// 10,000 answers of 401, 403 or 429 within ten minutes and Discord's front door bans the address
// for a while (API reference, "Invalid Request Limit"); a 429 of scope "shared" does not count.
// Far below that we warn, and then leave away what nobody would miss. The address stays the same
// when this process dies: the count is kept as text. Pure.
#pragma once

#include "common/base/clock.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace openclaw::discord {

class InvalidRequests {
  public:
    static constexpr std::uint32_t worth_a_warning = 500; // DISCORD.md 1.2
    static constexpr std::uint32_t essential_only = 2000; // the same
    static constexpr Milliseconds window = std::chrono::minutes(10);

    static bool counts(int status, bool is_shared) {
        return status == 401 || status == 403 || (status == 429 && !is_shared);
    }

    // True: the number has just become worth a warning.
    bool add(Instant now) {
        auto& slice = slice_at(now);
        ++slice.count;
        return count(now) == worth_a_warning;
    }

    std::uint32_t count(Instant now) const {
        std::uint32_t sum = 0;
        for (const auto& slice : slices_)
            if (slice.begins + window > now) sum += slice.count;
        return sum;
    }

    struct Moment { // the same one
        Instant now;
        std::int64_t unix_ms;
    };

    // "<when it began, in unix seconds>:<count> …", for another process.
    std::string text(Moment moment) const;
    // What text() gave; nonsense counts for nothing. A time of the future counts as now.
    void take_over(std::string_view text, Moment moment);

    bool is_essential_only(Instant now) const { return count(now) >= essential_only; }

  private:
    static constexpr Milliseconds slice_length = std::chrono::seconds(20);
    static constexpr std::uint32_t most_counted = 1'000'000; // in a slice
    static constexpr std::size_t slices = window / slice_length + 1;

    struct Slice {
        Instant begins{Instant::min() + window};
        std::uint32_t count = 0;
    };

    Slice& slice_at(Instant now) {
        const auto number = now.time_since_epoch() / slice_length;
        const Instant begins(std::chrono::duration_cast<Instant::duration>(slice_length * number));
        auto& slice = slices_[static_cast<std::size_t>(number) % slices];
        if (slice.begins != begins) slice = {.begins = begins, .count = 0};
        return slice;
    }

    std::array<Slice, slices> slices_{};
};

} // namespace openclaw::discord
