// rpc/approvals.h — may this command run? exec.approval.* and approval.*: somebody asks, a person
// decides, both hear of it (PROTOCOL.md 16).
//
// A request waits in memory until it is decided or expires; what became of it is remembered over a
// restart, the newest 200 of them. What was decided for good (rpc/exec_rules) is not asked again.
// Without a reviewer connected (the asker does not count) a request is refused at once.
#pragma once

#include "common/loop/timer.h"
#include "supervisor/rpc/approval_record.h"
#include "supervisor/rpc/events.h"
#include "supervisor/rpc/exec_rules.h"
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
    Approvals(Loop& loop, Events& events, Notes& notes);

    ExecRules& rules() { return rules_; }

    void request(Call& call);
    void wait(Call& call);
    void resolve(Call& call);
    void get(Call& call) const;
    void list(Call& call) const;

    // The same questions under the names that are not tied to commands.
    void get_any(Call& call) const;
    void resolve_any(Call& call);
    void history(Call& call) const;

    // An array of what waits for a decision in this session.
    void write_waiting(json::Writer& out, std::string_view session_key) const;

  private:
    using Waiter = std::function<void(const ApprovalRecord&)>;

    struct Request {
        ApprovalRecord record;
        std::vector<Waiter> waiters;
        Waiter asker; // hears of the decision after all the others (PROTOCOL.md 16)
        std::unique_ptr<Timer> expiry;
    };

    Request* find(std::string_view id);
    const Request* find(std::string_view id) const;
    bool answer_by_rule(Request& request);
    void ask(Request& request, Milliseconds timeout);
    static ApprovalResolver resolver_of(const Peer& peer);
    void decide(Request& request, const Call& call);
    void settle(Request& request, ApprovalState state, std::string_view decision,
                ApprovalResolver by = {});
    void remember(const Request& request);
    void forget_old();

    Loop& loop_;
    Events& events_;
    Notes& notes_;
    ExecRules rules_;
    std::map<std::string, Request, std::less<>> requests_;
    std::deque<std::string> order_;   // as they were asked
    std::deque<std::string> history_; // as they ended, oldest first
};

void add_approvals(MethodTable& table, Approvals& approvals);

} // namespace openclaw::rpc
