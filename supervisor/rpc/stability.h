// rpc/stability.h — what happened lately, for people who wonder: diagnostics.stability.
//
// The last 1,000 happenings of runs, in memory, each with a number that goes on counting.
#pragma once

#include "common/base/clock.h"
#include "common/json/write.h"
#include "supervisor/flow/runs.h"
#include "supervisor/rpc/method_table.h"

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace openclaw::rpc {

class StabilityLog final : public flow::RunListener {
  public:
    explicit StabilityLog(const Clock& clock)
        : clock_(clock) {}

    void on_run_started(const flow::Run& run) override;

    void on_run_delta(const flow::Run&, std::string_view) override {}

    void on_run_ended(const flow::Run& run) override;

    void on_transcript_row(const std::string&, const flow::TranscriptRow&) override {}

    void on_session_changed(const std::string&, std::string_view) override {}

    // The newest `limit` of one type, or of all when it is empty, oldest first.
    std::string to_json(std::size_t limit, std::string_view type) const;

  private:
    struct Happening {
        std::uint64_t sequence = 0;
        std::string_view type; // static
        std::string json;
    };

    json::Writer begin(std::string_view type);
    void add(std::string_view type, json::Writer&& happening);
    void write_summary(json::Writer& out) const;

    const Clock& clock_;
    std::deque<Happening> happenings_;
    std::uint64_t last_sequence_ = 0;
};

std::string iso_time(std::int64_t unix_ms); // 2026-11-21T19:26:40.238Z

void add_stability(MethodTable& table, const StabilityLog& log);

} // namespace openclaw::rpc
