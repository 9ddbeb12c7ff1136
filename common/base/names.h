// base/names.h — program and path names. The renaming place: they appear here and in meson.build
// only.
#pragma once

#include <string_view>

namespace openclaw::names {

inline constexpr std::string_view product = "OpenClaw Gateway";
inline constexpr std::string_view cli = "openclaw";
inline constexpr std::string_view daemon = "openclaw-gateway";
inline constexpr std::string_view state_directory = ".openclaw"; // below the home directory
inline constexpr std::string_view config_file = "openclaw.json"; // below the state directory
inline constexpr std::string_view ledger_file =
    "state/gateway-native.sqlite"; // OPS.md §6: beside the original's
inline constexpr std::string_view identity_file =
    "identity/device.json"; // PROTOCOL.md 6: the original's CLI signs with the same
inline constexpr std::string_view control_socket = "run/supervisor.sock";
inline constexpr std::string_view lock_file = "run/gateway.lock";
inline constexpr int default_port = 18789;

} // namespace openclaw::names
