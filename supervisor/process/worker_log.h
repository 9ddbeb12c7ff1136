// process/worker_log.h — what one worker says, written into our log with its name: Log frames and
// lines of stderr.
//
// The worker keeps to 200 records a second by itself (worker/log_relay); more are dropped here and
// counted, and five times as many is misbehaviour. A worker may be hijacked: values are redacted
// again, names are [a-z0-9_.] or left out, and no field is called "worker" but ours.
#pragma once

#include "common/worker/line_budget.h"
#include "proto/worker.pb.h"

#include <string>
#include <string_view>

namespace openclaw::process {

class WorkerLog {
  public:
    explicit WorkerLog(std::string id, const Clock& clock)
        : id_(std::move(id))
        , clock_(clock) {}

    // A life answers for its own flood only.
    void begin_life() { flood_ = worker::LineBudget(5 * worker::log_lines_per_second); }

    // False: a flood.
    bool record(const wire::Log& log, std::string_view trace);
    void line(std::string_view text);

  private:
    bool admit();

    std::string id_;
    const Clock& clock_;
    worker::LineBudget budget_;
    worker::LineBudget flood_{5 * worker::log_lines_per_second};
};

} // namespace openclaw::process
