// What becomes of the workers when the supervisor is killed.
#include "tests/unit/supervisor/process/bench.h"

#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

using namespace openclaw;
using namespace openclaw::process;

namespace {

// A second supervisor: says the pid of its ready worker, then waits to be killed.
[[noreturn]] void supervise(int tell) {
    Bench bench;
    bench.workers.want(all(echo("echo:orphan")));
    if (!bench.until_ready("echo:orphan")) _exit(1);
    const pid_t pid = bench.view("echo:orphan").pid;
    if (write(tell, &pid, sizeof pid) != sizeof pid) _exit(2);
    for (;;)
        pause();
}

} // namespace

TEST_SUITE("process/workers") {
    TEST_CASE("no worker outlives a supervisor that was killed") {
        std::array<int, 2> ends{};
        REQUIRE(pipe(ends.data()) == 0);
        const UniqueFd hear(ends[0]);
        UniqueFd tell(ends[1]);
        const pid_t supervisor = fork();
        if (supervisor == 0) supervise(tell.get());
        tell.reset(); // where no worker becomes ready, the read below ends
        pid_t worker = 0;
        REQUIRE(read(hear.get(), &worker, sizeof worker) == sizeof worker);
        const UniqueFd death(static_cast<int>(syscall(SYS_pidfd_open, worker, 0)));
        REQUIRE(death);
        kill(supervisor, SIGKILL);
        waitpid(supervisor, nullptr, 0);
        pollfd wait{.fd = death.get(), .events = POLLIN, .revents = 0};
        CHECK(poll(&wait, 1, 10'000) == 1);
    }
}
