// The agent service between a supervisor's link and a provider, all on one loop.
#pragma once

#include "common/ipc/blob.h"
#include "common/ipc/permits.h"
#include "common/ipc/socket.h"
#include "common/ipc/text.h"
#include "common/log/log.h"
#include "tests/unit/common/net/http_server.h"
#include "tests/unit/workers/egress/in_process.h"
#include "workers/agent/service.h"

#include <doctest/doctest.h>

#include <map>

namespace openclaw::agent::test {

using namespace std::chrono_literals;
using openclaw::test::HttpServer;
using openclaw::test::ServedPeer;
using openclaw::test::ServedRequest;

// What the supervisor saw of one run.
struct Told {
    std::vector<std::string> deltas;
    std::optional<wire::RunEnd> end;
    std::string text;  // of the end
    std::string trace; // of the end
    int ends = 0;

    std::string streamed() const {
        std::string all;
        for (const auto& delta : deltas)
            all += delta;
        return all;
    }
};

struct Supervisor : ipc::LinkHandler {
    egress::test::InProcess* egress = nullptr;
    ipc::Link* link = nullptr;
    std::map<std::string, Told> runs;

    void on_frame(const wire::Frame& frame, Fds fds) override {
        if (frame.has_dial()) return egress->answer(*link, frame, std::move(fds));
        if (frame.has_run_delta())
            return runs[frame.run_delta().run_id()].deltas.push_back(frame.run_delta().text());
        REQUIRE(frame.has_run_end());
        auto& told = runs[frame.run_end().run_id()];
        told.end = frame.run_end();
        told.text = ipc::take_text(frame.run_end().text(), fds).value();
        told.trace = frame.trace();
        ++told.ends;
    }

    void on_closed(const ipc::LinkEnd& end) override { FAIL(end.reason); }
};

struct Worker : worker::Context, ipc::LinkHandler {
    Worker(Loop& on, UniqueFd socket)
        : loop_(on)
        , link_(on, std::move(socket), ipc::Side::worker, ipc::agent_permits, *this) {
        link_.enter(ipc::Phase::serving);
    }

    Loop& loop() override { return loop_; }

    ipc::Link& link() override { return link_; }

    const worker::Assignment& assignment() const override { return assignment_; }

    void give_up(ExitCode, std::string_view, std::string_view sentence) override { FAIL(sentence); }

    void drained() override { ++drained_; }

    void on_frame(const wire::Frame& frame, Fds fds) override {
        service->on_frame(frame, std::move(fds));
    }

    void on_closed(const ipc::LinkEnd& end) override { FAIL(end.reason); }

    void on_room() override { service->on_room(); }

    Loop& loop_;
    ipc::Link link_;
    worker::Assignment assignment_;
    int drained_ = 0;
    std::unique_ptr<worker::Service> service;
};

inline RunTimes quick() {
    RunTimes times;
    times.retry.first = 1ms;
    times.retry.factor = 1;
    return times;
}

struct Bench {
    Loop loop;
    egress::test::InProcess egress{loop};
    HttpServer provider;
    Supervisor supervisor;
    std::optional<Worker> worker;
    std::optional<ipc::Link> link;

    explicit Bench(HttpServer::OnRequest on_request, RunTimes times = quick(),
                   std::string_view more = "")
        : provider(loop, std::move(on_request)) {
        log::redirect([](log::Level, std::string_view, std::span<const log::Field>) {});
        auto [theirs, ours] = std::move(ipc::make_socket_pair().value());
        worker.emplace(loop, std::move(theirs));
        link.emplace(loop, std::move(ours), ipc::Side::supervisor, ipc::agent_permits, supervisor);
        link->enter(ipc::Phase::serving);
        supervisor.egress = &egress;
        supervisor.link = &*link;
        worker->assignment_.settings_json = "{\"providers\":{\"acme\":{\"baseUrl\":\"" +
                                            provider.url("/v1") + "\"" + std::string(more) + "}}}";
        worker->assignment_.secrets.emplace("provider:acme:apiKey", Secret("sk-acme"));
        worker->service = Agent::create(*worker, times).value();
    }

    static wire::Frame start_frame(const std::string& id, const std::string& message,
                                   const std::string& provider_id = "acme",
                                   const std::string& model = "large") {
        wire::Frame frame;
        frame.set_trace("trace-" + id);
        auto& start = *frame.mutable_run_start();
        start.set_run_id(id);
        start.mutable_model()->set_provider(provider_id);
        start.mutable_model()->set_model(model);
        start.mutable_message()->set_inline_text(message);
        return frame;
    }

    void send(wire::Frame frame, std::span<const int> fds = {}) { REQUIRE(link->send(frame, fds)); }

    void start(const std::string& id, const std::string& message) {
        send(start_frame(id, message));
    }

    void abort(const std::string& id) {
        wire::Frame frame;
        frame.mutable_run_abort()->set_run_id(id);
        send(std::move(frame));
    }

    void turn_until(const std::function<bool()>& reached) {
        Timer guard(loop);
        bool late = false;
        guard.start(30s, [&] { late = true; });
        while (!reached() && !late) {
            loop.turn(false);
            if (!reached()) loop.turn(true);
        }
        REQUIRE_FALSE(late);
    }

    const Told& finish(const std::string& id) {
        turn_until([&] { return supervisor.runs[id].end.has_value(); });
        for (int i = 0; i < 5; ++i)
            loop.turn(false); // nothing may follow an end
        CHECK(supervisor.runs[id].ends == 1);
        return supervisor.runs[id];
    }

    const Told& run(const std::string& message) {
        start("r", message);
        return finish("r");
    }
};

inline std::string event(std::string_view json) {
    return "data: " + std::string(json) + "\n\n";
}

inline std::string words(std::string_view text) {
    return event("{\"model\":\"large-2\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" +
                 std::string(text) + "\"}}]}");
}

inline const std::string stop =
    event(R"({"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})") +
    event(R"({"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}})") + event("[DONE]");

inline void answer_with(ServedPeer& peer, std::string_view text) {
    peer.begin_chunked(200, "text/event-stream");
    peer.chunk(words(text) + stop);
    peer.end_chunked();
}

} // namespace openclaw::agent::test
