// sandbox/calls.h — the system calls a worker may make, one line each; all others end it.
//
// A line is a shape of a call: its number, what its arguments must be, and which profiles have the
// line. Several lines for one call are alternatives, tried from the top. A call without a line, and
// one that fits none of its lines, is a violation: it is not made, and the worker dies by name
// (sandbox/violation.h). A line with an errno is refused quietly instead: something a library tries
// and can do without. Judged by sandbox/filter.h. Data only.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace openclaw::sandbox {

// (argument & mask) == value; a mask of 0 is no condition.
struct Condition {
    std::uint8_t argument = 0;
    std::uint64_t mask = 0;
    std::uint64_t value = 0;
    bool is_own_process = false; // the value is the caller's own process id
};

enum class Who : std::uint8_t {
    everyone,
    file_readers,    // profiles that may read files
    internet_client, // Net::client_stream
};

struct CallShape {
    int number;
    std::string_view name;
    std::array<Condition, 3> when{};
    Who who = Who::everyone;
    int refused_with = 0; // 0: let through
};

std::span<const CallShape> call_shapes();
// "ptrace"; empty: not known here. Safe in a signal handler.
std::string_view call_name(int number);

} // namespace openclaw::sandbox
