// supervisor/shutdown.h — SIGTERM and SIGINT: finish what was begun, keep what was not, leave with
// 0.
//
//   1  new work is refused; clients are told
//   2  runs end and answers leave, within the drain budget; whatever does not is on disk for the
//   next start 3  workers drain 4  clients are closed (1012), the ledger is closed
// A second signal skips the waiting, a third leaves at once with 1.
#pragma once

#include "common/loop/signal_watch.h"
#include "supervisor/edge.h"
#include "supervisor/standing.h"

namespace openclaw {

class Shutdown {
  public:
    Shutdown(Standing& facts, Edge& edge);

    int exit_code() const { return exit_code_; }

  private:
    void on_signal(std::string_view name);
    void begin(std::string_view name);
    void wait_for_work();
    void drain_workers();
    void close_books();

    Standing& facts_;
    Edge& edge_;
    int signals_ = 0;
    int exit_code_ = 0;
    bool workers_are_draining_ = false;
    Instant give_up_at_{};
    Timer look_again_;
    SignalWatch terminate_, interrupt_;
};

} // namespace openclaw
