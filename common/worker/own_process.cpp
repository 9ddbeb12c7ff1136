#include "common/worker/own_process.h"

#include "common/ipc/protocol.h"

#include <fcntl.h>
#include <malloc.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>

namespace openclaw::worker {

namespace {

// When memory runs out the kernel should take a worker, which is replaced, and not the supervisor.
// Here and not between vfork and exec: until then the memory, and with it who may write this file,
// is the supervisor's.
void offer_as_victim() {
    const UniqueFd file(open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC));
    if (file) (void)!write(file.get(), "500", 3); // of 1000, proc(5); it may be forbidden
}

} // namespace

void settle_process() {
    offer_as_victim();
    // One thread allocates: a second arena is 64 MiB of address space for nothing. What is freed
    // goes back early, because there are many of us and most of them wait most of the time.
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_TRIM_THRESHOLD, 256 * 1024);
    mallopt(M_TOP_PAD, 64 * 1024);
    mallopt(M_MMAP_THRESHOLD, 256 * 1024);
    setenv("UV_THREADPOOL_SIZE", "1", 1); // read by libuv at the first use of its pool
    std::signal(SIGPIPE, SIG_IGN);        // a peer that went away is an error code, not a death
}

UniqueFd take_link() {
    int type = 0;
    socklen_t size = sizeof type;
    if (getsockopt(ipc::worker_link_fd, SOL_SOCKET, SO_TYPE, &type, &size) != 0 ||
        type != SOCK_SEQPACKET)
        return {};
    fcntl(ipc::worker_link_fd, F_SETFD, FD_CLOEXEC);
    fcntl(ipc::worker_link_fd, F_SETFL, O_NONBLOCK);
    return UniqueFd(ipc::worker_link_fd);
}

bool has_spare_descriptors() {
    std::array<UniqueFd, 4> probes;
    return std::ranges::all_of(probes, [](UniqueFd& probe) {
        probe = UniqueFd(fcntl(ipc::worker_link_fd, F_DUPFD_CLOEXEC, 0));
        return static_cast<bool>(probe);
    });
}

void show_name(const std::string& instance) {
    prctl(PR_SET_NAME, instance.substr(0, 15).c_str(), 0, 0, 0);
}

} // namespace openclaw::worker
