#include "common/ipc/in_flight.h"
#include "common/ipc/protocol.h"
#include "supervisor/process/spawn.h"
#include "tests/unit/supervisor/process/bench.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>

using namespace openclaw;
using namespace openclaw::process;
using namespace std::chrono_literals;

namespace {

std::string proc(pid_t pid, const std::string& file) {
    std::ifstream stream("/proc/" + std::to_string(pid) + "/" + file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

std::set<std::string> open_descriptors(pid_t pid) {
    std::set<std::string> names;
    for (const auto& entry :
         std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/fd"))
        names.insert(entry.path().filename());
    return names;
}

wire::Frame outbound(std::string text) {
    wire::Frame frame;
    frame.mutable_outbound()->set_action_id("action-1");
    frame.mutable_outbound()->mutable_markdown()->set_inline_text(std::move(text));
    return frame;
}

} // namespace

TEST_SUITE("process/workers") {
    TEST_CASE("a wanted worker is spawned, gets ready, answers pings and delivers") {
        Bench bench;
        bench.workers.want(all(echo("echo:a")));
        REQUIRE(bench.until_ready("echo:a"));
        REQUIRE(bench.until([&] { return bench.view("echo:a").health.has_value(); }));
        const auto view = bench.view("echo:a");
        CHECK(view.state == State::ready);
        CHECK(view.pid > 0);
        CHECK(view.account == "a");
#if OPENCLAW_SANDBOX
        CHECK(view.sandbox != "none");
        CHECK_FALSE(view.layers.empty());
#else
        CHECK(view.sandbox == "none");
#endif
        CHECK_FALSE(view.build_id.empty());
        CHECK(view.health->credits == ipc::inbound_credits);
        const UniqueFd file(memfd_create("in-flight", MFD_CLOEXEC));
        REQUIRE(ipc::shape_in_flight_file(file.get()));
        wire::Frame hand_over;
        hand_over.mutable_in_flight_file();
        const int fd = file.get();
        REQUIRE(bench.workers.link("echo:a")->send(hand_over, {&fd, 1}));
        const auto is_sent = [&](const std::string& id) {
            return !bench.recorder.frames.empty() &&
                   bench.recorder.frames.back().delivery().message_id() == id;
        };
        auto frame = outbound("hello");
        REQUIRE(bench.workers.link("echo:a")->send(frame));
        REQUIRE(bench.until([&] { return is_sent("echo:a:1"); }));
        CHECK(ipc::read_in_flight_file(fd)->front().message_id == "echo:a:1");
        wire::Frame ack;
        ack.mutable_delivery_ack()->set_action_id("action-1");
        REQUIRE(bench.workers.link("echo:a")->send(ack));
        REQUIRE(bench.workers.link("echo:a")->send(frame)); // read after the acknowledgement
        REQUIRE(bench.until([&] { return is_sent("echo:a:2"); }));
        CHECK(ipc::read_in_flight_file(fd)->size() == 1);
    }
    TEST_CASE(
        "a worker knows its name, its state and its secrets, and nothing of our environment") {
        setenv("OPENCLAW_TEST_SECRET", "in-the-environment", 1);
        Bench bench;
        auto wanted = echo("echo:a", R"({"inject":{"count":5}})");
        wanted.secrets.emplace("token", Secret("in-the-configure-frame"));
        bench.state = {{"next", "3"}};
        std::vector<WantedWorker> list;
        list.push_back(std::move(wanted));
        bench.workers.want(std::move(list));
        REQUIRE(bench.until([&] {
            return std::ranges::count_if(bench.recorder.frames, &wire::Frame::has_inbound) == 2;
        }));
        const pid_t pid = bench.view("echo:a").pid;
        CHECK(proc(pid, "cmdline") == std::string("openclaw-worker-echo\0echo:a\0", 28));
        CHECK(proc(pid, "comm") == "echo:a\n");
        CHECK(proc(pid, "environ").find("OPENCLAW_TEST_SECRET") == std::string::npos);
        unsetenv("OPENCLAW_TEST_SECRET");
    }
    TEST_CASE(
        "a worker is born with descriptors 0 to 3, its own session, limits and no new privileges") {
        UniqueFd ours(
            ::open("/dev/null", O_RDONLY)); // not close-on-exec: must not be inherited all the same
        Birth birth = std::move(spawn("/bin/sleep", "60", quick.limits).value());
        CHECK(open_descriptors(birth.pid) == std::set<std::string>{"0", "1", "2", "3"});
        CHECK(getsid(birth.pid) == birth.pid);
        const std::string status = proc(birth.pid, "status");
        CHECK(status.find("NoNewPrivs:\t1") != std::string::npos);
        CHECK(status.find("SigBlk:\t0000000000000000") != std::string::npos);
        CHECK(status.find("SigIgn:\t0000000000000000") != std::string::npos);
        CHECK(proc(birth.pid, "limits").find("Max open files            64") != std::string::npos);
        CHECK(proc(birth.pid, "limits").find("Max file size             67108864 ") !=
              std::string::npos); // the largest blob, ipc/protocol.h
        kill(birth.pid, SIGKILL);
        waitpid(birth.pid, nullptr, 0);
    }
    TEST_CASE(
        "a program that cannot be executed is an error with the reason, and leaves no child") {
        const auto birth = spawn("/etc/passwd", "x", quick.limits);
        REQUIRE_FALSE(birth);
        CHECK(birth.error().sentence.find("Permission denied") != std::string::npos);
        CHECK(waitpid(-1, nullptr, WNOHANG) == -1);
    }
    TEST_CASE("a missing program is shown as the reason and tried again") {
        Bench bench("/nowhere");
        bench.workers.want(all(echo("echo:a")));
        REQUIRE(bench.until([&] { return bench.view("echo:a").deaths.size() >= 2; }));
        CHECK(bench.view("echo:a").reason.find("not installed") != std::string::npos);
        CHECK(bench.view("echo:a").pid == 0);
        CHECK(bench.has_logged("worker.cannot_start worker=echo:a"));
    }
    TEST_CASE("a worker that could not even be started can be stopped at any moment") {
        Bench bench("/nowhere");
        bench.workers.want(all(echo("echo:a")));
        REQUIRE(bench.workers.stop("echo:a"));
        REQUIRE(bench.until_state("echo:a", State::down));
        REQUIRE(bench.workers.start("echo:a"));
        bench.workers.want({});
        CHECK(bench.until([&] { return bench.workers.views().empty(); }));
    }
    TEST_CASE("a worker that is told to leave while it starts leaves without a complaint") {
        Bench bench;
        bench.workers.want(all(echo("echo:a")));
        REQUIRE(bench.until([&] { return !bench.view("echo:a").build_id.empty(); }));
        const bool is_starting = bench.view("echo:a").state == State::starting; // else: a quick one
        REQUIRE(bench.workers.stop("echo:a"));
        REQUIRE(bench.until_state("echo:a", State::down));
        CHECK(bench.view("echo:a").deaths_10min == 0);
        CHECK_FALSE(bench.has_logged("worker.misbehaved"));
        CHECK((bench.recorder.frames.empty() || !is_starting));
    }
    TEST_CASE("a killed worker is replaced, with a higher generation and the death in its tally") {
        Bench bench;
        bench.workers.want(all(echo("echo:a")));
        REQUIRE(bench.until_ready("echo:a"));
        const pid_t first = bench.view("echo:a").pid;
        kill(first, SIGKILL);
        REQUIRE(bench.until_ready("echo:a", 2));
        const auto view = bench.view("echo:a");
        CHECK(view.pid != first);
        CHECK(view.restarts == 1);
        REQUIRE(view.deaths.size() == 1);
        CHECK(view.deaths[0].status.signal == SIGKILL);
        CHECK(view.deaths[0].reached_ready);
        CHECK(bench.recorder.generations[1] > bench.recorder.generations[0]);
        CHECK(bench.recorder.story ==
              std::vector<std::string>{"ready echo:a", "down echo:a", "ready echo:a"});
    }
    TEST_CASE("a launcher that ignored SIGCHLD does not hide deaths from us") {
        std::signal(SIGCHLD, SIG_IGN);
        Bench bench;
        bench.workers.want(all(echo("echo:a")));
        REQUIRE(bench.until_ready("echo:a"));
        kill(bench.view("echo:a").pid, SIGKILL);
        REQUIRE(bench.until_died("echo:a"));
        CHECK(bench.view("echo:a").deaths[0].status.signal == SIGKILL);
    }
    TEST_CASE("while a worker is down there is no link") {
        Bench bench;
        bench.workers.want(all(echo("echo:a")));
        CHECK(bench.workers.link("echo:a") == nullptr);
        CHECK(bench.workers.link("nobody") == nullptr);
        REQUIRE(bench.until_ready("echo:a"));
        CHECK(bench.workers.link("echo:a") != nullptr);
        REQUIRE(bench.workers.stop("echo:a"));
        REQUIRE(bench.until_state("echo:a", State::down));
        CHECK(bench.workers.link("echo:a") == nullptr);
    }
    TEST_CASE("a worker that was stopped and is resumed in time serves on") {
        Bench bench;
        bench.workers.want(all(echo("echo:a")));
        REQUIRE(bench.until_ready("echo:a"));
        const pid_t pid = bench.view("echo:a").pid;
        kill(pid, SIGSTOP);
        REQUIRE(bench.until([&] { return bench.view("echo:a").is_unresponsive; }));
        kill(pid, SIGCONT);
        REQUIRE(bench.until([&] { return !bench.view("echo:a").is_unresponsive; }));
        CHECK(bench.view("echo:a").pid == pid);
        CHECK(bench.view("echo:a").deaths.empty());
    }
    TEST_CASE("a supervisor that was asleep hears what arrived meanwhile before it judges") {
        Bench bench;
        bench.workers.want(all(echo("echo:a", "{}", impatient)));
        REQUIRE(bench.until([&] { return bench.view("echo:a").health.has_value(); }));
        const pid_t pid = bench.view("echo:a").pid;
        kill(pid, SIGSTOP); // so that a ping is open …
        REQUIRE(bench.until([&] { return bench.view("echo:a").is_unresponsive; }));
        kill(pid,
             SIGCONT); // … and is answered while this process stands still until after the deadline
        poll(nullptr, 0, 650);
        REQUIRE(bench.until([&] { return !bench.view("echo:a").is_unresponsive; }));
        CHECK(bench.view("echo:a").pid == pid);
    }
    TEST_CASE("changed settings replace a worker by drain; unchanged ones keep it") {
        Bench bench;
        bench.workers.want(all(echo("echo:a")));
        REQUIRE(bench.until_ready("echo:a"));
        const pid_t pid = bench.view("echo:a").pid;
        bench.workers.want(all(echo("echo:a")));
        CHECK(bench.view("echo:a").state == State::ready);
        bench.workers.want(all(echo("echo:a", R"({"inject":{"count":0}})")));
        CHECK(bench.view("echo:a").state == State::draining);
        REQUIRE(bench.until_ready("echo:a", 2));
        CHECK(bench.view("echo:a").pid != pid);
        CHECK(bench.view("echo:a").deaths_10min == 0);
        CHECK(bench.view("echo:a").deaths[0].words == "exit 0: it was asked to leave and left");
    }
    TEST_CASE("what is not wanted any more leaves, and its row with it") {
        Bench bench;
        bench.workers.want(all(echo("echo:a")));
        REQUIRE(bench.until_ready("echo:a"));
        bench.workers.want(all(echo("echo:b")));
        REQUIRE(bench.until([&] { return bench.workers.views().size() == 1; }));
        CHECK(bench.workers.views()[0].id == "echo:b");
    }
    TEST_CASE("a stopped worker stays stopped over a new roster, until it is started") {
        Bench bench;
        bench.workers.want(all(echo("echo:a")));
        REQUIRE(bench.until_ready("echo:a"));
        REQUIRE(bench.workers.stop("echo:a"));
        REQUIRE(bench.until_state("echo:a", State::down));
        CHECK(bench.view("echo:a").reason == "stopped by the operator");
        bench.workers.want(all(echo("echo:a", R"({"inject":{"count":0}})")));
        CHECK(bench.view("echo:a").state == State::down);
        REQUIRE(bench.workers.start("echo:a"));
        CHECK(bench.until_ready("echo:a", 2));
        CHECK_FALSE(bench.workers.start("nobody"));
    }
    TEST_CASE("an operator's restart drains, and is no fault") {
        Bench bench;
        bench.workers.want(all(echo("echo:a")));
        REQUIRE(bench.until_ready("echo:a"));
        REQUIRE(bench.workers.restart("echo:a"));
        REQUIRE(bench.until_ready("echo:a", 2));
        CHECK(bench.view("echo:a").deaths_10min == 0);
    }
    TEST_CASE("draining all ends every process, and then says so once") {
        Bench bench;
        std::vector<WantedWorker> two;
        two.push_back(echo("echo:a"));
        two.push_back(echo("echo:b"));
        bench.workers.want(std::move(two));
        REQUIRE(bench.until_ready("echo:a"));
        REQUIRE(bench.until_ready("echo:b"));
        int done = 0;
        bench.workers.drain_all(5s, [&] { ++done; });
        CHECK(done == 0);
        REQUIRE(bench.until([&] { return done > 0; }));
        CHECK(done == 1);
        CHECK(bench.workers.views().empty());
        bench.workers.want(all(echo("echo:a")));
        CHECK(bench.workers.views().empty());
    }
    TEST_CASE("draining kills who does not leave in time") {
        Bench bench;
        bench.workers.want(all(echo("echo:a", R"({"fault":"busy_loop"})", config::echo_worker)));
        REQUIRE(bench.until_ready("echo:a"));
        const pid_t pid = bench.view("echo:a").pid;
        bool is_done = false;
        bench.workers.drain_all(200ms, [&] { is_done = true; });
        REQUIRE(bench.until([&] { return is_done; }));
        CHECK(kill(pid, 0) == -1);
    }
    TEST_CASE("no worker outlives the set it belongs to") {
        pid_t pid = 0;
        {
            Bench bench;
            bench.workers.want(all(echo("echo:a")));
            REQUIRE(bench.until_ready("echo:a"));
            pid = bench.view("echo:a").pid;
        }
        CHECK(kill(pid, 0) == -1);
    }
    TEST_CASE("memory and processor time are measured on demand") {
        Bench bench;
        bench.workers.want(all(echo("echo:a")));
        REQUIRE(bench.until_ready("echo:a"));
        const auto view = bench.workers.view("echo:a", Measure::yes);
        REQUIRE(view->usage);
        CHECK(view->usage->rss_bytes > 1'000'000);
        CHECK(view->usage->pss_bytes <= view->usage->rss_bytes);
        CHECK_FALSE(bench.view("echo:a").usage);
    }
    TEST_CASE("views change at most once in a turn") {
        Bench bench;
        bench.workers.want(all(echo("echo:a")));
        REQUIRE(bench.workers.stop("echo:a"));
        CHECK(bench.recorder.changes == 0);
        bench.loop.turn(false);
        CHECK(bench.recorder.changes == 1);
    }
    TEST_CASE("a paused worker has drained and stays away until it is started") {
        Bench bench;
        bench.workers.want(all(echo("echo:a")));
        REQUIRE(bench.until_ready("echo:a"));
        REQUIRE(bench.workers.pause("echo:a"));
        REQUIRE(bench.until_state("echo:a", State::down));
        CHECK(bench.view("echo:a").is_paused);
        CHECK(bench.view("echo:a").wanted_since == Instant{});
        CHECK(bench.view("echo:a").deaths.front().status.code == 0);
        bench.workers.want(all(echo("echo:a", R"({"inject":{"count":0}})"))); // other settings
        CHECK(bench.view("echo:a").state == State::down);
        REQUIRE(bench.workers.start("echo:a"));
        REQUIRE(bench.until_ready("echo:a", 2));
        CHECK_FALSE(bench.view("echo:a").is_paused);
        CHECK(bench.view("echo:a").wanted_since > Instant{});
    }
    TEST_CASE("a worker that was paused before the gateway began is not started") {
        Bench bench;
        bench.workers.hold({"echo:a"});
        std::vector<WantedWorker> two;
        two.push_back(echo("echo:a"));
        two.push_back(echo("echo:b"));
        bench.workers.want(std::move(two));
        REQUIRE(bench.until_ready("echo:b"));
        CHECK(bench.view("echo:a").state == State::down);
        CHECK(bench.view("echo:a").is_paused);
        REQUIRE(bench.workers.start("echo:a"));
        REQUIRE(bench.until_ready("echo:a"));
    }
    TEST_CASE("a pause outlives the worker: one that goes and comes again is paused, until it is "
              "started") {
        Bench bench;
        const auto goes_and_comes = [&] {
            bench.workers.want({});
            REQUIRE(bench.until([&] { return bench.workers.views().empty(); }));
            bench.workers.want(all(echo("echo:a")));
        };
        bench.workers.hold({"echo:a"});
        bench.workers.want(all(echo("echo:a")));
        goes_and_comes();
        CHECK(bench.view("echo:a").is_paused);
        REQUIRE(bench.workers.start("echo:a"));
        REQUIRE(bench.until_ready("echo:a"));
        goes_and_comes();
        CHECK_FALSE(bench.view("echo:a").is_paused);
        REQUIRE(bench.until_ready("echo:a", 2));
        REQUIRE(bench.workers.pause("echo:a"));
        REQUIRE(bench.until_state("echo:a", State::down));
        goes_and_comes();
        CHECK(bench.view("echo:a").is_paused);
        CHECK(bench.view("echo:a").state == State::down);
    }
    TEST_CASE("a worker the operator kills is back at once, and it is no fault of its own") {
        Bench bench;
        bench.workers.want(all(echo("echo:a")));
        REQUIRE(bench.until_ready("echo:a"));
        REQUIRE(bench.workers.kill("echo:a"));
        REQUIRE(bench.until_ready("echo:a", 2));
        const auto view = bench.view("echo:a");
        CHECK(view.deaths.front().words == "killed: the operator asked for it");
        CHECK(view.deaths_10min == 0);
    }
    TEST_CASE("a worker above its soft memory limit is drained and replaced; one is not for ever") {
        constexpr WorkerSpec small = [] {
            WorkerSpec spec = quick_spec();
            spec.limits.soft_memory = 1 << 20; // every process of ours is larger
            spec.limits.recycle_not_before = Milliseconds(50);
            return spec;
        }();
        Bench bench;
        bench.workers.want(all(echo("echo:a", "{}", small)));
        REQUIRE(bench.until_ready("echo:a", 2));
        const auto death = bench.view("echo:a").deaths.front();
        CHECK(death.was_asked);
        CHECK(death.status.code == 0); // in peace
        CHECK(death.words.contains("passed the soft limit of 1 MiB"));
        CHECK(death.served >= Milliseconds(50));
        CHECK(bench.has_logged("worker.recycled worker=echo:a"));
    }
    TEST_CASE("who watches a worker sees its frames in every life, and nobody's after that") {
        Bench bench;
        std::vector<ipc::FramePassed> passed;
        bench.workers.want(all(echo("echo:a")));
        REQUIRE(bench.until_ready("echo:a"));
        REQUIRE(bench.workers.watch("echo:a", [&](const auto& frame) { passed.push_back(frame); }));
        auto frame = outbound("hello");
        REQUIRE(bench.workers.link("echo:a")->send(frame));
        REQUIRE(passed.size() == 1);
        CHECK(passed.front().is_outgoing);
        CHECK(passed.front().body == wire::Frame::kOutbound);
        CHECK(passed.front().bytes == frame.ByteSizeLong());
        REQUIRE(bench.workers.kill("echo:a"));
        REQUIRE(bench.until_ready("echo:a", 2));
        CHECK(std::ranges::any_of(passed, [](const auto& one) {
            return !one.is_outgoing && one.body == wire::Frame::kHello;
        }));
        REQUIRE(bench.workers.watch("echo:a", {}));
        const auto before = passed.size();
        auto more = outbound("hello");
        REQUIRE(bench.workers.link("echo:a")->send(more));
        CHECK(passed.size() == before);
        CHECK_FALSE(bench.workers.watch("echo:b", {}));
    }
}
