// base/check.h — our own structures disagree: say where and abort.
//
// For broken invariants only, never for input. The last trace id set by check_context() is printed,
// so that the message in flight can be found. A worker that aborts is restarted by the supervisor.
#pragma once

#include <string_view>

namespace openclaw {

// Remembers (by copy, at most 63 bytes) what is being worked on; shown when a check fails.
void check_context(std::string_view trace);

[[noreturn]] void check_failed(const char* expression, const char* file, int line);

} // namespace openclaw

#define CHECK_INVARIANT(expression)                                                                \
    do {                                                                                           \
        if (!(expression)) [[unlikely]]                                                            \
            ::openclaw::check_failed(#expression, __FILE__, __LINE__);                             \
    } while (false)
