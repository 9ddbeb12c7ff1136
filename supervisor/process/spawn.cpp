#include "supervisor/process/spawn.h"

#include "common/ipc/protocol.h"
#include "common/ipc/socket.h"
#include "supervisor/process/environment.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <vector>

namespace openclaw::process {

namespace {

// Everything the child needs, made ready beforehand: between vfork and exec it shares our memory
// and may only make system calls. What it writes here is ours to read afterwards.
struct ChildPlan {
    const char* program;
    char* const* arguments;
    char* const* environment;
    int link, output,
        nothing; // its end of the link, of the stderr pipe, and /dev/null; all above 3
    pid_t parent;
    Limits limits;
    const char* volatile failed_step = nullptr;
    volatile int error = 0;
};

// Async-signal-safe from here to run_child: system calls only.

void reset_signals() {
    struct sigaction standard {};

    standard.sa_handler = SIG_DFL;
    for (int number = 1; number < NSIG; ++number)
        sigaction(number, &standard, nullptr); // refused for KILL and STOP
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
}

bool limit(__rlimit_resource_t resource, rlim_t most) {
    rlimit both{};
    if (getrlimit(resource, &both) != 0) return false;
    both.rlim_cur = both.rlim_max =
        std::min(both.rlim_max, most); // nobody may raise what the system has lowered
    return setrlimit(resource, &both) == 0;
}

bool limit_resources(const Limits& limits) {
#if !defined(__SANITIZE_ADDRESS__) // its shadow alone is 20 TiB of address space
    if (!limit(RLIMIT_AS, limits.memory)) return false;
#endif
    // The pages of a memfd count neither as address space nor as resident memory, and the in-flight
    // file lies on the ledger's disk. The largest blob is the largest file a worker ever writes.
    return limit(RLIMIT_NOFILE, limits.files) && limit(RLIMIT_FSIZE, ipc::max_blob_bytes) &&
           limit(RLIMIT_CORE, 0);
}

bool place_descriptors(const ChildPlan& plan) {
    if (dup2(plan.nothing, 0) < 0 || dup2(plan.output, 1) < 0 || dup2(plan.output, 2) < 0)
        return false;
    if (dup2(plan.link, ipc::worker_link_fd) < 0) return false;
    close_range(ipc::worker_link_fd + 1, ~0U,
                0); // Linux 5.9; before it, close-on-exec does the same
    return true;
}

const char* prepare(const ChildPlan& plan) {
    if (setsid() < 0) return "setsid";
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) return "parent-death signal";
    if (getppid() != plan.parent) return "parent"; // it died before the line above
    if (chdir("/") != 0) return "chdir";
    if (!place_descriptors(plan)) return "descriptors";
    if (!limit_resources(plan.limits)) return "resource limits";
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return "no_new_privs";
    return nullptr;
}

[[noreturn]] void run_child(ChildPlan& plan) {
    reset_signals();
    plan.failed_step = prepare(plan);
    if (plan.failed_step == nullptr) {
        execve(plan.program, plan.arguments, plan.environment);
        plan.failed_step = "exec";
    }
    plan.error = errno;
    _exit(127);
}

// Signals are blocked meanwhile: a handler that ran in the child would write into our memory.
pid_t give_birth(ChildPlan& plan) {
    sigset_t all, before;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    // vfork, not fork: copying the page tables of a supervisor with a database and a web server
    // costs more than the exec itself. The child runs in its own frame and never returns here.
    const pid_t pid = vfork(); // NOLINT(*-unsafe-functions,*.vfork)
    if (pid == 0) run_child(plan);
    const int error = errno;
    sigprocmask(SIG_SETMASK, &before, nullptr);
    errno = error;
    return pid;
}

// Out of the way of 0 to 3, which the child will fill.
Result<UniqueFd> above_link(UniqueFd fd) {
    UniqueFd moved(fcntl(fd.get(), F_DUPFD_CLOEXEC, ipc::worker_link_fd + 1));
    if (!moved)
        return Failure(system_error(Code::internal, "no descriptor for a new worker", errno));
    return moved;
}

struct Ends {
    UniqueFd ours_link, theirs_link, ours_output, theirs_output, nothing;
};

Result<Ends> make_ends() {
    Ends ends;
    auto [ours, theirs] = TRY(ipc::make_socket_pair());
    std::array<int, 2> pipe_ends{};
    if (pipe2(pipe_ends.data(), O_CLOEXEC) != 0)
        return Failure(system_error(Code::internal, "pipe for a worker", errno));
    ends.ours_link = std::move(ours);
    ends.ours_output.reset(pipe_ends[0]);
    UniqueFd output(pipe_ends[1]);
    fcntl(ends.ours_output.get(), F_SETFL, O_NONBLOCK);
    UniqueFd nothing(open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!nothing) return Failure(system_error(Code::internal, "cannot open /dev/null", errno));
    ends.theirs_link = TRY(above_link(std::move(theirs)));
    ends.theirs_output = TRY(above_link(std::move(output)));
    ends.nothing = TRY(above_link(std::move(nothing)));
    return ends;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> list;
    for (auto& text : texts)
        list.push_back(text.data());
    list.push_back(nullptr);
    return list;
}

} // namespace

Result<Birth> spawn(const std::string& program, const std::string& id, const Limits& limits) {
    Ends ends = TRY(make_ends());
    std::vector<std::string> arguments{program.substr(program.rfind('/') + 1), id};
    std::vector<std::string> environment = worker_environment(own_environment());
    const auto argument_pointers = pointers(arguments);
    const auto environment_pointers = pointers(environment);
    ChildPlan plan{.program = program.c_str(),
                   .arguments = argument_pointers.data(),
                   .environment = environment_pointers.data(),
                   .link = ends.theirs_link.get(),
                   .output = ends.theirs_output.get(),
                   .nothing = ends.nothing.get(),
                   .parent = getpid(),
                   .limits = limits};
    const pid_t pid = give_birth(plan);
    if (pid < 0) return Failure(system_error(Code::unavailable, "cannot start " + program, errno));
    if (plan.failed_step != nullptr) {
        waitpid(pid, nullptr, 0); // it is gone already
        return Failure(system_error(Code::unavailable,
                                    "cannot start " + program + " (" + plan.failed_step + ")",
                                    plan.error));
    }
    return Birth{
        .pid = pid, .link = std::move(ends.ours_link), .error_output = std::move(ends.ours_output)};
}

} // namespace openclaw::process
