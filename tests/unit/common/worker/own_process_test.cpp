#include "common/base/unique_fd.h"
#include "common/ipc/protocol.h"
#include "common/worker/own_process.h"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

using namespace openclaw;
using namespace openclaw::worker;

namespace {

// The limit on descriptors, lowered while it lives.
struct LoweredLimit {
    explicit LoweredLimit(rlim_t files) {
        getrlimit(RLIMIT_NOFILE, &before);
        const rlimit lowered{.rlim_cur = files, .rlim_max = before.rlim_max};
        setrlimit(RLIMIT_NOFILE, &lowered);
    }

    ~LoweredLimit() { setrlimit(RLIMIT_NOFILE, &before); }

    rlimit before{};
};

Fds take_all() {
    Fds taken;
    for (int fd = dup(STDERR_FILENO); fd >= 0; fd = dup(STDERR_FILENO))
        taken.emplace_back(fd);
    return taken;
}

} // namespace

TEST_SUITE("common/worker") {
    TEST_CASE("a worker that could open three files more is at its end, with four it is not") {
        const UniqueFd link(fcntl(ipc::worker_link_fd, F_GETFD) < 0
                                ? dup2(STDERR_FILENO, ipc::worker_link_fd)
                                : -1);
        const LoweredLimit limit(64);
        auto taken = take_all();
        REQUIRE(taken.size() > 4);
        CHECK_FALSE(has_spare_descriptors());
        taken.resize(taken.size() - 3);
        CHECK_FALSE(has_spare_descriptors());
        taken.pop_back();
        CHECK(has_spare_descriptors());
        CHECK(has_spare_descriptors()); // and keeps none
    }
}
