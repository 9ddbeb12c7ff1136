// flow/trace_log.h — what happened to a conversation, step by step, for `openclaw explain`.
//
// A bounded memory of recent steps: the ledger holds the facts that matter for years, this holds
// the story of the last hours (which worker, which wait, which refusal). Lost at restart, and
// explain says so.
#pragma once

#include "common/base/clock.h"

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace openclaw::flow {

struct TraceStep {
    std::int64_t at_ms = 0;
    std::string_view room;  // "flow/inbound": a literal
    std::string_view event; // "recorded": a literal
    std::string detail;
};

class TraceLog {
  public:
    explicit TraceLog(const Clock& clock)
        : clock_(clock) {}

    void add(const std::string& trace, std::string_view room, std::string_view event,
             std::string detail = {});
    // In the order they happened; empty when the trace is unknown or forgotten.
    const std::vector<TraceStep>& steps(const std::string& trace) const;

  private:
    static constexpr std::size_t max_traces = 2000;
    static constexpr std::size_t max_steps = 64; // of one trace: a story, not a log

    const Clock& clock_;
    std::unordered_map<std::string, std::vector<TraceStep>> steps_;
    std::deque<std::string> order_; // oldest first
};

} // namespace openclaw::flow
