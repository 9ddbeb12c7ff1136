// rpc/approvals.h — may this command run? exec.approval.*: somebody asks, a person decides, both
// hear of it (PROTOCOL.md 16).
//
// Requests live in memory until they are decided or expire; what was decided is remembered for a
// while, so that a second answer is told from an unknown one. Without a reviewer connected (the
// asker does not count) a request is refused at once.
#pragma once

#include "common/loop/timer.h"
#include "supervisor/rpc/events.h"
#include "supervisor/rpc/method_table.h"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::rpc {

class Approvals {
  public:
    Approvals(Loop& loop, Events& events)
        : loop_(loop)
        , events_(events) {}

    void request(Call& call);
    void wait(Call& call);
    void resolve(Call& call);
    void get(Call& call) const;
    void list(Call& call) const;

  private:
    struct Request {
        std::string id, request_json, command, host, agent_id;
        std::string decision; // empty: not yet; "expired"
        std::int64_t created_at_ms = 0, expires_at_ms = 0, resolved_at_ms = 0;
        std::vector<std::function<void(const Request&)>> waiters;
        std::unique_ptr<Timer> expiry;
    };

    Request* find(std::string_view id);
    void settle(Request& request, std::string decision, std::string_view by);
    void forget_old();

    Loop& loop_;
    Events& events_;
    std::map<std::string, Request, std::less<>> requests_;
    std::deque<std::string> order_;
};

void add_approvals(MethodTable& table, Approvals& approvals);

} // namespace openclaw::rpc
