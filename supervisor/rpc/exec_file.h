// rpc/exec_file.h — the owner's standing answers to "may this command run?", as exec.approvals.get
// and .set show them: a policy for every agent, and the commands that were allowed for good.
//
// Pure. What this build does not act on is refused, never kept in silence.
#pragma once

#include "common/base/result.h"
#include "common/json/read.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::rpc {

// Empty words: as the next wider rule says.
struct ExecPolicy {
    std::string security;     // "deny", "allowlist", "full"
    std::string ask;          // "off", "on-miss", "always"
    std::string ask_fallback; // "deny", "allowlist", "full": when nobody is there to be asked
    std::optional<bool> auto_allow_skills;
};

struct AllowedCommand {
    std::string id, pattern, source, command; // `command`: word by word; empty: `pattern` is meant
    std::string argument_pattern;             // with `pattern`; empty: any arguments
    std::string last_command, last_place;
    std::int64_t last_used_ms = 0;
};

struct AgentRules {
    ExecPolicy policy;
    std::vector<AllowedCommand> allowed;
};

struct ExecFile {
    ExecPolicy defaults;
    std::map<std::string, AgentRules> agents; // "*": all the others

    static constexpr std::size_t max_agents = 64, max_allowed = 100; // of one agent
};

Result<ExecFile> exec_file_from(json::View file);
std::string to_json(const ExecFile& file);

// What is in force for `agent_id`, every word filled in (METHODS.md exec.approvals.get:
// resolvedDefaults).
ExecPolicy resolved(const ExecFile& file, std::string_view agent_id);

} // namespace openclaw::rpc
