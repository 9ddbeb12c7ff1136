// sandbox/violation.h — the last words of a worker that made a forbidden call.
//
// The kernel does not make the call and sends SIGSYS instead. The handler writes one line to
// stderr, "sandbox: called ptrace(0x10, 0x3e8, 0x0)", and makes a forbidden call again: the
// signal's action has been reset to the default by then, so the kernel ends the process with
// SIGSYS. A hijacked worker wins nothing by tampering: it may not set an action for SIGSYS,
// blocking the signal makes the kernel end it at once, and whatever the handler does, the call was
// not made.
#pragma once

#include <string_view>

namespace openclaw::sandbox {

// How the line begins; the supervisor looks for it when a worker died of SIGSYS
// (supervisor/process/life).
inline constexpr std::string_view violation_mark = "sandbox: called ";

// False: sigaction failed, and a violation dies without a word.
bool announce_violations();

} // namespace openclaw::sandbox
