// worker/log_relay.h — log lines of this process as Log frames. Installs itself as the log's sink;
// the log goes back to stderr when it is destroyed. Never blocks and never waits: what is over the
// budget, or finds the link full, is counted, and the count is sent as one "log.dropped" record.
#pragma once

#include "common/ipc/link.h"
#include "common/log/log.h"
#include "common/worker/line_budget.h"

#include <vector>

namespace openclaw::worker {

class LogRelay {
  public:
    LogRelay(Loop& loop, ipc::Link& link);
    ~LogRelay();
    LogRelay(const LogRelay&) = delete;
    LogRelay& operator=(const LogRelay&) = delete;

    // The supervisor takes Log frames from now on: sends what was held back, at most 32 records.
    void open();

  private:
    void relay(log::Level level, std::string_view event, std::span<const log::Field> fields);
    void send(wire::Frame& frame);
    void count_drop();
    void tell_dropped();

    Loop& loop_;
    ipc::Link& link_;
    LineBudget budget_;
    bool is_open_ = false;
    std::vector<wire::Frame> held_;
    Timer telling_; // runs while something was dropped and nobody has been told
};

} // namespace openclaw::worker
