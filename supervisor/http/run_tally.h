// http/run_tally.h — runs since the start, by how they ended: counters for /metrics.
#pragma once

#include "supervisor/flow/runs.h"

#include <cstdint>

namespace openclaw::http {

class RunTally final : public flow::RunListener {
  public:
    std::uint64_t started = 0, completed = 0, failed = 0, aborted = 0;
    std::uint64_t input_tokens = 0, output_tokens = 0;

    void on_run_started(const flow::Run&) override { ++started; }

    void on_run_delta(const flow::Run&, std::string_view) override {}

    void on_run_ended(const flow::Run& run) override {
        ++(run.status == flow::RunStatus::completed ? completed
           : run.status == flow::RunStatus::failed  ? failed
                                                    : aborted);
        input_tokens += run.input_tokens;
        output_tokens += run.output_tokens;
    }

    void on_transcript_row(const std::string&, const flow::TranscriptRow&) override {}

    void on_session_changed(const std::string&, std::string_view) override {}
};

} // namespace openclaw::http
