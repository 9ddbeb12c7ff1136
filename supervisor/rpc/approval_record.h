// rpc/approval_record.h — one question "may this command run?" and what became of it, in the forms
// that exec.approval.* and approval.* show (PROTOCOL.md 16). Pure.
#pragma once

#include "common/json/read.h"
#include "common/json/write.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace openclaw::rpc {

inline constexpr std::array<std::string_view, 3> approval_decisions = {"allow-once", "allow-always",
                                                                       "deny"};

enum class ApprovalState { pending, decided, no_route, expired };

// Who decides.
struct ApprovalResolver {
    std::string name;
    bool is_device = false;
};

struct ApprovalRecord {
    std::string id, request_json;
    std::string command, cwd, host, node_id, agent_id, session_key, warning;
    std::string program_path = {}; // where the asker found the program; not kept
    ApprovalState state = ApprovalState::pending;
    std::string decision; // of approval_decisions, when decided
    std::string resolver; // who decided: a device's id, or a client's name; empty: nobody
    bool by_device = false;
    std::int64_t created_at_ms = 0, expires_at_ms = 0, resolved_at_ms = 0;

    bool is_over() const { return state != ApprovalState::pending; }
};

ApprovalRecord approval_from_request(json::View params);

// {"id","decision","createdAtMs","expiresAtMs"}: to who asked; who waited is told the reason, too.
enum class OutcomeFor { asker, waiter };
std::string approval_outcome(const ApprovalRecord& record, OutcomeFor whom);
// exec.approval.requested, and a row of exec.approval.list.
void write_pending_approval(json::Writer& out, const ApprovalRecord& record);
// exec.approval.resolved
std::string approval_resolved(const ApprovalRecord& record);
// exec.approval.get
std::string approval_prompt(const ApprovalRecord& record);
// approval.get, approval.resolve, approval.history
void write_approval(json::Writer& out, const ApprovalRecord& record);

// For the notes.
std::string to_note(const ApprovalRecord& record);
std::optional<ApprovalRecord> approval_from_note(const std::string& id, std::string_view note);

} // namespace openclaw::rpc
