// sandbox/landlock.h — Landlock: no file but the profile's, no TCP port, nobody else's signals and
// abstract sockets; and nobody outside may be traced, nor their /proc read.
#pragma once

#include "common/sandbox/profile.h"

#include <string>

namespace openclaw::sandbox {

struct LandlockOutcome {
    int abi = 0;     // of the kernel; 0: there is no Landlock
    int refused = 0; // errno of the step that failed; 0: the walls stand

    bool guards_files() const { return abi >= 1 && refused == 0; }

    bool guards_tcp() const { return abi >= 4 && refused == 0; }

    bool guards_peers() const { return abi >= 6 && refused == 0; }
};

// Needs no_new_privs. For this thread and what it starts later.
LandlockOutcome enter_landlock(const Profile& profile);

} // namespace openclaw::sandbox
