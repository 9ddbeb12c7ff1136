// What the sandbox costs a worker: to enter it, and at each system call afterwards, beside the same
// process without it. Each figure comes from processes of its own. Prints one JSON object.
#include "common/sandbox/enter.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <vector>

using namespace openclaw::sandbox;

namespace {

using Clock = std::chrono::steady_clock;
constexpr int calls = 300'000;
constexpr int entries = 41;
constexpr int repeats = 5;

double microseconds(Clock::duration span) {
    return std::chrono::duration<double, std::micro>(span).count();
}

// The figure that `measure` gives in a child: nobody comes back from a sandbox.
double in_child(const std::function<double()>& measure) {
    std::array<int, 2> ends{};
    if (pipe(ends.data()) != 0) std::abort();
    const pid_t pid = fork();
    if (pid == 0) {
        const double figure = measure();
        if (write(ends[1], &figure, sizeof figure) != sizeof figure) std::abort();
        _exit(0);
    }
    double figure = 0;
    if (read(ends[0], &figure, sizeof figure) != sizeof figure) std::abort();
    close(ends[0]);
    close(ends[1]);
    waitpid(pid, nullptr, 0);
    return figure;
}

double median(std::vector<double> figures) {
    std::ranges::sort(figures);
    return figures[figures.size() / 2];
}

double median_of(int times, const std::function<double()>& measure) {
    std::vector<double> figures;
    for (int i = 0; i < times; ++i)
        figures.push_back(in_child(measure));
    return median(std::move(figures));
}

double time_to_enter(const Profile& profile) {
    return median_of(entries, [&] {
        const auto begun = Clock::now();
        if (!enter(profile).is_whole()) fputs("sandbox_cost: not every wall stands\n", stderr);
        return microseconds(Clock::now() - begun);
    });
}

// Nanoseconds for one call.
double time_of(const std::function<void()>& call, const Profile* profile) {
    return median_of(repeats, [&] {
        if (profile != nullptr) (void)enter(*profile);
        for (int i = 0; i < calls / 10; ++i)
            call();
        const auto begun = Clock::now();
        for (int i = 0; i < calls; ++i)
            call();
        return microseconds(Clock::now() - begun) * 1000 / calls;
    });
}

// As a worker does for each message: a wait, a read, a write.
void read_nothing() {
    char byte = 0;
    (void)!read(-1, &byte, 1);
}

void look_at_flags() {
    (void)fcntl(0, F_GETFL);
}

void map_and_unmap() {
    void* page = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(page, 4096);
}

} // namespace

int main() {
    constexpr Profile confined{.net = Net::unix_only, .reads_certificates = true};
    constexpr Profile client{.net = Net::client_stream};
    printf("{\"enter_confined_us\":%.0f,\"enter_client_us\":%.0f,", time_to_enter(confined),
           time_to_enter(client));
    printf("\"plain_ns\":[%.1f,%.1f],", time_of(read_nothing, nullptr),
           time_of(read_nothing, &confined));
    printf("\"checked_ns\":[%.1f,%.1f],", time_of(look_at_flags, nullptr),
           time_of(look_at_flags, &confined));
    printf("\"mapping_ns\":[%.1f,%.1f]}\n", time_of(map_and_unmap, nullptr),
           time_of(map_and_unmap, &confined));
    return 0;
}
