#include "common/sandbox/privileges.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

namespace openclaw::sandbox {

namespace {

// capabilities(7). The set that bounds later ones can only be emptied by who may, and matters only
// to who starts programs: the rest is emptied in any case.
bool drop_capabilities() {
    for (unsigned long capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0;
         ++capability)
        prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> none{};
    return syscall(SYS_capset, &header, none.data()) == 0;
}

bool limit(__rlimit_resource_t resource, rlim_t most) {
    const rlimit both{.rlim_cur = most, .rlim_max = most};
    return setrlimit(resource, &both) == 0;
}

// The signal was ordered at birth; a change of credentials takes the order back (prctl(2)).
bool end_with_supervisor() {
    return prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0;
}

} // namespace

PrivilegesOutcome drop_privileges(bool starts_threads) {
    const auto refused = [](const char* step) {
        return PrivilegesOutcome{.failed = step, .error = errno};
    };
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return refused("no_new_privs");
    if (!drop_capabilities()) return refused("capabilities");
    if (!limit(RLIMIT_CORE, 0)) return refused("the core limit");
    if (!limit(RLIMIT_MSGQUEUE, 0)) return refused("the message queue limit");
    // Counted over all processes of the user: a number between none and many means nothing.
    if (!starts_threads && !limit(RLIMIT_NPROC, 0)) return refused("the process limit");
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return refused("not dumpable");
    if (!end_with_supervisor()) return refused("the parent-death signal");
    return {};
}

} // namespace openclaw::sandbox
