// flow/alert_text.h — what the owner is told of an account that is down, or back. Pure.
#pragma once

#include "supervisor/policy/health.h"

#include <cstdint>
#include <string>

namespace openclaw::flow {

std::string down_text(const policy::Judged& sick, std::int64_t since_ms, std::int64_t now_ms);
std::string back_text(const policy::Judged& again, std::int64_t since_ms, std::int64_t now_ms);
// Of an outage that nobody heard of while it lasted.
std::string was_down_text(const policy::Judged& again, std::int64_t since_ms, std::int64_t now_ms);
// "40 s", "12 min", "3 h 5 min", "2 d 4 h".
std::string how_long(std::int64_t milliseconds);

} // namespace openclaw::flow
