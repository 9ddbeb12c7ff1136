// A load generator for the gateway's methods or, with --echo, for a plain echo: keeps some requests
// in flight on each connection and prints one JSON object. With --connects what is repeated is a
// whole visit: TCP, upgrade, challenge, connect, hello-ok, close.
#include "tests/bench/ws_clients.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

using namespace bench;

namespace {

struct Options {
    Server server;
    int connections = 1, in_flight = 1;
    double seconds = 3;
    bool connects = false;
    std::string method = "health", params = "{}";
};

struct Figures {
    std::vector<double> latencies;
    double elapsed = 0;
    std::uint64_t errors = 0;
    std::size_t reply_bytes = 0;

    void print() {
        std::sort(latencies.begin(), latencies.end());
        std::printf(
            R"({"per_second":%.1f,"p50_us":%.1f,"p99_us":%.1f,"count":%zu,"errors":%llu,"reply_bytes":%zu})"
            "\n",
            static_cast<double>(latencies.size()) / elapsed, quantile_us(latencies, .5),
            quantile_us(latencies, .99), latencies.size(), static_cast<unsigned long long>(errors),
            reply_bytes);
    }
};

class Requests {
  public:
    explicit Requests(const Options& options)
        : options_(options)
        , clients_(
              options.server, [this](std::size_t) { ++ready_; },
              [this](std::size_t client, std::string_view text) { on_text(client, text); }) {}

    Figures run() {
        sent_.resize(static_cast<std::size_t>(options_.connections));
        for (std::size_t i = 0; i < sent_.size(); ++i) {
            clients_.open();
            clients_.turn_until([&] { return ready_ == i + 1; }, Seconds(20), "the handshake");
        }
        measure();
        return std::move(figures_);
    }

  private:
    struct Sent {
        std::vector<Clock::time_point> at; // by request number
        std::uint64_t answered = 0;
    };

    void request(std::size_t client) {
        auto& sent = sent_[client];
        clients_.say(client, R"({"type":"req","id":"r)" + std::to_string(sent.at.size()) +
                                 R"(","method":")" + options_.method + R"(","params":)" +
                                 options_.params + "}");
        sent.at.push_back(Clock::now());
    }

    // Answers may overtake each other, so the request number is read back from the id; an echo has
    // none and keeps order.
    void on_text(std::size_t client, std::string_view text) {
        if (!is_answer(text)) return;
        auto& sent = sent_[client];
        std::uint64_t number = sent.answered++;
        if (!options_.server.echo) {
            const auto at = text.find(R"("id":"r)");
            if (at == text.npos) return;
            number = std::strtoull(text.data() + at + 7, nullptr, 10);
            if (!is_ok(text)) ++figures_.errors;
        }
        if (number >= sent.at.size()) return;
        figures_.reply_bytes = text.size();
        figures_.latencies.push_back(Seconds(Clock::now() - sent.at[number]).count());
        if (running_) request(client);
    }

    void measure() {
        running_ = true;
        const auto start = Clock::now();
        for (std::size_t client = 0; client < sent_.size(); ++client) {
            for (int i = 0; i < options_.in_flight; ++i)
                request(client);
            clients_.flush(client);
        }
        while (Seconds(Clock::now() - start).count() < options_.seconds)
            clients_.turn();
        running_ = false;
        const std::size_t begun =
            figures_.latencies.size() + sent_.size() * static_cast<std::size_t>(options_.in_flight);
        clients_.turn_until([&] { return figures_.latencies.size() >= begun; }, Seconds(30),
                            "the last answers");
        figures_.elapsed = Seconds(Clock::now() - start).count();
    }

    const Options& options_;
    Clients clients_;
    std::vector<Sent> sent_; // by client
    std::size_t ready_ = 0;
    bool running_ = false;
    Figures figures_;
};

class Visits {
  public:
    explicit Visits(const Options& options)
        : options_(options)
        , clients_(
              options.server, [this](std::size_t client) { on_ready(client); },
              [](std::size_t, std::string_view) {}) {}

    Figures run() {
        const auto start = Clock::now();
        for (int i = 0; i < options_.in_flight; ++i)
            begin();
        while (Seconds(Clock::now() - start).count() < options_.seconds)
            clients_.turn();
        figures_.elapsed = Seconds(Clock::now() - start).count();
        return std::move(figures_);
    }

  private:
    void begin() {
        const auto now = Clock::now();
        const std::size_t client = clients_.open();
        begun_.resize(client + 1);
        begun_[client] = now;
    }

    void on_ready(std::size_t client) {
        figures_.latencies.push_back(Seconds(Clock::now() - begun_[client]).count());
        clients_.shut(client);
        begin();
    }

    const Options& options_;
    Clients clients_;
    std::vector<Clock::time_point> begun_;
    Figures figures_;
};

[[noreturn]] void usage() {
    std::fprintf(stderr, "usage: ws_load --port N [--token T | --echo] [--connects | --method M "
                         "--params JSON] [--connections N] [--in-flight N] [--seconds S]\n");
    std::exit(2);
}

Options read_options(int argc, char** argv) {
    Options options;
    for (int i = 1; i < argc; ++i) {
        const std::string_view name = argv[i];
        if (name == "--echo" || name == "--connects") {
            (name == "--echo" ? options.server.echo : options.connects) = true;
            continue;
        }
        if (i + 1 >= argc) usage();
        const char* value = argv[++i];
        if (name == "--port")
            options.server.port = std::atoi(value);
        else if (name == "--token")
            options.server.token = value;
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
    if (options.server.port == 0 || options.connections < 1 || options.in_flight < 1) usage();
    return options;
}

} // namespace

int main(int argc, char** argv) {
    const Options options = read_options(argc, argv);
    (options.connects ? Visits(options).run() : Requests(options).run()).print();
}
