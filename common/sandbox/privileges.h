// sandbox/privileges.h — gives up what a process has by birth: capabilities, the way to new ones,
// core dumps, new processes, being looked into.
#pragma once

namespace openclaw::sandbox {

struct PrivilegesOutcome {
    const char* failed = nullptr; // the step the kernel refused; null: all are done
    int error = 0;
};

PrivilegesOutcome drop_privileges(bool starts_threads);

} // namespace openclaw::sandbox
