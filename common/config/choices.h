// config/choices.h — the words that keys of several sections take.
#pragma once

#include <array>
#include <string_view>

namespace openclaw::config {

inline constexpr std::array<std::string_view, 3> group_policies{"allowlist", "open", "disabled"};
inline constexpr std::array<std::string_view, 4> dm_scopes{"main", "per-peer", "per-channel-peer",
                                                           "per-account-channel-peer"};
inline constexpr std::array<std::string_view, 2> group_scopes{"per-group", "main"};

} // namespace openclaw::config
