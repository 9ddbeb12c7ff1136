#include "common/loop/child_watch.h"

#include <sys/syscall.h>
#include <sys/wait.h>

#include <cerrno>

// glibc 2.36's sys/pidfd.h lacks C++ linkage; the system calls are used directly.

namespace openclaw {

Result<std::unique_ptr<ChildWatch>> ChildWatch::create(Loop& loop, pid_t pid, OnExit on_exit) {
    UniqueFd pidfd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
    if (!pidfd) return Failure(system_error(Code::internal, "pidfd_open of a worker", errno));
    return std::unique_ptr<ChildWatch>(
        new ChildWatch(loop, pid, std::move(pidfd), std::move(on_exit)));
}

ChildWatch::ChildWatch(Loop& loop, pid_t pid, UniqueFd pidfd, OnExit on_exit)
    : pid_(pid)
    , pidfd_(std::move(pidfd))
    , on_exit_(std::move(on_exit))
    , watch_(loop, pidfd_.get(), [this](Ready) { reap(); }) {
    watch_.want(true, false);
}

void ChildWatch::signal(int number) const {
    syscall(SYS_pidfd_send_signal, pidfd_.get(), number, nullptr, 0);
}

void ChildWatch::reap() {
    siginfo_t info{};
    if (waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG) != 0 || info.si_pid == 0)
        return;
    watch_.want(false, false);
    ExitStatus status;
    if (info.si_code == CLD_EXITED)
        status.code = info.si_status;
    else
        status = {.code = 0, .signal = info.si_status, .core_dumped = info.si_code == CLD_DUMPED};
    auto tell = std::move(on_exit_); // the owner usually destroys this object in the call
    tell(status);
}

} // namespace openclaw
