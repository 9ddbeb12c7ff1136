#include "supervisor/rpc/loop_gauge.h"

#include "common/json/write.h"

#include <sys/resource.h>

#include <algorithm>
#include <cmath>

namespace openclaw::rpc {

namespace {

constexpr double too_late_ms = 500; // a loop that is this late is noticed by people
constexpr double too_busy = 0.95;   // of one core

std::chrono::microseconds cpu_used() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto of = [](const timeval& time) {
        return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
    };
    return of(usage.ru_utime) + of(usage.ru_stime);
}

double rounded(double value) {
    return std::round(value * 1000) / 1000;
}

} // namespace

LoopGauge::LoopGauge(Loop& loop, const Clock& clock)
    : clock_(clock)
    , probe_(loop)
    , measured_(clock.now())
    , cpu_(cpu_used()) {
    measure();
}

const std::string& LoopGauge::to_json() {
    if (clock_.now() - measured_ < fresh_for) return json_;
    measure();
    send_probe();
    return json_;
}

std::vector<double> LoopGauge::recent_delays_ms(Instant now) const {
    std::vector<double> recent;
    for (std::size_t i = 0; i < std::min(delay_count_, delays_.size()); ++i)
        if (delays_[i].seen >= measured_ || now - delays_[i].seen <= counts_for)
            recent.push_back(delays_[i].ms);
    std::ranges::sort(recent);
    return recent;
}

void LoopGauge::measure() {
    const auto now = clock_.now();
    const auto cpu = cpu_used();
    const double interval_ms = std::chrono::duration<double, std::milli>(now - measured_).count();
    const double busy =
        interval_ms < 1
            ? 0
            : std::chrono::duration<double, std::milli>(cpu - cpu_).count() / interval_ms;
    const auto delays = recent_delays_ms(now);
    const double worst = delays.empty() ? 0 : delays.back();
    const double p99 = delays.empty() ? 0 : delays[(delays.size() * 99 - 1) / 100];

    const bool is_degraded = p99 >= too_late_ms || busy >= too_busy;
    if (!is_degraded)
        degraded_since_.reset();
    else if (!degraded_since_)
        degraded_since_ = now;
    json::Writer out;
    out.begin_object().member("degraded", is_degraded).key("degradedSinceMs");
    if (degraded_since_)
        out.value(std::chrono::duration_cast<Milliseconds>(now - *degraded_since_).count());
    else
        out.null();
    out.key("reasons").begin_array();
    if (p99 >= too_late_ms) out.value("event_loop_delay");
    if (busy >= too_busy) out.value("cpu");
    out.end_array()
        .member("intervalMs", std::llround(interval_ms)) // an integer in the published schema
        .member("delayP99Ms", rounded(p99))
        .member("delayMaxMs", rounded(worst));
    out.member("utilization", rounded(std::min(busy, 1.0)))
        .member("cpuCoreRatio", rounded(busy))
        .end_object();
    json_ = out.take();
    measured_ = now;
    cpu_ = cpu;
}

void LoopGauge::send_probe() {
    if (probe_.is_active()) return;
    const auto sent = clock_.now();
    probe_.start(Milliseconds(0), [this, sent] {
        const auto late = std::chrono::duration<double, std::milli>(clock_.now() - sent);
        delays_[delay_count_++ % delays_.size()] = {clock_.now(), late.count()};
    });
}

} // namespace openclaw::rpc
