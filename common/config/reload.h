// config/reload.h — what a change of the configuration costs a running gateway (CONFIG.md 9).
//
// The answer stands in the field tables; of an object the dearest key below it counts. Unknown
// paths cost a restart.
#pragma once

#include <string_view>

namespace openclaw::config {

// In growing order: read on next use; applied while running; the channel's worker is restarted; the
// gateway is.
enum class Reload { none, hot, channel, restart };

Reload cost_of(std::string_view path);

} // namespace openclaw::config
