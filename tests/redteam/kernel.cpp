// The kernel itself: calls that have been ways to its inside, and ways to lift one's own walls.
#include "tests/redteam/attack.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <csignal>

namespace openclaw::redteam {

namespace {

std::array<char, 4096> page;

std::string silence() {
    return std::signal(SIGSYS, SIG_IGN) == SIG_ERR ? judge(-1, "")
                                                   : "REACHED: its violations are not heard";
}

constexpr auto attacks = std::to_array<Attack>({
    {"bpf",
     [](auto&, auto&) {
         return judge(syscall(SYS_bpf, 5, page.data(), 64), "a program in the kernel");
     }},
    {"io_uring",
     [](auto&, auto&) {
         return judge(syscall(SYS_io_uring_setup, 8, page.data()), "a ring past the filter");
     }},
    {"more_watches",
     [](auto&, auto&) {
         return judge(syscall(SYS_epoll_create1, 0), "the watches that all processes share");
     }},
    {"userfaultfd",
     [](auto&, auto&) { return judge(syscall(SYS_userfaultfd, 0), "faults in its hand"); }},
    {"perf",
     [](auto&, auto&) {
         return judge(syscall(SYS_perf_event_open, page.data(), 0, -1, -1, 0), "counters");
     }},
    {"keyring",
     [](auto&, auto&) { return judge(syscall(SYS_keyctl, 0, -3, 1), "the user's keys"); }},
    {"module",
     [](auto&, auto&) {
         return judge(syscall(SYS_init_module, page.data(), page.size(), ""), "a module");
     }},
    {"mount",
     [](auto&, auto&) {
         return judge(syscall(SYS_mount, "x", "/", "tmpfs", 0, nullptr), "a mount");
     }},
    {"namespaces",
     [](auto&, auto&) { return judge(syscall(SYS_unshare, 0x10000000), "a user namespace"); }},
    {"enter_namespace",
     [](auto&, auto&) { return judge(syscall(SYS_setns, 0, 0), "a namespace of others"); }},
    {"chroot", [](auto&, auto&) { return judge(syscall(SYS_chroot, "/"), "another root"); }},
    {"set_user", [](auto&, auto&) { return judge(syscall(SYS_setresuid, 0, 0, 0), "root"); }},
    {"raise_limits",
     [](auto&, auto&) {
         const std::array<std::uint64_t, 2> most{~0ull, ~0ull};
         return judge(syscall(SYS_prlimit64, 0, 9, most.data(), nullptr), "all the memory");
     }},
    {"own_filter",
     [](auto&, auto&) { return judge(syscall(SYS_seccomp, 1, 0, page.data()), "another filter"); }},
    {"silence", [](auto&, auto&) { return silence(); }},
    {"type_into_terminal", [](auto&, auto&) { return judge(ioctl(0, TIOCSTI, "x"), "typed"); }},
    {"signal_by_owner",
     [](auto& target, auto&) {
         return judge(fcntl(3, F_SETOWN, std::atoi(target.c_str())), "signals through a socket");
     }},
    {"unknown_call", [](auto&, auto&) { return judge(syscall(462), "a call newer than we know"); }},
});

} // namespace

std::span<const Attack> kernel_attacks() {
    return attacks;
}

} // namespace openclaw::redteam
