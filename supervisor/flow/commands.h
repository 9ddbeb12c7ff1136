// flow/commands.h — what the gateway does itself when a person writes a command.
#pragma once

#include "supervisor/flow/deliveries.h"
#include "supervisor/flow/rooms.h"
#include "supervisor/flow/runs.h"
#include "supervisor/policy/commands.h"
#include "supervisor/policy/routing.h"

#include <string>

namespace openclaw::flow {

class Commands {
  public:
    struct Order {
        const policy::CommandCall& call;
        const policy::Facts& facts;
        const policy::Route& route;
        const ledger::InboxKey& key;
        const std::string& run_id;
        const std::string& trace;
    };

    Commands(Rooms& rooms, AgentRuns& runs, Deliveries& deliveries,
             const std::vector<RunListener*>& listeners)
        : rooms_(rooms)
        , runs_(runs)
        , deliveries_(deliveries)
        , listeners_(listeners) {}

    // Does it and owes the answer, in one unit with the end of the inbox record. `notice` is
    // addressed and empty. False: done, and `arguments` are a message for the agent ("/new what is
    // the weather").
    bool obey(const Order& order, ledger::OutboxRow notice);

    // The same for a client: the answer as markdown (rpc/chat). Unset: no command.
    std::string answer(policy::Command command, const std::string& session_key,
                       const std::string& agent_id);
    void begin_anew(const std::string& session_key);

  private:
    void settle_with(const ledger::InboxKey& key, const ledger::OutboxRow& notice);
    std::string status_text(const std::string& session_key, const std::string& agent_id) const;
    static std::string whoami_text(const policy::Facts& facts);

    Rooms& rooms_;
    AgentRuns& runs_;
    Deliveries& deliveries_;
    const std::vector<RunListener*>& listeners_;
};

} // namespace openclaw::flow
