// cli/view/words.h — numbers as people say them: ages, durations, sizes, paths below the home
// directory. Pure.
#pragma once

#include "cli/view/look.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace openclaw::cli {

std::string age(std::int64_t then_ms,
                std::int64_t now_ms); // "just now", "5m ago", "2h ago", "3d ago"; "never" for 0
std::string until(std::int64_t then_ms, std::int64_t now_ms); // "in 38s", "now"
std::string duration(std::int64_t ms);  // "640ms", "1.5s", "12s", "1m 30s", "2h 3m", "3d 4h"
std::string bytes(std::int64_t count);  // "640 B", "38 MB", "1.2 GB" (decimal, as disks are sold)
std::string count(std::int64_t number); // "999", "1.2k", "3.4m"
std::string percent(double ratio);      // 0.004 -> "0.4%"
std::string plural(std::int64_t number, std::string_view noun);  // "1 worker", "2 workers"
std::string short_path(std::string_view path, const Look& look); // "~/.openclaw/openclaw.json"
std::string capitalised(std::string_view word);
std::string clock_time(std::int64_t unix_ms); // "2026-11-21 19:26:34.142", local time

} // namespace openclaw::cli
