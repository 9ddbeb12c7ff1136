// cli/view/log_line.h — one line of the log file, read and shown. Pure.
//
// Both shapes are understood: ours (common/log: time, level, event, fields, message) and the
// original's (a message in "0" or "1", the rest in _meta). What is no JSON is shown as it is.
#pragma once

#include "cli/view/look.h"

#include <string>
#include <string_view>

namespace openclaw::cli {

struct LogRecord {
    std::string time, level, subsystem, message;
    std::string worker;     // whose line it is; empty: the supervisor's own
    bool is_record = false; // false: raw text, in `message`
};

LogRecord read_log_line(std::string_view line);

std::string log_line_view(const LogRecord& record, const Look& look);
std::string log_line_json(const LogRecord& record,
                          std::string_view raw); // {"type":"log",…} or {"type":"raw",…}

} // namespace openclaw::cli
