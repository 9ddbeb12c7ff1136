// supervisor/shutdown.h — SIGTERM and SIGINT: finish what was begun, keep what was not, leave with
// 0.
//
//   1  new work is refused; clients are told
//   2  runs end and answers leave, within the drain budget; whatever does not is on disk for the
//   next start 3  workers drain 4  clients are closed (1012), the ledger is closed
// gateway.restart.request: the same, and then the program begins anew in this process, unless a
// signal says meanwhile that it shall end. That signal is the second.
// A second signal skips the waiting, a third leaves at once with 1.
#pragma once

#include "common/loop/signal_watch.h"
#include "supervisor/edge.h"
#include "supervisor/service_manager.h"
#include "supervisor/standing.h"

#include <string>
#include <string_view>

namespace openclaw {

class Shutdown {
  public:
    Shutdown(Standing& facts, Edge& edge, const ServiceManager& manager);

    bool has_begun() const { return signals_ > 0; } // or waits for heed()

    // While one image takes over from another, on both sides, nothing else may begin: what is asked
    // for meanwhile waits until heed(), or is the next image's.
    void hold() { is_held_ = true; }

    void heed();

    int exit_code() const { return exit_code_; }

    // The same, and then the program begins anew: main asks is_restart() when the loop has ended.
    // False: it is ending already.
    bool restart(std::string_view reason);

    bool is_restart() const { return is_restart_; }

  private:
    void on_signal(std::string_view name);
    void begin(std::string_view name);
    void wait_for_work();
    void drain_workers();
    void close_books();

    Standing& facts_;
    Edge& edge_;
    const ServiceManager& manager_;
    int signals_ = 0;
    int exit_code_ = 0;
    bool is_restart_ = false;
    bool is_held_ = false;
    std::string asked_by_; // while held
    bool workers_are_draining_ = false;
    Instant give_up_at_{};
    Timer look_again_;
    SignalWatch terminate_, interrupt_;
};

} // namespace openclaw
