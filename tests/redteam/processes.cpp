// Other processes of the same user: look into them, stop them, become one of them, make more.
#include "tests/redteam/attack.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>

namespace openclaw::redteam {

namespace {

pid_t process(const std::string& target) {
    return static_cast<pid_t>(std::strtol(target.c_str(), nullptr, 10));
}

std::string memory(long call, const std::string& target) {
    std::array<char, 64> bytes{};
    const iovec here{.iov_base = bytes.data(), .iov_len = bytes.size()};
    const iovec there{.iov_base = reinterpret_cast<void*>(0x400000), .iov_len = bytes.size()};
    return judge(syscall(call, process(target), &here, 1, &there, 1, 0), "its memory");
}

std::string program(const std::string& path) {
    std::array<char*, 2> arguments{const_cast<char*>(path.c_str()), nullptr};
    return judge(syscall(SYS_execve, path.c_str(), arguments.data(), arguments.data() + 1),
                 "ran it");
}

// A program that never was a file.
std::string program_in_memory() {
    const long fd = syscall(SYS_memfd_create, "x", 0);
    std::array<char*, 1> nothing{nullptr};
    return judge(
        syscall(SYS_execveat, fd, "", nothing.data(), nothing.data(), 0x1000 /* AT_EMPTY_PATH */),
        "ran it");
}

std::string children() {
    long child = 0;
    for (int i = 0; i < 1000 && child >= 0; ++i)
        if (child = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0); child == 0) syscall(SYS_exit_group, 0);
    return judge(child, "a thousand children");
}

std::string new_code() {
    void* page =
        mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return judge(page == MAP_FAILED ? -1 : 0, "memory for code of its own");
}

constexpr auto attacks = std::to_array<Attack>({
    {"ptrace",
     [](auto& target, auto&) {
         return judge(ptrace(PTRACE_ATTACH, process(target), nullptr, nullptr), "traces it");
     }},
    {"seize",
     [](auto& target, auto&) {
         return judge(ptrace(PTRACE_SEIZE, process(target), nullptr, nullptr), "traces it");
     }},
    {"kill", [](auto& target,
                auto&) { return judge(syscall(SYS_kill, process(target), SIGKILL), "killed it"); }},
    {"kill_all",
     [](auto&, auto&) { return judge(syscall(SYS_kill, -1, SIGTERM), "killed everybody"); }},
    {"tgkill",
     [](auto& target, auto&) {
         return judge(syscall(SYS_tgkill, process(target), process(target), SIGSTOP), "stopped it");
     }},
    {"queue_signal",
     [](auto& target, auto&) {
         siginfo_t info{};
         info.si_code = SI_QUEUE;
         return judge(syscall(SYS_rt_sigqueueinfo, process(target), SIGUSR1, &info),
                      "signalled it");
     }},
    {"pidfd", [](auto& target,
                 auto&) { return judge(syscall(SYS_pidfd_open, process(target), 0), "holds it"); }},
    {"read_memory", [](auto& target, auto&) { return memory(SYS_process_vm_readv, target); }},
    {"write_memory", [](auto& target, auto&) { return memory(SYS_process_vm_writev, target); }},
    {"kcmp",
     [](auto& target, auto&) {
         return judge(syscall(SYS_kcmp, getpid(), process(target), 0, 0, 0), "compared it");
     }},
    {"limits_of",
     [](auto& target, auto&) {
         return judge(syscall(SYS_prlimit64, process(target), 7, nullptr, nullptr), "its limits");
     }},
    {"exec", [](auto& target, auto&) { return program(target); }},
    {"exec_memory", [](auto&, auto&) { return program_in_memory(); }},
    {"fork_bomb", [](auto&, auto&) { return children(); }},
    {"new_code", [](auto&, auto&) { return new_code(); }},
    {"be_dumpable",
     [](auto&, auto&) { return judge(prctl(PR_SET_DUMPABLE, 1), "opened itself to others"); }},
    {"outlive",
     [](auto&, auto&) { return judge(prctl(PR_SET_PDEATHSIG, 0), "survives the supervisor"); }},
});

} // namespace

std::span<const Attack> process_attacks() {
    return attacks;
}

} // namespace openclaw::redteam
