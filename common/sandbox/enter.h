// sandbox/enter.h — puts this process behind its walls, for the rest of its life.
//
// Called by worker/runtime between the making of a service and Ready: what needs files, libraries
// or privileges has been done, and no byte of a stranger has been read. There is no way back and no
// second time. The process must have one thread: some walls are a thread's own.
//
// In this order, because each step needs what the next one takes away:
//   namespaces   own user, IPC and host name; without internet sockets also own network and an own,
//                read-only root that holds the certificates at most       sandbox/namespaces
//   privileges   no capabilities, no new ones, not dumpable, no core, no new processes, the end
//                with the supervisor                                       sandbox/privileges
//   files        Landlock: the profile's files, read only; TCP ports; signals and abstract sockets
//                of nobody else                                            sandbox/landlock
//   calls        seccomp: the table in sandbox/calls.h                     sandbox/filter
//
// A wall that the kernel refuses is left out and named in the level. Nothing here fails: what to
// make of less is the caller's decision (gateway.isolation). Decision record:
// docs/decisions/0002-sandbox.md. Threats: docs/threat-model.md.
#pragma once

#include "common/sandbox/level.h"
#include "common/sandbox/profile.h"

namespace openclaw::sandbox {

// Empty when the build has no sandbox (-Dsandbox=false, for sanitizers).
Level enter(const Profile& profile);

} // namespace openclaw::sandbox
