// A raw-socket load generator for the gateway's WebSocket protocol or, with --echo, for a plain
// echo. One thread, epoll, no library, frames with a zero mask: the client must never be the
// bottleneck that hides the server. Prints one JSON object. Exit 0: measured, 1: refused or closed
// by the server, 2: usage, 3: timed out.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

struct Options {
    int port = 0, connections = 1, in_flight = 1;
    double seconds = 3;
    bool echo = false;
    std::string token, method = "health", params = "{}";
};

[[noreturn]] void fail(int code, const std::string& why) {
    std::fprintf(stderr, "ws_load: %s\n", why.c_str());
    std::exit(code);
}

void append_frame(std::string& out, std::string_view payload) {
    const auto byte = [&out](std::size_t value) { out += static_cast<char>(value & 0xff); };
    byte(0x81);
    if (payload.size() < 126) {
        byte(0x80 | payload.size());
    } else {
        byte(0x80 | 126); // requests are far below 64 KiB
        byte(payload.size() >> 8);
        byte(payload.size());
    }
    out.append(4, '\0');
    out += payload;
}

struct Frame {
    int opcode = 0;
    std::string_view payload;
};

// The next whole frame at `position`, or false. Servers never mask.
bool take_frame(const std::string& in, std::size_t& position, Frame& frame) {
    const std::size_t left = in.size() - position;
    if (left < 2) return false;
    const auto byte = [&](std::size_t at) {
        return static_cast<std::uint64_t>(static_cast<unsigned char>(in[position + at]));
    };
    std::size_t head = 2;
    std::uint64_t length = byte(1) & 0x7f;
    const std::size_t extra = length == 126 ? 2 : length == 127 ? 8 : 0;
    if (left < head + extra) return false;
    if (extra != 0) length = 0;
    for (std::size_t i = 0; i < extra; ++i)
        length = length << 8 | byte(2 + i);
    head += extra;
    if (left < head + length) return false;
    frame = {static_cast<int>(byte(0) & 0xf), std::string_view(in).substr(position + head, length)};
    position += head + length;
    return true;
}

enum class Phase { upgrading, challenged, greeting, ready };

struct Connection {
    int fd = -1;
    Phase phase = Phase::upgrading;
    std::string in, out;
    std::vector<Clock::time_point> sent; // by request number
    std::uint64_t answered = 0;
};

class Load {
  public:
    explicit Load(Options options)
        : options_(std::move(options))
        , epoll_(epoll_create1(EPOLL_CLOEXEC)) {}

    void run() {
        connections_.resize(static_cast<std::size_t>(options_.connections));
        for (std::size_t i = 0; i < connections_.size(); ++i)
            open(i);
        turn_until([this] { return ready_ == connections_.size(); }, Seconds(20), "the handshake");
        measure();
    }

  private:
    void open(std::size_t number) {
        Connection& connection = connections_[number];
        connection.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<std::uint16_t>(options_.port));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (connect(connection.fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) !=
            0)
            fail(1, std::string("connect: ") + std::strerror(errno));
        const int yes = 1;
        setsockopt(connection.fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        fcntl(connection.fd, F_SETFL, O_NONBLOCK);
        connection.out =
            "GET / HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(options_.port) +
            "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
        flush(connection);
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.u64 = number;
        epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.fd, &event);
    }

    void flush(Connection& connection) {
        std::size_t done = 0;
        while (done < connection.out.size()) {
            const auto n = send(connection.fd, connection.out.data() + done,
                                connection.out.size() - done, MSG_NOSIGNAL);
            if (n <= 0) break;
            done += static_cast<std::size_t>(n);
        }
        connection.out.erase(0, done);
    }

    void request(Connection& connection) {
        append_frame(connection.out, R"({"type":"req","id":"r)" +
                                         std::to_string(connection.sent.size()) +
                                         R"(","method":")" + options_.method + R"(","params":)" +
                                         options_.params + "}");
        connection.sent.push_back(Clock::now());
    }

    void turn() {
        std::array<epoll_event, 256> events{};
        const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 20);
        for (int i = 0; i < count; ++i)
            read(connections_[events[static_cast<std::size_t>(i)].data.u64]);
    }

    template <class Check>
    void turn_until(Check check, Seconds within, const char* what) {
        const auto limit = Clock::now() + within;
        while (!check()) {
            if (Clock::now() > limit) fail(3, std::string("timed out: ") + what);
            turn();
        }
    }

    void read(Connection& connection) {
        static std::array<char, 1 << 18> buffer;
        const auto n = recv(connection.fd, buffer.data(), buffer.size(), 0);
        if (n == 0 || (n < 0 && errno != EAGAIN))
            fail(1, "closed by the server: " + connection.in.substr(0, 200));
        if (n > 0) connection.in.append(buffer.data(), static_cast<std::size_t>(n));
        std::size_t position = 0;
        if (connection.phase == Phase::upgrading && !upgraded(connection, position)) return;
        for (Frame frame; take_frame(connection.in, position, frame);)
            on_frame(connection, frame);
        connection.in.erase(0, position);
        flush(connection);
    }

    bool upgraded(Connection& connection, std::size_t& position) {
        const auto end = connection.in.find("\r\n\r\n");
        if (end == std::string::npos) return false;
        if (connection.in.compare(9, 3, "101") != 0)
            fail(1, "upgrade refused: " + connection.in.substr(0, 200));
        position = end + 4;
        connection.phase = options_.echo ? Phase::ready : Phase::challenged;
        ready_ += options_.echo ? 1 : 0;
        return true;
    }

    void on_frame(Connection& connection, const Frame& frame) {
        if (frame.opcode == 8)
            fail(1, "close frame: " + std::string(frame.payload.substr(
                                          std::min<std::size_t>(2, frame.payload.size()))));
        if (frame.opcode > 2) return;
        const bool is_answer =
            frame.payload.substr(0, 200).find(R"("type":"res")") != std::string_view::npos;
        switch (connection.phase) {
        case Phase::upgrading:
            return;
        case Phase::challenged:
            if (frame.payload.find("connect.challenge") == std::string_view::npos) return;
            append_frame(
                connection.out,
                R"({"type":"req","id":"c","method":"connect","params":{"minProtocol":4,"maxProtocol":4,"client":{"id":"gateway-client","version":"1.0.0","platform":"linux","mode":"backend"},"role":"operator","scopes":["operator.read","operator.write","operator.admin"],"caps":[],"auth":{"token":")" +
                    options_.token + R"("}}})");
            connection.phase = Phase::greeting;
            return;
        case Phase::greeting:
            if (!is_answer) return;
            if (frame.payload.find(R"("ok":true)") == std::string_view::npos)
                fail(1, "connect refused: " + std::string(frame.payload.substr(0, 300)));
            connection.phase = Phase::ready;
            ++ready_;
            return;
        case Phase::ready:
            if (options_.echo || is_answer) on_answer(connection, frame.payload);
        }
    }

    // Answers may overtake each other, so the request number is read back from the id; an echo has
    // none and keeps order.
    void on_answer(Connection& connection, std::string_view text) {
        std::uint64_t number = connection.answered++;
        if (!options_.echo) {
            const auto at = text.find(R"("id":"r)");
            if (at == std::string_view::npos) return;
            number = std::strtoull(text.data() + at + 7, nullptr, 10);
            if (text.substr(0, 400).find(R"("ok":true)") == std::string_view::npos) ++errors_;
        }
        if (number >= connection.sent.size()) return;
        reply_bytes_ = text.size();
        latencies_.push_back(Seconds(Clock::now() - connection.sent[number]).count());
        if (running_) request(connection);
    }

    void measure() {
        running_ = true;
        const auto start = Clock::now();
        for (auto& connection : connections_) {
            for (int i = 0; i < options_.in_flight; ++i)
                request(connection);
            flush(connection);
        }
        while (Seconds(Clock::now() - start).count() < options_.seconds)
            turn();
        running_ = false;
        const double elapsed = Seconds(Clock::now() - start).count();
        auto latencies = latencies_;
        const std::size_t all =
            latencies.size() + connections_.size() * static_cast<std::size_t>(options_.in_flight);
        turn_until([&] { return latencies_.size() >= all; }, Seconds(10), "the last answers");
        if (latencies.empty()) fail(1, "no answer while measuring");
        std::sort(latencies.begin(), latencies.end());
        const auto quantile = [&](double share) {
            return latencies[static_cast<std::size_t>(static_cast<double>(latencies.size() - 1) *
                                                      share)] *
                   1e6;
        };
        std::printf(
            R"({"per_second":%.1f,"p50_us":%.1f,"p99_us":%.1f,"count":%zu,"errors":%llu,"reply_bytes":%zu})"
            "\n",
            static_cast<double>(latencies.size()) / elapsed, quantile(.5), quantile(.99),
            latencies.size(), static_cast<unsigned long long>(errors_), reply_bytes_);
    }

    Options options_;
    int epoll_;
    std::vector<Connection> connections_;
    std::size_t ready_ = 0, reply_bytes_ = 0;
    bool running_ = false;
    std::vector<double> latencies_;
    std::uint64_t errors_ = 0;
};

[[noreturn]] void usage() {
    std::fprintf(stderr, "usage: ws_load --port N [--token T | --echo] [--method M] [--params "
                         "JSON] [--connections N] [--in-flight N] [--seconds S]\n");
    std::exit(2);
}

Options read_options(int argc, char** argv) {
    Options options;
    for (int i = 1; i < argc; ++i) {
        const std::string_view name = argv[i];
        if (name == "--echo") {
            options.echo = true;
            continue;
        }
        if (i + 1 >= argc) usage();
        const char* value = argv[++i];
        if (name == "--port")
            options.port = std::atoi(value);
        else if (name == "--token")
            options.token = value;
        else if (name == "--method")
            options.method = value;
        else if (name == "--params")
            options.params = value;
        else if (name == "--connections")
            options.connections = std::atoi(value);
        else if (name == "--in-flight")
            options.in_flight = std::atoi(value);
        else if (name == "--seconds")
            options.seconds = std::atof(value);
        else
            usage();
    }
    if (options.port == 0 || options.connections < 1 || options.in_flight < 1) usage();
    return options;
}

} // namespace

int main(int argc, char** argv) {
    Load(read_options(argc, argv)).run();
}
