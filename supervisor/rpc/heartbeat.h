// rpc/heartbeat.h — news for the agent from outside a conversation: wake, system-event,
// set-heartbeats, last-heartbeat.
//
// News waits in memory, at most 20 pieces; the oldest make room. `wake` with mode "now" gives all
// of it to the default agent's main session as one run, which is what a heartbeat is in this build:
// there is no timer that wakes by itself. set-heartbeats false lets news wait.
#pragma once

#include "common/loop/loop.h"
#include "supervisor/flow/runs.h"
#include "supervisor/rpc/events.h"
#include "supervisor/rpc/facts.h"
#include "supervisor/rpc/method_table.h"
#include "supervisor/rpc/run_events.h"

#include <deque>
#include <string>

namespace openclaw::rpc {

class Heartbeats {
  public:
    struct Parts {
        Loop& loop;
        Events& events;
        flow::AgentRuns& runs;
        RunEvents& run_events;
        const GatewayFacts& facts;
    };

    explicit Heartbeats(Parts parts)
        : parts_(parts) {}

    void queue(std::string text);
    // Errors: those of AgentRuns::begin; the news waits on.
    Result<void> beat();

    void enable(bool on) { is_enabled_ = on; }

    bool is_enabled() const { return is_enabled_; }

    const std::deque<std::string>& waiting() const { return waiting_; }

    // The last record as JSON; "null" before the first.
    const std::string& last() const { return last_; }

  private:
    void ended(const flow::Run& run);

    Parts parts_;
    std::deque<std::string> waiting_;
    std::string last_ = "null";
    bool is_enabled_ = true;
};

void add_heartbeat(MethodTable& table, Heartbeats& heartbeats);

} // namespace openclaw::rpc
