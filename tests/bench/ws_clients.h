// ws_clients.h — many raw sockets that speak the gateway's WebSocket protocol, or that of the plain
// echo. One thread, epoll, no library, frames with a zero mask: the client must never be the
// bottleneck that hides the server. Exit codes of the programs made of it: 0 measured, 1 refused or
// closed by the server, 2 usage, 3 timed out.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

[[noreturn]] void fail(int code, const std::string& why);

struct Server {
    int port = 0;
    bool echo = false; // answers each message with one; no challenge, no events
    std::string token;
};

class Clients {
  public:
    // `on_ready`: hello-ok has come (of an echo: its answer to a message as long as `connect`).
    // `on_text`: any later text frame. Both may open, say and shut.
    using OnReady = std::function<void(std::size_t client)>;
    using OnText = std::function<void(std::size_t client, std::string_view text)>;

    Clients(Server server, OnReady on_ready, OnText on_text);

    std::size_t open(int receive_buffer = 0); // the kernel's default
    void shut(std::size_t client);
    void say(std::size_t client, std::string_view text); // goes out with flush() or the next turn
    void flush(std::size_t client);
    void stop_reading(std::size_t client);

    void turn(); // reads what has come, within 20 ms

    template <class Check>
    void turn_until(Check check, Seconds within, const char* what) {
        const auto limit = Clock::now() + within;
        while (!check()) {
            if (Clock::now() > limit) fail(3, std::string("timed out: ") + what);
            turn();
        }
    }

  private:
    enum class Phase { upgrading, challenged, greeting, ready };

    struct Client {
        int fd = -1;
        Phase phase = Phase::upgrading;
        std::string in, out;
    };

    void read(std::size_t number);
    bool upgraded(Client& client, std::size_t& position);
    void on_frame(std::size_t number, int opcode, std::string_view payload);
    void greet(Client& client);

    Server server_;
    OnReady on_ready_;
    OnText on_text_;
    int epoll_;
    std::vector<Client> clients_;
    std::array<char, 1 << 18> buffer_;
};

bool is_answer(std::string_view text);
bool is_ok(std::string_view text);

// Values of sorted times in seconds, as microseconds.
double quantile_us(const std::vector<double>& sorted, double share);

} // namespace bench
