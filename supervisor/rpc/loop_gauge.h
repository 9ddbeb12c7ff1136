// rpc/loop_gauge.h — how busy this process is, measured when somebody looks (the eventLoop object
// of many payloads).
//
// No timer of its own: looking measures the CPU used since the last look and sends a probe through
// the loop, whose delay is part of the next look.
#pragma once

#include "common/loop/timer.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace openclaw::rpc {

class LoopGauge {
  public:
    explicit LoopGauge(Loop& loop)
        : LoopGauge(loop, loop.clock()) {}

    LoopGauge(Loop& loop, const Clock& clock);

    // At most once in `fresh_for` anew; between, the same text.
    const std::string& to_json();

  private:
    using Micros = std::chrono::microseconds;

    struct Delay {
        Instant seen{};
        double ms = 0;
    };

    void measure();
    std::vector<double> recent_delays_ms(Instant now) const; // the shortest first
    void send_probe();

    static constexpr Milliseconds fresh_for{1000};
    static constexpr Milliseconds counts_for{
        60'000}; // a delay, and at the next look whenever that is

    const Clock& clock_;
    Timer probe_;
    Instant measured_;
    Micros cpu_{0};
    std::array<Delay, 64> delays_{}; // a ring
    std::size_t delay_count_ = 0;
    std::optional<Instant> degraded_since_;
    std::string json_;
};

} // namespace openclaw::rpc
