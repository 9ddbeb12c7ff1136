// rpc/connect_params.h — the closed object `connect` takes (PROTOCOL.md 4), as a field table.
#pragma once

#include "supervisor/rpc/params.h"

#include <array>

namespace openclaw::rpc {

inline constexpr std::array<std::string_view, 17> client_ids = {
    "webchat-ui",
    "openclaw-control-ui",
    "openclaw-browser-copilot",
    "openclaw-tui",
    "webchat",
    "cli",
    "gateway-client",
    "openclaw-macos",
    "openclaw-linux",
    "openclaw-ios",
    "openclaw-watchos",
    "openclaw-android",
    "node-host",
    "openclaw-worker",
    "test",
    "fingerprint",
    "openclaw-probe",
};

inline constexpr std::array<std::string_view, 8> client_modes = {
    "webchat", "cli", "ui", "backend", "node", "worker", "probe", "test"};

inline constexpr std::array client_fields = {
    Field{.name = "id", .kind = Kind::string, .required = true, .one_of = client_ids},
    required_text("version"),
    required_text("platform"),
    Field{.name = "mode", .kind = Kind::string, .required = true, .one_of = client_modes},
    text("displayName", 1),
    text("buildId", 1, 96),
    text("deviceFamily", 1),
    text("modelIdentifier", 1),
    text("timeZone", 1, 64),
    text("instanceId", 1),
};

inline constexpr std::array device_fields = {
    required_text("id"),
    required_text("publicKey"),
    required_text("signature"),
    Field{.name = "signedAt", .kind = Kind::integer, .required = true, .min = 0},
    required_text("nonce"),
};

inline constexpr std::array auth_fields = {
    text("token"),
    text("password"),
    text("deviceToken"),
    text("bootstrapToken"),
    text("approvalRuntimeToken"),
    text("agentRuntimeIdentityToken"),
};

inline constexpr std::array connect_fields = {
    Field{.name = "minProtocol", .kind = Kind::integer, .required = true, .min = 1},
    Field{.name = "maxProtocol", .kind = Kind::integer, .required = true, .min = 1},
    Field{.name = "client", .kind = Kind::object, .required = true, .fields = client_fields},
    text("role", 1),
    Field{.name = "scopes", .kind = Kind::string_list},
    Field{.name = "caps", .kind = Kind::string_list},
    Field{.name = "commands", .kind = Kind::string_list},
    Field{.name = "permissions", .kind = Kind::object},
    text("pathEnv"),
    anything("computerUse"),
    anything("workerRuns"),
    text("locale"),
    text("userAgent"),
    anything("modelCatalog"),
    Field{.name = "device", .kind = Kind::object, .fields = device_fields},
    Field{.name = "auth", .kind = Kind::object, .fields = auth_fields},
};

} // namespace openclaw::rpc
