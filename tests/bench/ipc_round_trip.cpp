// What our link costs: the round trip of a ping between two processes through Link and Frame,
// beside the same number of bytes over a bare socketpair of the same kind. Prints one JSON object.
#include "common/ipc/link.h"
#include "common/ipc/permits.h"
#include "common/ipc/protocol.h"
#include "common/ipc/socket.h"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <vector>

using namespace openclaw;

namespace {

constexpr int warm_up = 2'000;
constexpr int rounds = 50'000;

using Clock = std::chrono::steady_clock;

struct Figures {
    double p50_us = 0, p99_us = 0;
};

Figures figures(std::vector<double> times) {
    std::sort(times.begin(), times.end());
    return {times[times.size() / 2], times[times.size() * 99 / 100]};
}

// Runs `child` in a process of its own that ends with this one.
template <class Child>
pid_t in_child(Child child) {
    const pid_t pid = fork();
    if (pid != 0) return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    child();
    _exit(0);
}

void wait_for(int fd) {
    pollfd ready{fd, POLLIN, 0};
    poll(&ready, 1, -1);
}

// Both sides wait in poll, as a loop does, and then read and write once.
Figures bare(std::size_t bytes) {
    auto pair = ipc::make_socket_pair().value();
    std::vector<char> buffer(bytes);
    const pid_t peer = in_child([&] {
        for (pair.first.reset();;) {
            wait_for(pair.second.get());
            const auto n = recv(pair.second.get(), buffer.data(), buffer.size(), 0);
            if (n <= 0) return;
            send(pair.second.get(), buffer.data(), static_cast<std::size_t>(n), MSG_NOSIGNAL);
        }
    });
    pair.second.reset();
    std::vector<double> times;
    for (int i = 0; i < warm_up + rounds; ++i) {
        const auto start = Clock::now();
        send(pair.first.get(), buffer.data(), buffer.size(), MSG_NOSIGNAL);
        wait_for(pair.first.get());
        if (recv(pair.first.get(), buffer.data(), buffer.size(), 0) <= 0) std::abort();
        if (i >= warm_up)
            times.push_back(
                std::chrono::duration<double, std::micro>(Clock::now() - start).count());
    }
    pair.first.reset();
    waitpid(peer, nullptr, 0);
    return figures(std::move(times));
}

struct Responder : ipc::LinkHandler {
    Loop loop;
    ipc::Link link;

    explicit Responder(UniqueFd socket)
        : link(loop, std::move(socket), ipc::Side::worker, ipc::channel_permits, *this) {
        link.enter(ipc::Phase::serving);
    }

    void on_frame(const wire::Frame& ping, Fds) override {
        wire::Frame pong;
        pong.mutable_pong()->set_sent_us(ping.ping().sent_us());
        (void)link.reply(ping.id(), pong);
    }

    void on_closed(const ipc::LinkEnd&) override { loop.stop(); }
};

struct Asker : ipc::LinkHandler {
    Loop loop;
    ipc::Link link;
    std::vector<double> times;
    int done = 0;

    explicit Asker(UniqueFd socket)
        : link(loop, std::move(socket), ipc::Side::supervisor, ipc::channel_permits, *this) {
        link.enter(ipc::Phase::serving);
    }

    void ask() {
        const auto start = Clock::now();
        wire::Frame ping;
        ping.mutable_ping()->set_sent_us(1'700'000'000'000'000);
        link.request(
            ping, {}, std::chrono::seconds(5), [this, start](Result<const wire::Frame*> pong, Fds) {
                if (!pong) std::abort();
                if (++done > warm_up)
                    times.push_back(
                        std::chrono::duration<double, std::micro>(Clock::now() - start).count());
                if (done == warm_up + rounds) return loop.stop();
                ask();
            });
    }

    void on_frame(const wire::Frame&, Fds) override {}

    void on_closed(const ipc::LinkEnd&) override { std::abort(); }
};

Figures linked() {
    auto pair = ipc::make_socket_pair().value();
    const pid_t peer = in_child([&] {
        pair.first.reset();
        Responder(std::move(pair.second)).loop.run();
    });
    pair.second.reset();
    Asker asker(std::move(pair.first));
    asker.ask();
    asker.loop.run();
    kill(peer, SIGKILL);
    waitpid(peer, nullptr, 0);
    return figures(std::move(asker.times));
}

} // namespace

int main() {
    wire::Frame ping;
    ping.set_id(1000);
    ping.mutable_ping()->set_sent_us(1'700'000'000'000'000);
    const auto bytes = ping.ByteSizeLong();
    const Figures raw = bare(bytes);
    const Figures ours = linked();
    std::printf(
        R"({"bytes":%zu,"bare_p50_us":%.2f,"bare_p99_us":%.2f,"link_p50_us":%.2f,"link_p99_us":%.2f})"
        "\n",
        bytes, raw.p50_us, raw.p99_us, ours.p50_us, ours.p99_us);
}
