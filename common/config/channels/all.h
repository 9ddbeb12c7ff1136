// config/channels/all.h — the channels this build has. Adding one is a line here.
#pragma once

#include "common/config/channels/echo.h"
#include "common/config/channels/telegram.h"

#include <array>

namespace openclaw::config {

inline constexpr std::array channel_workers = {echo_worker, telegram_worker};

} // namespace openclaw::config
