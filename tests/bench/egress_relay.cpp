// What egress costs: the way of bytes through the real worker process beside a connection of one's
// own to the same server. Prints one JSON object.
//
// This process plays the supervisor and the worker at once; the server is a child. "connect" is
// from asking to the first byte of an answer: of a direct connection that is connect(2).
#include "common/ipc/protocol.h"
#include "common/ipc/socket.h"
#include "supervisor/process/spawn.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
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
#include <fstream>
#include <functional>
#include <string>
#include <vector>

using namespace openclaw;

namespace {

constexpr int warm_up = 500;
constexpr int round_trips = 10'000;
constexpr int connections = 1'000;
constexpr std::size_t small_bytes = 512;
constexpr std::size_t bulk_bytes = 512u << 20;

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begun) {
    return std::chrono::duration<double>(Clock::now() - begun).count();
}

void expect(bool is_true, const char* what) {
    if (is_true) return;
    perror(what);
    exit(1);
}

struct Figures {
    double p50_us = 0, p99_us = 0;
};

Figures figures(std::vector<double> seconds) {
    std::sort(seconds.begin(), seconds.end());
    return {seconds[seconds.size() / 2] * 1e6, seconds[seconds.size() * 99 / 100] * 1e6};
}

// --- the server: 'e' echoes what follows, 'd' sends in bulk ---

void serve(int socket) {
    std::vector<char> bytes(256u << 10);
    if (recv(socket, bytes.data(), 1, 0) != 1) return;
    const bool in_bulk = bytes[0] == 'd';
    for (std::size_t sent = 0; in_bulk && sent < bulk_bytes;) {
        const auto wrote = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (wrote <= 0) return;
        sent += static_cast<std::size_t>(wrote);
    }
    for (ssize_t got; !in_bulk && (got = recv(socket, bytes.data(), bytes.size(), 0)) > 0;)
        send(socket, bytes.data(), static_cast<std::size_t>(got), MSG_NOSIGNAL);
}

std::uint16_t start_server() {
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    expect(bind(listener, reinterpret_cast<sockaddr*>(&address), size) == 0, "bind");
    expect(listen(listener, 128) == 0, "listen");
    getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
    if (fork() == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (;;) {
            const UniqueFd peer(accept(listener, nullptr, nullptr));
            const int yes = 1;
            setsockopt(peer.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
            serve(peer.get());
        }
    }
    close(listener);
    return ntohs(address.sin_port);
}

// --- two ways to it ---

UniqueFd connect_directly(std::uint16_t port) {
    UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    expect(connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0,
           "connect");
    const int yes = 1;
    setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    return socket;
}

class Egress {
  public:
    explicit Egress(const std::string& program)
        : birth_(process::spawn(program, "egress", {.files = 4096}).value()) {
        hear(); // Hello
        wire::Frame frame;
        frame.mutable_configure()->set_protocol(ipc::protocol_number);
        frame.mutable_configure()->set_instance("egress");
        frame.mutable_configure()->set_log_level(wire::Log::ERROR);
        say(frame, {});
        while (!hear().has_ready()) {
        }
    }

    ~Egress() {
        kill(birth_.pid, SIGKILL);
        waitpid(birth_.pid, nullptr, 0);
    }

    UniqueFd dial(std::uint16_t port) {
        std::array<int, 2> ends{};
        expect(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0, "socketpair");
        UniqueFd near(ends[0]);
        const UniqueFd far(ends[1]);
        wire::Frame frame;
        frame.set_id(++last_id_);
        frame.set_fds(1);
        auto& order = *frame.mutable_dial_order();
        order.set_rule(wire::ADDRESS_ANY);
        order.mutable_dial()->set_host("127.0.0.1");
        order.mutable_dial()->set_port(port);
        order.mutable_dial()->set_within_ms(5000);
        const int fd = far.get();
        say(frame, {&fd, 1});
        const auto answer = hear();
        expect(answer.dialled().outcome() == wire::Dialled::CONNECTED, "dial");
        return near;
    }

    double cpu_seconds() const { // utime and stime, proc(5)
        std::ifstream file("/proc/" + std::to_string(birth_.pid) + "/stat");
        std::string text((std::istreambuf_iterator<char>(file)), {});
        double user = 0, system = 0;
        sscanf(text.c_str() + text.rfind(')') + 1,
               " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lf %lf", &user, &system);
        return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
    }

    long pss_kib() const {
        std::ifstream file("/proc/" + std::to_string(birth_.pid) + "/smaps_rollup");
        for (std::string line; std::getline(file, line);)
            if (line.starts_with("Pss:")) return std::stol(line.substr(4));
        return 0;
    }

  private:
    void say(const wire::Frame& frame, std::span<const int> fds) {
        const auto bytes = frame.SerializeAsString();
        expect(ipc::send_datagram(
                   birth_.link.get(),
                   {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, fds)
                   .has_value(),
               "link");
    }

    wire::Frame hear() {
        pollfd ready{birth_.link.get(), POLLIN, 0};
        expect(poll(&ready, 1, 5000) == 1, "egress does not answer");
        const auto got = ipc::receive_datagram(birth_.link.get(), buffer_);
        wire::Frame frame;
        expect(got && frame.ParseFromArray(buffer_.data(), static_cast<int>(got->size)), "frame");
        return frame;
    }

    process::Birth birth_;
    std::uint64_t last_id_ = 0;
    std::array<std::uint8_t, ipc::max_frame_bytes> buffer_{};
};

using Dial = std::function<UniqueFd()>;

// --- what is measured ---

void exchange(int socket, std::vector<char>& bytes) {
    expect(send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
               static_cast<ssize_t>(bytes.size()),
           "send");
    expect(recv(socket, bytes.data(), bytes.size(), MSG_WAITALL) ==
               static_cast<ssize_t>(bytes.size()),
           "recv");
}

Figures measure_round_trips(const Dial& dial) {
    const auto socket = dial();
    send(socket.get(), "e", 1, 0);
    std::vector<char> bytes(small_bytes);
    std::vector<double> times;
    for (int i = 0; i < warm_up + round_trips; ++i) {
        const auto begun = Clock::now();
        exchange(socket.get(), bytes);
        if (i >= warm_up) times.push_back(seconds_since(begun));
    }
    return figures(std::move(times));
}

Figures measure_connections(const Dial& dial) {
    std::vector<char> byte(1);
    std::vector<double> times;
    for (int i = 0; i < connections; ++i) {
        const auto begun = Clock::now();
        const auto socket = dial();
        send(socket.get(), "e", 1, 0);
        exchange(socket.get(), byte);
        times.push_back(seconds_since(begun));
    }
    return figures(std::move(times));
}

double measure_bulk(const Dial& dial) { // MiB/s
    const auto socket = dial();
    std::vector<char> bytes(64u << 10);
    const auto begun = Clock::now();
    send(socket.get(), "d", 1, 0);
    std::size_t all = 0;
    for (ssize_t got; (got = recv(socket.get(), bytes.data(), bytes.size(), 0)) > 0;)
        all += static_cast<std::size_t>(got);
    expect(all == bulk_bytes, "bulk");
    return static_cast<double>(all >> 20) / seconds_since(begun);
}

void print(const char* name, const Dial& dial) {
    const auto trip = measure_round_trips(dial);
    const auto connect = measure_connections(dial);
    const auto bulk = measure_bulk(dial);
    printf("\"%s\":{\"rttP50Us\":%.1f,\"rttP99Us\":%.1f,\"connectP50Us\":%.1f,"
           "\"connectP99Us\":%.1f,\"bulkMiBps\":%.0f}",
           name, trip.p50_us, trip.p99_us, connect.p50_us, connect.p99_us, bulk);
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: egress_relay PATH-OF-openclaw-worker-egress\n");
        return 2;
    }
    const auto port = start_server();
    Egress egress(argv[1]);
    const long idle = egress.pss_kib();
    printf("{");
    print("direct", [&] { return connect_directly(port); });
    printf(",");
    const double cpu = egress.cpu_seconds();
    print("egress", [&] { return egress.dial(port); });
    printf(",\"egressCpuSeconds\":%.2f,\"idlePssKib\":%ld,\"pssKib\":%ld}\n",
           egress.cpu_seconds() - cpu, idle, egress.pss_kib());
    return 0;
}
