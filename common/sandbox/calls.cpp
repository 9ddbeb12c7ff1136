#include "common/sandbox/calls.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <cerrno>
#include <csignal>

namespace openclaw::sandbox {

namespace {

#define CALL(name) SYS_##name, #name

// Most arguments are ints: the kernel does not look at their upper half, so neither do we.
consteval Condition is(std::uint8_t argument, std::uint32_t value) {
    return {.argument = argument, .mask = 0xffff'ffff, .value = value};
}

consteval Condition lacks(std::uint8_t argument, std::uint32_t bits) {
    return {.argument = argument, .mask = bits, .value = 0};
}

consteval Condition is_null(std::uint8_t argument) {
    return {.argument = argument, .mask = ~std::uint64_t{0}, .value = 0};
}

consteval Condition is_own_process(std::uint8_t argument) {
    return {.argument = argument, .mask = 0xffff'ffff, .value = 0, .is_own_process = true};
}

// socket(2): the type may carry SOCK_CLOEXEC and SOCK_NONBLOCK above these bits.
consteval Condition is_stream(std::uint8_t argument) {
    return {.argument = argument, .mask = 0xf, .value = SOCK_STREAM};
}

consteval Condition is_datagram(std::uint8_t argument) {
    return {.argument = argument, .mask = 0xf, .value = SOCK_DGRAM};
}

// What opens a file for more than reading, whatever O_LARGEFILE is on this machine.
constexpr std::uint32_t writing =
    O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY);
// What glibc asks of a new thread (nptl/pthread_create.c); a new process would lack CLONE_THREAD.
constexpr std::uint32_t thread = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SYSVSEM | CLONE_SIGHAND |
                                 CLONE_THREAD | CLONE_SETTLS | CLONE_PARENT_SETTID |
                                 CLONE_CHILD_CLEARTID;
constexpr auto readers = Who::file_readers;
constexpr auto client = Who::internet_client;

// One line a call, to be read and compared.
// clang-format off
constexpr auto shapes = std::to_array<CallShape>({
    // Bytes through what is open.
    {CALL(read)},
    {CALL(write)},
    {CALL(readv)},
    {CALL(writev)},
    {CALL(pread64)},
    {CALL(pwrite64)},
    {CALL(lseek)},
    {CALL(close)},
    {CALL(dup)},
    {CALL(dup3)},
    {CALL(fstat)},
    {CALL(ftruncate)},
    {CALL(memfd_create), {is(1, MFD_CLOEXEC | MFD_ALLOW_SEALING)}}, // ipc/blob; no huge pages
    {CALL(fcntl), {is(1, F_DUPFD)}},
    {CALL(fcntl), {is(1, F_DUPFD_CLOEXEC)}},
    {CALL(fcntl), {is(1, F_GETFD)}},
    {CALL(fcntl), {is(1, F_SETFD)}},
    {CALL(fcntl), {is(1, F_GETFL)}},
    {CALL(fcntl), {is(1, F_SETFL)}},
    {CALL(fcntl), {is(1, F_ADD_SEALS)}},
    {CALL(fcntl), {is(1, F_GET_SEALS)}},
    {CALL(ioctl), {is(1, FIONBIO)}},
    {CALL(ioctl), {is(1, FIONREAD)}},
    {CALL(ioctl), {is(1, FIOCLEX)}},
    {CALL(ioctl), {is(1, TCGETS)}, Who::everyone, ENOTTY}, // "is this a terminal?"
    {CALL(ioctl), {is(1, SIOCGIFINDEX)}, Who::internet_client}, // "nameserver fe80::1%eth0"

    // Files, to be read. Which ones, Landlock and the own root say.
    {CALL(openat), {lacks(2, writing)}, readers},
    {CALL(openat), {lacks(2, writing)}, Who::everyone, EACCES},
    {CALL(newfstatat), {}, readers},
    {CALL(newfstatat), {is(3, AT_EMPTY_PATH)}}, // fstat, as glibc spells it
    {CALL(newfstatat), {}, Who::everyone, EACCES},
    {CALL(statx), {}, Who::everyone, ENOSYS},
    {CALL(getdents64), {}, readers},
    {CALL(readlinkat), {}, Who::everyone, EACCES},
    {CALL(faccessat), {}, Who::everyone, EACCES},
    {CALL(faccessat2), {}, Who::everyone, ENOSYS},
#if defined(__x86_64__) // the calls that newer machines no longer have
    {CALL(open), {lacks(1, writing)}, readers},
    {CALL(open), {lacks(1, writing)}, Who::everyone, EACCES},
    {CALL(stat), {}, readers},
    {CALL(stat), {}, Who::everyone, EACCES},
    {CALL(lstat), {}, readers},
    {CALL(lstat), {}, Who::everyone, EACCES},
    {CALL(access), {}, Who::everyone, EACCES},
    {CALL(readlink), {}, Who::everyone, EACCES},
    {CALL(dup2)},
    {CALL(poll)},
    {CALL(epoll_wait)},
    {CALL(select)},
    {CALL(time)},
    {CALL(getrlimit)},
#endif

    // Waiting, and the time.
    // No epoll_create1: the loop has its own by now. The kernel counts what is watched for all of a
    // user's processes together, and libuv aborts when that is used up.
    {CALL(epoll_ctl)},
    {CALL(epoll_pwait)},
    {CALL(ppoll)},
    {CALL(pselect6)},
    {CALL(eventfd2)},
    {CALL(pipe2)},
    {CALL(clock_gettime)},
    {CALL(clock_getres)},
    {CALL(clock_nanosleep)},
    {CALL(nanosleep)},
    {CALL(gettimeofday)},
    {CALL(restart_syscall)},

    // Memory. What was not a program when the door closed does not become one.
    {CALL(brk)},
    {CALL(mmap), {lacks(2, PROT_EXEC)}},
    {CALL(mprotect), {lacks(2, PROT_EXEC)}},
    {CALL(munmap)},
    {CALL(mremap)},
    {CALL(madvise)},
    {CALL(getrandom)},

    // The stream to the supervisor, and streams it was handed or hands away.
    {CALL(socketpair), {is(0, AF_UNIX), is_stream(1)}},
    {CALL(sendto), {is_null(4)}}, // send(): nowhere but to the other end
    {CALL(recvfrom)},
    {CALL(sendmsg)},
    {CALL(recvmsg)},
    {CALL(shutdown)},
    {CALL(getsockname)},
    {CALL(getpeername)},
    {CALL(getsockopt)},
    {CALL(setsockopt), {is(1, SOL_SOCKET), is(2, SO_KEEPALIVE)}},
    {CALL(setsockopt), {is(1, SOL_SOCKET), is(2, SO_SNDBUF)}},
    {CALL(setsockopt), {is(1, SOL_SOCKET), is(2, SO_RCVBUF)}},
    {CALL(setsockopt), {is(1, SOL_SOCKET), is(2, SO_LINGER)}},
    {CALL(setsockopt), {is(1, IPPROTO_TCP), is(2, TCP_NODELAY)}, client},
    {CALL(setsockopt), {is(1, IPPROTO_TCP), is(2, TCP_KEEPIDLE)}, client},
    {CALL(setsockopt), {is(1, IPPROTO_TCP), is(2, TCP_KEEPINTVL)}, client},
    {CALL(setsockopt), {is(1, IPPROTO_TCP), is(2, TCP_KEEPCNT)}, client},
    {CALL(setsockopt), {is(1, IPPROTO_TCP), is(2, TCP_USER_TIMEOUT)}, client},
    {CALL(setsockopt), {is(1, IPPROTO_IP), is(2, IP_RECVERR)}, client}, // the resolver's
    {CALL(setsockopt), {is(1, IPPROTO_IPV6), is(2, IPV6_RECVERR)}, client},
    {CALL(setsockopt), {is(1, IPPROTO_IPV6), is(2, IPV6_V6ONLY)}, client},
    {CALL(setsockopt), {}, Who::everyone, ENOPROTOOPT},

    // The internet, for who is to connect to it: streams, and the resolver's questions.
    // The connector asks for TCP by its number, the resolver leaves it to the kernel (glibc,
    // resolv/res_send.c). Other protocols of these types are other parsers: ICMP, SCTP, MPTCP, SMC.
    {CALL(socket), {is(0, AF_INET), is_stream(1), is(2, 0)}, client},
    {CALL(socket), {is(0, AF_INET), is_stream(1), is(2, IPPROTO_TCP)}, client},
    {CALL(socket), {is(0, AF_INET6), is_stream(1), is(2, 0)}, client},
    {CALL(socket), {is(0, AF_INET6), is_stream(1), is(2, IPPROTO_TCP)}, client},
    {CALL(socket), {is(0, AF_INET), is_datagram(1), is(2, 0)}, client},
    {CALL(socket), {is(0, AF_INET), is_datagram(1), is(2, IPPROTO_UDP)}, client},
    {CALL(socket), {is(0, AF_INET6), is_datagram(1), is(2, 0)}, client},
    {CALL(socket), {is(0, AF_INET6), is_datagram(1), is(2, IPPROTO_UDP)}, client},
    {CALL(socket), {is(0, AF_NETLINK)}, client, EAFNOSUPPORT}, // getaddrinfo: which addresses have we?
    {CALL(socket), {is(0, AF_UNIX)}, client, EACCES}, // getaddrinfo: is there a cache daemon?
    {CALL(connect), {}, client},
    {CALL(sendmmsg), {}, client},

    // Threads: the resolver's.
    {CALL(clone), {is(0, thread)}, client},
    {CALL(clone3), {}, client, ENOSYS}, // its flags lie in memory; clone is asked next
    {CALL(futex)},
    {CALL(set_robust_list)},
    {CALL(rseq)},
    {CALL(sched_yield)},
    {CALL(sched_getaffinity)},

    // Itself.
    {CALL(getpid)},
    {CALL(gettid)},
    {CALL(getppid)},
    {CALL(getuid)},
    {CALL(geteuid)},
    {CALL(getgid)},
    {CALL(getegid)},
    {CALL(getrusage)},
    {CALL(sysinfo)},
    {CALL(uname)},
    {CALL(prlimit64), {is(0, 0), is_null(2)}}, // to look, not to set
    {CALL(prctl), {is(0, PR_SET_NAME)}},
    {CALL(rt_sigprocmask)},
    {CALL(rt_sigreturn)},
    {CALL(sigaltstack)},
    {CALL(rt_sigaction), {is_null(1)}}, // to look
    {CALL(rt_sigaction), {is(0, SIGABRT)}},
    {CALL(rt_sigaction), {is(0, SIGPIPE)}},
    {CALL(rt_sigaction), {is(0, SIGTERM)}},
    {CALL(rt_sigaction), {is(0, SIGALRM)}},
    {CALL(rt_sigaction), {is(0, SIGSEGV)}},
    {CALL(rt_sigaction), {is(0, 33)}, client}, // glibc's own, with the first thread (nptl, SIGSETXID)
    // Never SIGSYS: its action speaks of us.
    {CALL(tgkill), {is_own_process(0)}},
    {CALL(exit)},
    {CALL(exit_group)},
});
// clang-format on

struct Name {
    int number;
    std::string_view name;
};

// What an attacker would try, so that the tally can say its name. It needs no line to be refused.
constexpr auto forbidden = std::to_array<Name>({
    {CALL(execve)}, {CALL(execveat)}, {CALL(clone)}, {CALL(clone3)}, {CALL(ptrace)}, {CALL(kill)},
        {CALL(tkill)}, {CALL(tgkill)}, {CALL(rt_sigqueueinfo)}, {CALL(rt_tgsigqueueinfo)},
        {CALL(pidfd_open)}, {CALL(pidfd_getfd)}, {CALL(pidfd_send_signal)},
        {CALL(process_vm_readv)}, {CALL(process_vm_writev)}, {CALL(process_madvise)}, {CALL(kcmp)},
        {CALL(move_pages)}, {CALL(migrate_pages)}, {CALL(mbind)}, {CALL(setpriority)},
        {CALL(sched_setscheduler)}, {CALL(sched_setattr)}, {CALL(sched_setaffinity)},
        {CALL(ioprio_set)}, {CALL(setsid)}, {CALL(setpgid)}, {CALL(personality)}, {CALL(setrlimit)},
        {CALL(socket)}, {CALL(connect)}, {CALL(bind)}, {CALL(listen)}, {CALL(accept)},
        {CALL(accept4)}, {CALL(sendmmsg)}, {CALL(recvmmsg)}, {CALL(mount)}, {CALL(umount2)},
        {CALL(pivot_root)}, {CALL(chroot)}, {CALL(chdir)}, {CALL(fchdir)}, {CALL(unshare)},
        {CALL(setns)}, {CALL(fsopen)}, {CALL(fsconfig)}, {CALL(fsmount)}, {CALL(fspick)},
        {CALL(open_tree)}, {CALL(move_mount)}, {CALL(mount_setattr)}, {CALL(keyctl)},
        {CALL(add_key)}, {CALL(request_key)}, {CALL(bpf)}, {CALL(perf_event_open)},
        {CALL(userfaultfd)}, {CALL(io_uring_setup)}, {CALL(io_uring_enter)},
        {CALL(io_uring_register)}, {CALL(io_setup)}, {CALL(io_submit)}, {CALL(init_module)},
        {CALL(finit_module)}, {CALL(delete_module)}, {CALL(kexec_load)}, {CALL(reboot)},
        {CALL(swapon)}, {CALL(swapoff)}, {CALL(acct)}, {CALL(syslog)}, {CALL(quotactl)},
        {CALL(sethostname)}, {CALL(setdomainname)}, {CALL(settimeofday)}, {CALL(clock_settime)},
        {CALL(clock_adjtime)}, {CALL(adjtimex)}, {CALL(setuid)}, {CALL(setgid)}, {CALL(setreuid)},
        {CALL(setresuid)}, {CALL(setgroups)}, {CALL(setfsuid)}, {CALL(capset)}, {CALL(shmget)},
        {CALL(shmat)}, {CALL(msgget)}, {CALL(semget)}, {CALL(mq_open)}, {CALL(openat2)},
        {CALL(open_by_handle_at)}, {CALL(name_to_handle_at)}, {CALL(fanotify_init)},
        {CALL(inotify_init1)}, {CALL(epoll_create1)}, {CALL(unlinkat)}, {CALL(renameat2)},
        {CALL(mkdirat)}, {CALL(mknodat)}, {CALL(linkat)}, {CALL(symlinkat)}, {CALL(fchmod)},
        {CALL(fchmodat)}, {CALL(fchown)}, {CALL(fchownat)}, {CALL(truncate)}, {CALL(utimensat)},
        {CALL(setxattr)}, {CALL(statfs)}, {CALL(getcwd)}, {CALL(vmsplice)}, {CALL(splice)},
        {CALL(tee)}, {CALL(memfd_secret)}, {CALL(pkey_mprotect)}, {CALL(remap_file_pages)},
        {CALL(seccomp)}, {CALL(landlock_create_ruleset)}, {CALL(landlock_add_rule)},
        {CALL(landlock_restrict_self)}, {CALL(timer_create)}, {CALL(timerfd_create)},
        {CALL(setitimer)}, {CALL(lookup_dcookie)}, {CALL(vhangup)},
#if defined(__x86_64__)
        {CALL(fork)}, {CALL(vfork)}, {CALL(unlink)}, {CALL(rename)}, {CALL(mkdir)}, {CALL(rmdir)},
        {CALL(link)}, {CALL(symlink)}, {CALL(chmod)}, {CALL(chown)}, {CALL(mknod)}, {CALL(creat)},
        {CALL(utime)}, {CALL(epoll_create)}, {CALL(modify_ldt)}, {CALL(arch_prctl)}, {CALL(iopl)},
        {CALL(ioperm)}, {CALL(kexec_file_load)}, {CALL(alarm)}, {CALL(getdents)},
#endif
});

#undef CALL

template <class List>
std::string_view find_name(const List& list, int number) {
    for (const auto& entry : list)
        if (entry.number == number) return entry.name;
    return {};
}

} // namespace

std::span<const CallShape> call_shapes() {
    return shapes;
}

std::string_view call_name(int number) {
    const auto name = find_name(shapes, number);
    return name.empty() ? find_name(forbidden, number) : name;
}

} // namespace openclaw::sandbox
