// cli/view/worker_top.h — the live table of `openclaw workers top`, and one line for each frame of
// `openclaw workers trace`. Pure.
#pragma once

#include "cli/view/look.h"
#include "common/json/read.h"

#include <string>

namespace openclaw::cli {

// The whole gateway in one line, then a row for each process. Ends with a newline.
std::string worker_top(json::View list, const Look& look);

// "12:00:01.042 → Outbound       512 B  id=7 trace=ab12": an arrow to the right is to the worker.
std::string frame_line(json::View frame, const Look& look);

// Replaces what a terminal shows by `screen`, without a flicker: each line is ended by erasing what
// was right of it, and what is below the last one is erased.
std::string repaint(const std::string& screen);

} // namespace openclaw::cli
