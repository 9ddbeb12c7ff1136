// Taking so much that nothing is left for others.
#include "tests/redteam/attack.h"
#include "tests/redteam/copies.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <vector>

namespace openclaw::redteam {

namespace {

// Until it is refused; what it got is touched, and given back so that the tale can be told.
std::string eat_memory() {
    constexpr std::size_t bite = 8 << 20, most = 8ull << 30;
    std::vector<void*> eaten;
    long outcome = 0;
    while (outcome >= 0 && eaten.size() * bite < most) {
        void* memory =
            mmap(nullptr, bite, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        outcome = memory == MAP_FAILED ? -1 : 0;
        if (outcome == 0) eaten.push_back(memset(memory, 1, bite));
    }
    const int error = errno;
    for (void* memory : eaten)
        munmap(memory, bite);
    errno = error;
    return judge(outcome, "8 GiB") + " at " + std::to_string(eaten.size() * (bite >> 20)) + " MiB";
}

std::string take_descriptors() {
    std::vector<int> taken;
    int fd = 0;
    while ((fd = dup(0)) >= 0 && taken.size() < 1'000'000)
        taken.push_back(fd);
    const int error = errno;
    for (const int each : taken)
        close(each);
    errno = error;
    return judge(fd, "a million descriptors") + " at " + std::to_string(taken.size());
}

// Descriptors on their way count for the whole user (unix(7), ETOOMANYREFS). They stay on their way
// until this process ends.
std::string hold_descriptors() {
    constexpr std::size_t count = 253; // SCM_MAX_FD
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) != 0) return judge(-1, "");
    std::size_t held = 0;
    while (send_copies<count>(ends[0], "x", MSG_DONTWAIT) >= 0 && held < 100'000)
        held += count;
    return judge(-1, "") + " after " + std::to_string(held);
}

// More lines than anybody reads: the pipe fills up, and the writer is the one who waits.
std::string flood_output() {
    fcntl(2, F_SETFL, O_NONBLOCK);
    const std::string line(999, 'x');
    long sent = 0, wrote = 0;
    while ((wrote = write(2, (line + "\n").data(), 1000)) >= 0 && sent < 100'000'000)
        sent += wrote;
    return judge(wrote, "100 MB into the log") + " after " + std::to_string(sent >> 10) + " KiB";
}

// Until it is refused, or the end. A memfd's pages count for no other limit.
std::string fill(int file) {
    const std::string bite(1 << 20, 'x');
    constexpr long most = 1L << 30;
    long wrote = 0, size = 0;
    for (; size < most && wrote >= 0; size += std::max(wrote, 0L))
        wrote = pwrite(file, bite.data(), bite.size(), size);
    return judge(wrote, "1 GiB in one file") + " at " + std::to_string(size >> 20) + " MiB";
}

std::string fill_memfd() {
    return fill(memfd_create("bomb", MFD_CLOEXEC | MFD_ALLOW_SEALING));
}

// A hole costs nothing until it is written through a mapping.
std::string stretch_memfd() {
    const int file = memfd_create("bomb", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    return judge(ftruncate(file, 1L << 30), "1 GiB in one file");
}

std::string huge_memfd() {
    return judge(memfd_create("bomb", MFD_CLOEXEC | MFD_HUGETLB), "huge pages");
}

// The signal can be blocked; the limit stays.
std::string fill_memfd_unmoved() {
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, SIGXFSZ);
    sigprocmask(SIG_BLOCK, &one, nullptr);
    return fill_memfd();
}

// The one file of the machine that a worker may write to.
std::string grow_in_flight_file() {
    for (int fd = 0; fd < 64; ++fd) {
        struct stat info {};

        if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode)) return fill(fd);
    }
    return "no such file";
}

constexpr auto attacks = std::to_array<Attack>({
    {"memory_bomb", [](auto&, auto&) { return eat_memory(); }},
    {"descriptor_bomb", [](auto&, auto&) { return take_descriptors(); }},
    {"hold_descriptors", [](auto&, auto&) { return hold_descriptors(); }},
    {"memfd_bomb", [](auto&, auto&) { return fill_memfd(); }},
    {"memfd_bomb_unmoved", [](auto&, auto&) { return fill_memfd_unmoved(); }},
    {"memfd_stretched", [](auto&, auto&) { return stretch_memfd(); }},
    {"memfd_huge", [](auto&, auto&) { return huge_memfd(); }},
    {"grow_in_flight_file", [](auto&, auto&) { return grow_in_flight_file(); }},
    {"output_flood", [](auto&, auto&) { return flood_output(); }},
});

} // namespace

std::span<const Attack> resource_attacks() {
    return attacks;
}

} // namespace openclaw::redteam
