// A crowd that mostly listens: opens many connections, says "ready", and when its input ends prints
// one JSON object about the events that came. An event is late by the time between the "ts" inside
// it and the moment the last of the crowd has read it; ts counts whole milliseconds, so the figures
// are too large by half a millisecond on average. --asleep of them ask for --backlog answers and
// never read again.
#include "tests/bench/ws_clients.h"

#include <poll.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <unordered_map>

using namespace bench;

namespace {

constexpr std::size_t at_once = 16; // the gateway lets 32 wait unauthenticated
constexpr int small_buffer = 4096;  // of those asleep: what waits must wait in the server

struct Options {
    Server server;
    std::size_t connections = 1, asleep = 0, backlog = 0;
};

struct Event {
    double first = 0, last = 0; // late by, in seconds
    std::size_t readers = 0;
};

double unix_seconds() {
    return Seconds(std::chrono::system_clock::now().time_since_epoch()).count();
}

class Crowd {
  public:
    explicit Crowd(const Options& options)
        : options_(options)
        , clients_(
              options.server, [this](std::size_t client) { on_ready(client); },
              [this](std::size_t, std::string_view text) { on_text(text); }) {}

    void gather() {
        const std::size_t all = options_.asleep + options_.connections;
        while (ready_ < all) {
            while (opened_ < std::min(all, ready_ + at_once))
                clients_.open(opened_++ < options_.asleep ? small_buffer : 0);
            const std::size_t before = ready_;
            clients_.turn_until([&] { return ready_ > before; }, Seconds(20), "the handshakes");
        }
        std::puts("ready");
        std::fflush(stdout);
    }

    void listen() {
        for (pollfd input{0, POLLIN, 0}; poll(&input, 1, 0) == 0;) {
            clients_.turn();
            for (std::size_t i = 0; i < options_.asleep; ++i)
                clients_.flush(i); // what its socket did not take yet
        }
    }

    void print() const;

  private:
    void on_ready(std::size_t client) {
        ++ready_;
        if (client >= options_.asleep) return;
        clients_.stop_reading(client);
        for (std::size_t i = 0; i < options_.backlog; ++i)
            clients_.say(client, R"({"type":"req","id":"b","method":"health"})");
    }

    // Of one run. The number at the end is the connection's own, the rest is the same for all.
    void on_text(std::string_view text) {
        const auto ts = text.find(R"("ts":)");
        if (ts == text.npos || text.find(R"("runId")") == text.npos) return;
        const double late =
            unix_seconds() - std::strtod(text.substr(ts + 5, 20).data(), nullptr) / 1000;
        Event& event = events_[std::string(text.substr(0, text.rfind(R"(,"seq":)")))];
        if (event.readers++ == 0) event.first = late;
        event.last = late;
    }

    const Options& options_;
    Clients clients_;
    std::unordered_map<std::string, Event> events_;
    std::size_t opened_ = 0, ready_ = 0;
};

void Crowd::print() const {
    std::vector<double> first, last;
    std::size_t partly = 0;
    for (const auto& [text, event] : events_) {
        if (event.readers != options_.connections) ++partly;
        first.push_back(event.first);
        last.push_back(event.last);
    }
    std::sort(first.begin(), first.end());
    std::sort(last.begin(), last.end());
    std::printf(R"({"events":%zu,"partly":%zu,"first_p50_us":%.0f,"p50_us":%.0f,"p99_us":%.0f})"
                "\n",
                last.size(), partly, quantile_us(first, .5), quantile_us(last, .5),
                quantile_us(last, .99));
}

[[noreturn]] void usage() {
    std::fprintf(stderr, "usage: ws_crowd --port N [--token T | --echo] [--connections N] "
                         "[--asleep N --backlog N]\n");
    std::exit(2);
}

Options read_options(int argc, char** argv) {
    Options options;
    for (int i = 1; i < argc; ++i) {
        const std::string_view name = argv[i];
        if (name == "--echo") {
            options.server.echo = true;
            continue;
        }
        if (i + 1 >= argc) usage();
        const char* value = argv[++i];
        if (name == "--port")
            options.server.port = std::atoi(value);
        else if (name == "--token")
            options.server.token = value;
        else if (name == "--connections")
            options.connections = std::strtoul(value, nullptr, 10);
        else if (name == "--asleep")
            options.asleep = std::strtoul(value, nullptr, 10);
        else if (name == "--backlog")
            options.backlog = std::strtoul(value, nullptr, 10);
        else
            usage();
    }
    if (options.server.port == 0) usage();
    return options;
}

void allow_descriptors() {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

} // namespace

int main(int argc, char** argv) {
    const Options options = read_options(argc, argv);
    allow_descriptors();
    Crowd crowd(options);
    crowd.gather();
    crowd.listen();
    crowd.print();
}
