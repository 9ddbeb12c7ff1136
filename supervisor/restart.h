// supervisor/restart.h — SIGUSR1, SIGUSR2 and SIGHUP, and a change over RPC that needs it: the
// configuration is read again and put in force, in this process. docs/restart.md has the invariant
// of every step.
//
//   begin      the service manager is told; a second signal meanwhile makes one more round after it
//   read       environment files and configuration, on the pool: read, checked, built
//   refuse     wrong: line and column go to the log, and everything is as it was
//   put_in_force  right: one turn of the loop in which decisions are swapped; workers whose
//              settings changed are drained and begin anew, clients whose secret no longer holds
//              are closed
//   finish     the service manager is told
//
// Facts stay what they are: pid, listening sockets, WebSockets, workers, runs. SIGHUP reads the
// configuration and opens the log again; it does not move to another address and does not read the
// environment files.
#pragma once

#include "common/loop/signal_watch.h"
#include "supervisor/edge.h"
#include "supervisor/service_manager.h"
#include "supervisor/shutdown.h"
#include "supervisor/standing.h"

#include <expected>
#include <memory>
#include <optional>
#include <string>

namespace openclaw {

class Restart {
  public:
    // All outlive it.
    Restart(Standing& facts, Edge& edge, const Shutdown& shutdown, const ServiceManager& manager);

    // `why` for the log. During another one: one more round after it.
    void ask(std::string_view why, Reread what);

    bool is_under_way() const { return in_hand_.has_value(); }

  private:
    struct Next { // made on the pool
        Preparation preparation;
        std::unique_ptr<Generation> generation;
    };

    using Outcome = std::expected<Next, Refusal>;

    void on_signal(std::string_view name, Reread what);
    void begin(std::string_view why, Reread what);
    void read();
    static Outcome make(const Preparation& before, Reread what);
    void on_read(Outcome outcome, std::uint64_t number);
    void refuse(std::string_view why);
    void put_in_force(Next next);
    void finish();

    Standing& facts_;
    Edge& edge_;
    const Shutdown& shutdown_;
    const ServiceManager& manager_;
    std::optional<Reread> in_hand_;
    std::optional<std::pair<std::string, Reread>> again_;
    Instant begun_{};
    SignalWatch first_user_, second_user_, hang_up_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true); // for what the pool ends later
};

} // namespace openclaw
