#include "supervisor/rpc/worker_traces.h"
#include "tests/unit/supervisor/rpc/fakes.h"

using namespace openclaw;
using namespace openclaw::test;

namespace {

struct Watch : Desk {
    Watch() {
        process::WorkerView worker;
        worker.id = "echo:a";
        workers.list = {worker};
    }

    json::Document call(const std::string& params) { return parsed(ask("workers.trace", params)); }

    void pass(std::size_t frames) {
        for (std::size_t i = 0; i < frames; ++i)
            workers.taps["echo:a"]({.is_outgoing = true,
                                    .body = wire::Frame::kOutbound,
                                    .id = 7,
                                    .re = 0,
                                    .bytes = 512,
                                    .fds = 1,
                                    .trace = "ab12"});
    }
};

} // namespace

TEST_SUITE("supervisor/rpc") {
    TEST_CASE("a trace begins where it is asked for, and shows frames without their content") {
        Watch watch;
        const auto begun = watch.call(R"({"id":"echo:a"})");
        CHECK(begun.root()["payload"]["frames"].size() == 0);
        CHECK(watch.workers.acts == std::vector<std::string>{"watch echo:a"});
        watch.pass(2);
        const auto page = watch.call(R"({"id":"echo:a","cursor":0})");
        const auto payload = page.root()["payload"];
        REQUIRE(payload["frames"].size() == 2);
        CHECK(payload["cursor"].integer() == 2);
        CHECK(payload["dropped"].integer() == 0);
        const auto frame = payload["frames"].at(1);
        CHECK(frame["type"].text() == "Outbound");
        CHECK(frame["direction"].text() == "to-worker");
        CHECK(frame["bytes"].integer() == 512);
        CHECK(frame["id"].integer() == 7);
        CHECK(frame["fds"].integer() == 1);
        CHECK(frame["trace"].text() == "ab12");
        CHECK(watch.workers.acts.size() == 1); // the second call found the watching there
    }
    TEST_CASE("a call that has read everything is answered when there is more") {
        Watch watch;
        watch.call(R"({"id":"echo:a"})");
        const auto before = watch.owner->frames.size();
        watch.ask("workers.trace", R"({"id":"echo:a","cursor":0,"waitMs":30000})");
        CHECK(watch.owner->frames.size() == before); // it waits
        watch.pass(3);
        while (watch.owner->frames.size() == before)
            watch.loop.turn();
        const auto page = parsed(watch.owner->last());
        CHECK(page.root()["payload"]["frames"].size() == 3); // of one moment, in one answer
    }
    TEST_CASE("a call whose time is over is answered with nothing") {
        Watch watch;
        watch.call(R"({"id":"echo:a"})");
        const auto before = watch.owner->frames.size();
        watch.ask("workers.trace", R"({"id":"echo:a","cursor":0,"waitMs":1})");
        while (watch.owner->frames.size() == before)
            watch.loop.turn();
        const auto page = parsed(watch.owner->last());
        CHECK(page.root()["payload"]["frames"].size() == 0);
        CHECK(page.root()["payload"]["cursor"].integer() == 0);
    }
    TEST_CASE("what is not fetched in time is dropped, and the next answer says so") {
        Watch watch;
        watch.call(R"({"id":"echo:a"})");
        watch.pass(rpc::WorkerTraces::capacity + 10);
        const auto page = watch.call(R"({"id":"echo:a","cursor":0})");
        CHECK(page.root()["payload"]["dropped"].integer() == 10);
        CHECK(page.root()["payload"]["frames"].size() == rpc::WorkerTraces::most_in_answer);
        CHECK(page.root()["payload"]["cursor"].integer() == 10 + rpc::WorkerTraces::most_in_answer);
    }
    TEST_CASE("only so many may wait for one worker, and one nobody knows is refused") {
        Watch watch;
        watch.call(R"({"id":"echo:a"})");
        for (std::size_t i = 0; i < rpc::WorkerTraces::most_waiting; ++i)
            watch.ask("workers.trace", R"({"id":"echo:a","cursor":0})");
        CHECK_FALSE(watch.call(R"({"id":"echo:a","cursor":0})").root()["ok"].boolean());
        CHECK_FALSE(watch.call(R"({"id":"echo:b"})").root()["ok"].boolean());
    }
    TEST_CASE("the operator's hand on a worker reaches it, by an administrator only") {
        Watch watch;
        for (const auto* method :
             {"workers.pause", "workers.resume", "workers.kill", "workers.recycle"})
            CHECK(parsed(watch.ask(method, R"({"id":"echo:a"})")).root()["ok"].boolean());
        CHECK(watch.workers.acts == std::vector<std::string>{"pause echo:a", "start echo:a",
                                                             "kill echo:a", "restart echo:a"});
        auto reader = watch.join({"operator.read"});
        const auto refused = parsed(watch.ask(*reader, "workers.kill", R"({"id":"echo:a"})"));
        CHECK(refused.root()["error"]["code"].text() == "FORBIDDEN");
    }
}
