// The filter judged without a kernel: a small machine runs the program as seccomp would.
#include "common/sandbox/filter.h"

#include <doctest/doctest.h>

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <set>

using namespace openclaw::sandbox;

namespace {

constexpr std::uint32_t own_process = 4711;
constexpr Profile narrow{};
constexpr Profile wide{.net = Net::client_stream, .reads_certificates = true};

#if defined(__x86_64__)
constexpr std::uint32_t this_machine = AUDIT_ARCH_X86_64;
constexpr std::uint32_t another_machine = AUDIT_ARCH_I386;
#else
constexpr std::uint32_t this_machine = AUDIT_ARCH_AARCH64;
constexpr std::uint32_t another_machine = AUDIT_ARCH_ARM;
#endif

// bpf(4), classic: the five instructions that compile_filter uses.
std::uint32_t run(const std::vector<sock_filter>& code, const seccomp_data& call) {
    std::uint32_t accumulator = 0;
    for (std::size_t at = 0; at < code.size(); ++at) {
        const auto& line = code[at];
        switch (line.code) {
        case BPF_LD | BPF_W | BPF_ABS:
            memcpy(&accumulator, reinterpret_cast<const char*>(&call) + line.k, 4);
            break;
        case BPF_ALU | BPF_AND | BPF_K:
            accumulator &= line.k;
            break;
        case BPF_JMP | BPF_JEQ | BPF_K:
            at += accumulator == line.k ? line.jt : line.jf;
            break;
        case BPF_RET | BPF_K:
            return line.k;
        default:
            FAIL("an instruction nobody writes");
        }
    }
    FAIL("fell off the end");
    return 0;
}

std::uint32_t judge(const Profile& profile, int number, std::vector<std::uint64_t> arguments = {},
                    std::uint32_t machine = this_machine) {
    seccomp_data call{.nr = number, .arch = machine, .instruction_pointer = 0, .args = {}};
    for (std::size_t i = 0; i < arguments.size(); ++i)
        call.args[i] = arguments[i];
    return run(compile_filter(call_shapes(), profile, own_process), call);
}

constexpr std::uint32_t allowed = SECCOMP_RET_ALLOW;
constexpr std::uint32_t violation = SECCOMP_RET_TRAP;

constexpr std::uint32_t refused(int error) {
    return SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error);
}

} // namespace

TEST_SUITE("common/sandbox") {
    TEST_CASE("what a worker does all day is allowed") {
        for (const int number : {SYS_read, SYS_write, SYS_recvmsg, SYS_sendmsg, SYS_epoll_pwait,
                                 SYS_clock_gettime, SYS_munmap, SYS_futex, SYS_exit_group})
            CHECK(judge(narrow, number) == allowed);
    }
    TEST_CASE("a memfd is sealable and of ordinary pages") {
        CHECK(judge(narrow, SYS_memfd_create, {0, MFD_CLOEXEC | MFD_ALLOW_SEALING}) == allowed);
        CHECK(judge(narrow, SYS_memfd_create, {0, MFD_CLOEXEC | MFD_HUGETLB}) == violation);
    }
    TEST_CASE("what nobody may is a violation in every profile") {
        for (const int number : {SYS_execve,
                                 SYS_execveat,
                                 SYS_ptrace,
                                 SYS_process_vm_readv,
                                 SYS_process_vm_writev,
                                 SYS_mount,
                                 SYS_keyctl,
                                 SYS_bpf,
                                 SYS_io_uring_setup,
                                 SYS_userfaultfd,
                                 SYS_perf_event_open,
                                 SYS_init_module,
                                 SYS_unshare,
                                 SYS_setns,
                                 SYS_kill,
                                 SYS_bind,
                                 SYS_listen,
                                 SYS_accept4,
                                 SYS_personality,
                                 SYS_seccomp,
                                 SYS_unlinkat,
                                 12345}) {
            CHECK(judge(narrow, number) == violation);
            CHECK(judge(wide, number) == violation);
        }
    }
    TEST_CASE("another machine's call numbers end the process") {
        CHECK(judge(wide, SYS_read, {}, another_machine) == SECCOMP_RET_KILL_PROCESS);
    }
#if defined(__x86_64__)
    TEST_CASE("the numbers of the x32 interface are a violation") {
        CHECK(judge(wide, 0x4000'0000 | SYS_read) == violation);
    }
#endif
    TEST_CASE("memory is never made executable") {
        CHECK(judge(narrow, SYS_mmap, {0, 1, PROT_READ | PROT_WRITE}) == allowed);
        CHECK(judge(narrow, SYS_mmap, {0, 1, PROT_READ | PROT_EXEC}) == violation);
        CHECK(judge(wide, SYS_mprotect, {0, 1, PROT_EXEC}) == violation);
    }
    TEST_CASE("who connects to nothing has no socket but a pair of streams") {
        CHECK(judge(narrow, SYS_socketpair, {AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC}) == allowed);
        CHECK(judge(narrow, SYS_socketpair, {AF_UNIX, SOCK_DGRAM}) == violation);
        for (const int family : {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET, 40})
            CHECK(judge(narrow, SYS_socket, {static_cast<std::uint64_t>(family), SOCK_STREAM}) ==
                  violation);
        CHECK(judge(narrow, SYS_connect) == violation);
    }
    TEST_CASE("who connects to the internet has its streams, the resolver's questions, no more") {
        CHECK(judge(wide, SYS_socket, {AF_INET6, SOCK_STREAM | SOCK_NONBLOCK}) == allowed);
        CHECK(judge(wide, SYS_socket, {AF_INET, SOCK_DGRAM}) == allowed);
        CHECK(judge(wide, SYS_socket, {AF_INET, SOCK_RAW}) == violation);
        CHECK(judge(wide, SYS_socket, {AF_PACKET, SOCK_RAW}) == violation);
        CHECK(judge(narrow, SYS_socket, {AF_INET, SOCK_STREAM, IPPROTO_TCP}) == violation);
        CHECK(judge(wide, SYS_socket, {AF_UNIX, SOCK_STREAM}) == refused(EACCES));
        CHECK(judge(wide, SYS_socket, {AF_NETLINK, SOCK_RAW}) == refused(EAFNOSUPPORT));
    }
    TEST_CASE("a stream is TCP and a datagram UDP, whatever else the kernel has of that type") {
        constexpr std::array<std::uint64_t, 3> other_streams{IPPROTO_SCTP, IPPROTO_MPTCP,
                                                             256}; // SMC
        constexpr std::array<std::uint64_t, 4> other_datagrams{IPPROTO_ICMP, IPPROTO_ICMPV6,
                                                               IPPROTO_UDPLITE, IPPROTO_TCP};
        for (const std::uint64_t family : {AF_INET, AF_INET6}) {
            CHECK(judge(wide, SYS_socket, {family, SOCK_STREAM, 0}) == allowed);
            CHECK(judge(wide, SYS_socket, {family, SOCK_STREAM, IPPROTO_TCP}) == allowed);
            CHECK(judge(wide, SYS_socket, {family, SOCK_DGRAM, IPPROTO_UDP}) == allowed);
            for (const std::uint64_t protocol : other_streams)
                CHECK(judge(wide, SYS_socket, {family, SOCK_STREAM, protocol}) == violation);
            for (const std::uint64_t protocol : other_datagrams)
                CHECK(judge(wide, SYS_socket, {family, SOCK_DGRAM, protocol}) == violation);
        }
    }
    TEST_CASE("an argument's upper half does not smuggle another value in") {
        constexpr std::uint64_t high = 1ull << 32;
        CHECK(judge(wide, SYS_socket, {high | AF_INET, SOCK_RAW}) == violation);
        CHECK(judge(narrow, SYS_sendto, {3, 0, 0, 0, high, 0}) == violation);
        CHECK(judge(narrow, SYS_sendto, {3, 0, 0, 0, 0, 0}) == allowed);
    }
    TEST_CASE("a signal goes to nobody but oneself") {
        CHECK(judge(narrow, SYS_tgkill, {own_process, own_process, 6}) == allowed);
        CHECK(judge(narrow, SYS_tgkill, {own_process + 1, own_process + 1, 6}) == violation);
    }
    TEST_CASE("a thread may be made where the resolver needs one, a process nowhere") {
        constexpr std::uint64_t thread = 0x3d0f00; // glibc 2.36, nptl/pthread_create.c
        CHECK(judge(wide, SYS_clone, {thread}) == allowed);
        CHECK(judge(narrow, SYS_clone, {thread}) == violation);
        CHECK(judge(wide, SYS_clone, {17}) == violation); // SIGCHLD: fork
        CHECK(judge(wide, SYS_clone3) == refused(ENOSYS));
    }
    TEST_CASE("the action of SIGSYS cannot be changed") {
        CHECK(judge(wide, SYS_rt_sigaction, {31, 1}) == violation);
        CHECK(judge(wide, SYS_rt_sigaction, {6, 1}) == allowed);
    }
    TEST_CASE("every call of the table has one name, and no call is both known and unknown") {
        for (const auto& shape : call_shapes())
            CHECK(call_name(shape.number) == shape.name);
        CHECK(call_name(SYS_ptrace) == "ptrace");
        CHECK(call_name(12345).empty());
    }
    TEST_CASE("a program fits the kernel's limit, and its jumps fit their bytes") {
        const auto code = compile_filter(call_shapes(), wide, own_process);
        CHECK(code.size() < BPF_MAXINSNS);
        CHECK(count_allowed(narrow) < count_allowed(wide));
        CHECK(count_allowed(wide) < 100);
    }
}
