// rpc/session_patch.h — the fields of sessions.patch, and what each does to a session.
#pragma once

#include "common/json/read.h"
#include "supervisor/ledger/sessions.h"
#include "supervisor/rpc/facts.h"
#include "supervisor/rpc/params.h"
#include "supervisor/rpc/wire_error.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace openclaw::rpc {

std::span<const Field> session_patch_params(); // with "key" and the expectations
std::span<const Field> session_patch_fields(); // of sessions.patchMany's "patch"

// operator.write for names and places in lists, model and speed; operator.admin for the rest
// (METHODS.md).
std::string_view session_patch_scope(json::View patch);

struct PatchOutcome {
    std::optional<WireError> refused; // then nothing was changed
    bool model_changed = false;
};

PatchOutcome apply_patch(ledger::Session& session, json::View patch, const GatewayFacts& facts,
                         std::int64_t now_ms);

} // namespace openclaw::rpc
