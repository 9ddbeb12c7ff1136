// The runtime as the supervisor sees it: the real echo program at one end, a bare link in the hands
// of the test at the other.
#include "common/config/channels/echo.h"
#include "common/ipc/link.h"
#include "common/ipc/permits.h"
#include "common/ipc/protocol.h"
#include "common/loop/child_watch.h"
#include "supervisor/process/spawn.h"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <optional>
#include <sstream>

using namespace openclaw;
using namespace openclaw::ipc;

namespace {

const std::string program = std::string(OPENCLAW_WORKERS_DIR) + "/echo/openclaw-worker-echo";

struct Bench : LinkHandler {
    Loop loop;
    pid_t pid = 0;
    int socket = -1; // the link's, for sending what a link would not
    UniqueFd error_output;
    std::unique_ptr<Link> link;
    std::unique_ptr<ChildWatch> child;
    std::vector<wire::Frame> frames;
    std::optional<ExitStatus> exit;

    Bench() {
        auto birth =
            std::move(process::spawn(program, "echo:test", config::echo_worker.limits).value());
        pid = birth.pid;
        socket = birth.link.get();
        error_output = std::move(birth.error_output);
        link = std::make_unique<Link>(loop, std::move(birth.link), Side::supervisor,
                                      channel_permits, *this);
        child = std::move(
            ChildWatch::create(loop, pid, [this](ExitStatus status) { exit = status; }).value());
    }

    ~Bench() override {
        if (exit) return;
        child->signal(SIGKILL);
        (void)until([&] { return exit.has_value(); });
    }

    void on_frame(const wire::Frame& frame, Fds) override {
        frames.push_back(frame);
        if (frame.has_hello()) link->enter(Phase::configuring);
        if (frame.has_ready()) link->enter(Phase::serving);
    }

    void on_closed(const LinkEnd&) override {}

    template <class Condition>
    bool until(Condition holds) {
        bool is_late = false;
        Timer guard(loop);
        guard.start(std::chrono::seconds(30), [&] { is_late = true; });
        while (!holds() && !is_late)
            loop.turn();
        return holds();
    }

    const wire::Frame* find(wire::Frame::BodyCase body) const {
        const auto found = std::ranges::find(frames, body, &wire::Frame::body_case);
        return found == frames.end() ? nullptr : &*found;
    }

    bool until_seen(wire::Frame::BodyCase body) {
        return until([&] { return find(body) != nullptr; });
    }

    int exit_code() {
        REQUIRE(until([&] { return exit.has_value(); }));
        CHECK(exit->signal == 0);
        return exit->code;
    }

    void configure(const std::string& settings = "{}", std::uint32_t protocol = protocol_number) {
        REQUIRE(until_seen(wire::Frame::kHello));
        wire::Frame frame;
        auto& configure = *frame.mutable_configure();
        configure.set_protocol(protocol);
        configure.set_instance("echo:test");
        configure.set_settings_json(settings);
        configure.set_inbound_credits(2);
        (*configure.mutable_secrets())["token"] =
            "0123456789abcdef-" + std::string("only-in-one-place");
        REQUIRE(link->send(frame));
    }

    void until_serving(const std::string& settings = "{}") {
        configure(settings);
        REQUIRE(until_seen(wire::Frame::kReady));
    }
};

// How often the worker's memory holds `text`.
int count_in_memory(pid_t pid, const std::string& text) {
    const std::string folder = "/proc/" + std::to_string(pid);
    std::ifstream maps(folder + "/maps");
    const UniqueFd memory(open((folder + "/mem").c_str(), O_RDONLY | O_CLOEXEC));
    int count = 0;
    for (std::string line; std::getline(maps, line);) {
        if (line.find(" rw") == std::string::npos) continue;
        unsigned long begin = 0, end = 0;
        sscanf(line.c_str(), "%lx-%lx", &begin, &end);
        std::string bytes(end - begin, '\0');
        if (pread(memory.get(), bytes.data(), bytes.size(), static_cast<off_t>(begin)) <= 0)
            continue;
        for (auto at = bytes.find(text); at != std::string::npos; at = bytes.find(text, at + 1))
            ++count;
    }
    return count;
}

} // namespace

TEST_SUITE("common/worker") {
    TEST_CASE(
        "a worker says Hello with its protocol, build and kind, and Ready when it is configured") {
        Bench bench;
        REQUIRE(bench.until_seen(wire::Frame::kHello));
        const auto& hello = bench.frames[0].hello();
        CHECK(hello.protocol() == protocol_number);
        CHECK(hello.kind() == wire::WORKER_ECHO);
        CHECK(hello.pid() == bench.pid);
        CHECK_FALSE(hello.build_id().empty());
        bench.configure();
        REQUIRE(bench.until_seen(wire::Frame::kReady));
        CHECK(bench.until_seen(wire::Frame::kChannelStatus));
    }
    TEST_CASE("a ping is answered with what was sent and the service's vitals") {
        Bench bench;
        bench.until_serving(R"({"inject":{"count":1}})");
        REQUIRE(bench.until_seen(wire::Frame::kInbound));
        wire::Frame ping;
        ping.mutable_ping()->set_sent_us(12345);
        std::optional<wire::Pong> pong;
        bench.link->request(ping, {}, Milliseconds(5000), [&](auto reply, Fds) {
            if (reply) pong = (*reply)->pong();
        });
        REQUIRE(bench.until([&] { return pong.has_value(); }));
        CHECK(pong->sent_us() == 12345);
        CHECK(pong->credits() == 1);
        CHECK(pong->in_flight() == 1);
    }
    TEST_CASE("credits bound what is received, and an acknowledgement gives one back") {
        Bench bench;
        bench.until_serving(R"({"inject":{"count":5}})");
        const auto inbound = [&] {
            return std::ranges::count_if(bench.frames, &wire::Frame::has_inbound);
        };
        REQUIRE(bench.until([&] { return inbound() == 2; }));
        wire::Frame ack;
        ack.mutable_inbound_ack()->set_event_id("0");
        REQUIRE(bench.link->send(ack));
        REQUIRE(bench.until_seen(wire::Frame::kStateWrite));
        CHECK(bench.until([&] { return inbound() == 3; }));
        CHECK(bench.find(wire::Frame::kStateWrite)->state_write().entries(0).value() == "1");
    }
    TEST_CASE("Drain ends with Drained and exit 0, after what was accepted is settled") {
        Bench bench;
        bench.until_serving(R"({"inject":{"count":1}})");
        REQUIRE(bench.until_seen(wire::Frame::kInbound));
        wire::Frame drain, ack;
        drain.mutable_drain()->set_within_ms(5000);
        ack.mutable_inbound_ack()->set_event_id("0");
        REQUIRE(bench.link->send(drain));
        bench.link->enter(Phase::draining);
        REQUIRE(bench.link->send(ack));
        CHECK(bench.until_seen(wire::Frame::kDrained));
        CHECK(bench.exit_code() == 0);
    }
    TEST_CASE("TERM ends a worker with exit 0, configured or not") {
        Bench bench;
        SUBCASE("serving") {
            bench.until_serving();
        }
        SUBCASE("waiting for Configure") {
            REQUIRE(bench.until_seen(wire::Frame::kHello));
        }
        kill(bench.pid, SIGTERM);
        CHECK(bench.exit_code() == 0);
        CHECK(bench.find(wire::Frame::kDrained) == nullptr);
    }
    TEST_CASE("a second TERM ends a worker that is still draining") {
        Bench bench;
        bench.until_serving(R"({"inject":{"count":1}})"); // never acknowledged: it waits
        REQUIRE(bench.until_seen(wire::Frame::kInbound));
        wire::Frame drain;
        drain.mutable_drain()->set_within_ms(60'000);
        REQUIRE(bench.link->send(drain));
        kill(bench.pid, SIGTERM);
        CHECK(bench.exit_code() == 0);
    }
    TEST_CASE("a worker that lost its supervisor leaves at once with exit 70") {
        Bench bench;
        bench.until_serving();
        bench.link.reset();
        CHECK(bench.exit_code() == 70);
    }
    TEST_CASE("a supervisor that breaks the contract is left with exit 70 and a line on stderr") {
        Bench bench;
        bench.until_serving();
        REQUIRE(send(bench.socket, "\xff\xff\xff\xff", 4, 0) == 4);
        CHECK(bench.exit_code() == 70);
        char line[256] = "";
        REQUIRE(read(bench.error_output.get(), line, sizeof line - 1) > 0);
        CHECK(std::string(line).find("broke the contract") != std::string::npos);
    }
    TEST_CASE("another protocol number is refused with exit 71 and a sentence") {
        Bench bench;
        bench.configure("{}", protocol_number + 1);
        REQUIRE(bench.until_seen(wire::Frame::kFault));
        CHECK(bench.find(wire::Frame::kFault)->fault().code() == "protocol");
        CHECK(bench.exit_code() == 71);
    }
    TEST_CASE("settings that cannot be understood are exit 78, with the sentence in a Fault that "
              "needs the operator") {
        Bench bench;
        bench.configure(R"({"inject":{"count":-1}})");
        REQUIRE(bench.until_seen(wire::Frame::kFault));
        const auto& fault = bench.find(wire::Frame::kFault)->fault();
        CHECK(fault.code() == "bad_config");
        CHECK(fault.sentence() == "inject.count must not be negative");
        CHECK(fault.cause() == wire::CAUSE_NEEDS_OPERATOR);
        CHECK(bench.exit_code() == 78);
    }
    TEST_CASE("log lines over the budget are counted, and the count is told") {
        Bench bench;
        bench.until_serving(R"({"fault":"log_flood"})");
        const auto is_count = [](const wire::Frame& frame) {
            return frame.has_log() && frame.log().event() == "log.dropped";
        };
        REQUIRE(bench.until([&] { return std::ranges::any_of(bench.frames, is_count); }));
        const auto lines = std::ranges::count_if(bench.frames, &wire::Frame::has_log);
        CHECK(lines <= 201);
        const auto record = std::ranges::find_if(bench.frames, is_count);
        CHECK(std::stoi(record->log().fields(0).value()) + lines >= 100'000);
    }
#if !defined(__SANITIZE_ADDRESS__) // a sanitizer keeps freed memory as it was
    TEST_CASE("a secret is in the worker's memory in one place only") {
        Bench bench;
        bench.until_serving();
        CHECK(count_in_memory(bench.pid, "0123456789abcdef-only-in-one-place") == 1);
    }
#endif
    TEST_CASE("a worker started by hand says what to do instead, in one sentence") {
        FILE* pipe = popen((program + " 2>&1 3<&-").c_str(), "r");
        REQUIRE(pipe != nullptr);
        char text[512] = "";
        CHECK(fgets(text, sizeof text, pipe) != nullptr);
        CHECK(fgets(text + 256, 256, pipe) == nullptr);
        CHECK(WEXITSTATUS(pclose(pipe)) == 64);
        CHECK(std::string(text).find("openclaw gateway run") != std::string::npos);
    }
}
