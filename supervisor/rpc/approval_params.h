// rpc/approval_params.h — what exec.approval.* and approval.* take, as published.
#pragma once

#include "supervisor/rpc/approval_record.h"
#include "supervisor/rpc/params.h"

#include <array>
#include <string_view>

namespace openclaw::rpc {

inline constexpr std::string_view exec_kind = "exec"; // of an approval

namespace approval {

inline constexpr std::array<std::string_view, 9> more_request_fields = {
    "turnSourceChannel",   "turnSourceTo", "turnSourceAccountId", "resolvedPath",
    "sessionId",           "runId",        "toolCallId",          "approvalReviewerDeviceIds",
    "requireDeliveryRoute"};

constexpr Field nullable(std::string_view name) {
    return {.name = name, .kind = Kind::string, .nullable = true};
}

inline constexpr std::array request_params = {
    text("id", 1, 128),
    text("command", 1),
    Field{.name = "commandArgv", .kind = Kind::string_list},
    Field{.name = "systemRunPlan", .kind = Kind::object},
    Field{.name = "env", .kind = Kind::object},
    nullable("cwd"),
    nullable("nodeId"),
    nullable("host"),
    nullable("security"),
    nullable("ask"),
    nullable("warningText"),
    anything("scope"),
    anything("unavailableDecisions"),
    anything("commandSpans"),
    nullable("agentId"),
    nullable("sessionKey"),
    integer("timeoutMs", 1, 600'000),
    flag("twoPhase"),
    anything("turnSourceThreadId"),
    anything(more_request_fields[0]),
    anything(more_request_fields[1]),
    anything(more_request_fields[2]),
    anything(more_request_fields[3]),
    anything(more_request_fields[4]),
    anything(more_request_fields[5]),
    anything(more_request_fields[6]),
    anything(more_request_fields[7]),
    anything(more_request_fields[8])};
inline constexpr std::array id_params = {required_text("id")};
inline constexpr std::array resolve_params = {
    required_text("id"),
    Field{.name = "decision", .kind = Kind::string, .required = true, .one_of = approval_decisions},
    anything("reviewer"), integer("grantExpiresInDays", 1, 3650)};

inline constexpr std::array<std::string_view, 3> kinds = {"exec", "plugin", "system-agent"};
inline constexpr std::array resolve_any_params = {
    required_text("id"),
    Field{.name = "kind", .kind = Kind::string, .required = true, .one_of = kinds},
    Field{.name = "decision", .kind = Kind::string, .required = true, .one_of = approval_decisions},
    anything("reviewer"), integer("grantExpiresInDays", 1, 3650)};
inline constexpr std::array history_params = {
    text("cursor", 1, 512), integer("limit", 1, 100),
    Field{.name = "kind", .kind = Kind::string, .one_of = kinds}};

} // namespace approval

} // namespace openclaw::rpc
