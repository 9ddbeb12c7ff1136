// What holds in a real process on this kernel; sandbox_attempt tries each thing in one of its own.
#include <doctest/doctest.h>

#include <sys/wait.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <string>
#include <utility>

namespace {

struct Ending {
    std::string said;
    int signal = 0;
};

// The shell reports a death by a signal as 128 and the number (sh(1)).
Ending attempt(const std::string& profile, const std::string& thing,
               const std::string& wrapper = "") {
    const std::string command =
        wrapper + " " + OPENCLAW_ATTEMPT + " " + profile + " " + thing + " 2>&1; exit $?";
    FILE* output = popen(command.c_str(), "r");
    REQUIRE(output != nullptr);
    Ending ending;
    std::array<char, 512> buffer{};
    while (fgets(buffer.data(), buffer.size(), output) != nullptr)
        ending.said += buffer.data();
    const int status = pclose(output);
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
    if (code > 128) ending.signal = code - 128;
    return ending;
}

// A kernel may lack a wall; the level says so, and what stands behind it cannot be tested there.
bool stands(const std::string& profile, const std::string& layer) {
    return attempt(profile, "level").said.contains(layer + " holds");
}

} // namespace

#if OPENCLAW_SANDBOX

TEST_SUITE("common/sandbox") {
    TEST_CASE("a level is whole, or says what is missing") {
        for (const char* profile : {"unix", "certificates", "client"}) {
            const auto level = attempt(profile, "level").said;
            CHECK(stands(profile, "calls")); // without seccomp this build makes no sense
            const bool is_whole = level.ends_with("whole\n");
            CHECK_MESSAGE((is_whole || level.contains("missing")), level);
        }
    }
    TEST_CASE("a worker's own work goes on") {
        for (const char* profile : {"unix", "certificates", "client"})
            for (const char* thing : {"allocate", "pair", "memfd"})
                CHECK_MESSAGE(attempt(profile, thing).said == "ok\n", profile << " " << thing);
        CHECK(attempt("client", "thread").said == "ok\n");
        CHECK(attempt("client", "resolver").said == "ok\n");
        CHECK(attempt("client", "certificate").said == "ok\n");
        CHECK(attempt("certificates", "certificate").said == "ok\n");
        CHECK(attempt("client", "tcp").said == "ok\n");
        CHECK(attempt("client", "lookup").said == "ok\n");
        CHECK(attempt("client", "scope").said == "ok\n");
        CHECK(attempt("client", "inet").said == "ECONNREFUSED\n");
    }
    TEST_CASE("an abort and a signal to oneself are what they were") {
        CHECK(attempt("unix", "abort").signal == SIGABRT);
        CHECK(attempt("unix", "raise").signal == SIGTERM);
    }
    TEST_CASE("a forbidden call is not made, is named, and is the end") {
        constexpr std::array<std::pair<const char*, const char*>, 34> things{{
            {"exec", "execve"},
            {"fork", "clone"},
            {"ptrace", "ptrace"},
            {"process_vm_readv", "process_vm_readv"},
            {"kill", "kill"},
            {"tgkill", "tgkill"},
            {"pidfd_open", "pidfd_open"},
            {"write", "openat"},
            {"unlink", "unlinkat"},
            {"raw", "socket"},
            {"packet", "socket"},
            {"ping", "socket"},
            {"mptcp", "socket"},
            {"vsock", "socket"},
            {"datagrams", "socketpair"},
            {"sendto", "sendto"},
            {"listen", "listen"},
            {"mount", "mount"},
            {"unshare", "unshare"},
            {"bpf", "bpf"},
            {"io_uring", "io_uring_setup"},
            {"userfaultfd", "userfaultfd"},
            {"keyctl", "keyctl"},
            {"perf", "perf_event_open"},
            {"watches", "epoll_create1"},
            {"unknown", "number 999"},
            {"executable", "mmap"},
            {"mprotect", "mprotect"},
            {"tiocsti", "ioctl"},
            {"setown", "fcntl"},
            {"dumpable", "prctl"},
            {"limit", "prlimit64"},
            {"silence", "rt_sigaction"},
            {"blocked", ""}, // it blocked the signal: the kernel ends it without a word
        }};
        for (const char* profile : {"unix", "client"})
            for (const auto& [thing, call] : things) {
                const auto ending = attempt(profile, thing);
                CHECK_MESSAGE(ending.signal == SIGSYS, profile << " " << thing);
                const std::string start =
                    *call == '\0' ? "" : std::string("sandbox: called ") + call + "(";
                CHECK_MESSAGE(ending.said.starts_with(start), profile << " " << ending.said);
            }
    }
    TEST_CASE("who connects to nothing may not make a socket or a thread") {
        for (const char* thing : {"inet", "abstract", "netlink", "thread"})
            CHECK(attempt("unix", thing).signal == SIGSYS);
        CHECK(attempt("client", "abstract").said == "EACCES\n");
    }
    TEST_CASE("no file is opened but the profile's") {
        for (const char* profile : {"unix", "certificates", "client"}) {
            if (!stands(profile, "files")) continue;
            for (const char* thing : {"passwd", "proc", "program"}) {
                const auto said = attempt(profile, thing).said;
                CHECK_MESSAGE((said == "EACCES\n" || said == "ENOENT\n"), profile << " " << said);
            }
            CHECK((profile == std::string("client")) ==
                  (attempt(profile, "resolver").said == "ok\n"));
            CHECK((profile != std::string("unix")) ==
                  (attempt(profile, "certificate").said == "ok\n"));
        }
    }
    TEST_CASE("a kernel without Landlock and namespaces is told of, and what is left still holds") {
        const std::string weak = OPENCLAW_WEAK_KERNEL;
        const auto level = attempt("certificates", "level", weak).said;
        CHECK(level.contains("files missing no Landlock in this kernel"));
        CHECK(level.contains("namespaces missing"));
        CHECK(level.ends_with("without files\n"));
        CHECK(attempt("unix", "level", weak).said.ends_with("whole\n")); // it opens no file at all
        CHECK(attempt("unix", "passwd", weak).said == "EACCES\n");
        CHECK(attempt("certificates", "ptrace", weak).signal == SIGSYS);
        CHECK(attempt("certificates", "write", weak).signal == SIGSYS);
        CHECK(attempt("certificates", "inet", weak).signal == SIGSYS);
    }
    TEST_CASE("no core is left behind") {
        CHECK(attempt("unix", "cores").said == "0\nok\n");
    }
}

#else

TEST_SUITE("common/sandbox") {
    TEST_CASE("a build without a sandbox says so") {
        CHECK(attempt("unix", "level").said == "none\n");
    }
}

#endif
