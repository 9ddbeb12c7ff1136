// rpc/heartbeat.h — news for the agent from outside a conversation: wake, system-event,
// set-heartbeats, last-heartbeat.
//
// News waits with the default agent's main session (flow/system_events.h) and reaches the agent
// with its next turn. `wake` with mode "now" makes that turn, which is what a heartbeat is in this
// build: there is no timer that wakes by itself. set-heartbeats false lets news wait.
#pragma once

#include "common/loop/loop.h"
#include "supervisor/flow/runs.h"
#include "supervisor/flow/system_events.h"
#include "supervisor/rpc/events.h"
#include "supervisor/rpc/facts.h"
#include "supervisor/rpc/method_table.h"
#include "supervisor/rpc/run_events.h"

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
        flow::SystemEvents& system_events;
    };

    explicit Heartbeats(Parts parts)
        : parts_(parts) {}

    void queue(std::string text);
    // Errors: those of AgentRuns::begin; the news waits on.
    Result<void> beat();

    void enable(bool on) { is_enabled_ = on; }

    bool is_enabled() const { return is_enabled_; }

    const flow::SystemEvents::Events& waiting() const;

    // The last record as JSON; "null" before the first.
    const std::string& last() const { return last_; }

  private:
    void ended(const flow::Run& run);
    std::string session_key() const;

    Parts parts_;
    std::string last_ = "null";
    bool is_enabled_ = true;
};

void add_heartbeat(MethodTable& table, Heartbeats& heartbeats);

} // namespace openclaw::rpc
