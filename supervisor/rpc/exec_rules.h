// rpc/exec_rules.h — what was decided about commands for good: exec.approvals.get and .set,
// exec.approval.grants.list and .revoke.
//
// "Allow always" is remembered here and outlives a restart: for an agent as an entry of its
// allowlist, for an automation (a cron job) as a grant, which can end by itself and be taken back.
// Both mean one command, word by word, in one folder where one was named. The owner's file may also
// allow programs by patterns (rpc/exec_pattern). All of it is about this machine: what a node would
// allow is its own affair.
#pragma once

#include "supervisor/rpc/exec_file.h"
#include "supervisor/rpc/facts.h"
#include "supervisor/rpc/method_table.h"
#include "supervisor/rpc/sources.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::rpc {

// Who wants to run what, where.
struct ExecQuestion {
    std::string agent_id, session_key, command, cwd, host;
    std::string program_path = {}; // where the asker found the command's program; empty: not said
};

// The job of "agent:main:cron:<job>:…"; empty: another kind of session.
std::string cron_job_of(std::string_view session_key);

class ExecRules {
  public:
    ExecRules(Notes& notes, const Clock& clock);

    enum class Verdict { ask, allow, deny };
    // Counts the use of what allows it.
    Verdict judge(const ExecQuestion& question);
    // When nobody is there to be asked.
    Verdict fallback(const ExecQuestion& question);
    // "Allow always", said to the approval `approval_id`. `days`: of a grant; 0: for good.
    void remember(const ExecQuestion& question, const std::string& approval_id, std::int64_t days);

    void get(Call& call, const GatewayFacts& facts) const;
    void set(Call& call, const GatewayFacts& facts);
    void list_grants(Call& call, const CronDesk& cron) const;
    void revoke_grant(Call& call);

  private:
    struct Grant {
        std::string id, approval_id, agent_id, job_id, command, cwd, revoked_by;
        std::int64_t created_at_ms = 0, expires_at_ms = 0, revoked_at_ms = 0, last_used_ms = 0;
        std::int64_t uses = 0;
    };

    static std::string grant_json(const Grant& grant, const CronDesk* cron);
    static Grant grant_from(json::View from);
    Grant* grant_for(const ExecQuestion& question);
    std::vector<AllowedCommand*> entries_of(std::string_view agent_id);
    bool is_allowed(const ExecQuestion& question);
    void keep(const Grant& grant);
    void keep_file();
    std::string snapshot(const GatewayFacts& facts) const;
    std::string hash() const;

    Notes& notes_;
    const Clock& clock_;
    ExecFile file_;
    bool exists_ = false;
    std::map<std::string, Grant, std::less<>> grants_;
};

void add_exec_rules(MethodTable& table, ExecRules& rules, const GatewayFacts& facts,
                    const CronDesk& cron);

} // namespace openclaw::rpc
