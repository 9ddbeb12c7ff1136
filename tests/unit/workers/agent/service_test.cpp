#include "common/json/read.h"
#include "tests/unit/workers/agent/bench.h"

#include <sys/socket.h>

#include <algorithm>

using namespace openclaw;
using namespace openclaw::agent;
using namespace openclaw::agent::test;

TEST_SUITE("workers/agent") {
    TEST_CASE("a run asks the provider and reports the answer with its facts") {
        ServedRequest seen;
        Bench bench([&](ServedPeer& peer, const ServedRequest& request) {
            seen = request;
            answer_with(peer, "Hello there");
        });
        const auto& told = bench.run("hi");
        CHECK(seen.path == "/v1/chat/completions");
        CHECK(seen.headers.at("authorization") == "Bearer sk-acme");
        CHECK(told.text == "Hello there");
        CHECK(told.trace == "trace-r");
        CHECK(told.end->outcome() == wire::RunEnd::COMPLETED);
        CHECK(told.end->stop_reason() == "stop");
        CHECK(told.end->usage().input_tokens() == 3);
        CHECK(told.end->usage().output_tokens() == 4);
        CHECK(told.end->response_model() == "large-2");
        CHECK(bench.worker->service->vitals().last_upstream_unix_ms > 0);
        CHECK(bench.worker->service->vitals().in_flight == 0);
    }

    TEST_CASE("the prompt holds the system prompt, the transcript and the message") {
        std::string body;
        Bench bench([&](ServedPeer& peer, const ServedRequest& request) {
            body = request.body;
            answer_with(peer, "ok");
        });
        wire::Transcript transcript;
        for (const auto& [role, text] :
             {std::pair("user", "first"), std::pair("assistant", "second")}) {
            auto& entry = *transcript.add_entries();
            entry.set_role(role);
            entry.set_text(text);
        }
        const auto bytes = transcript.SerializeAsString();
        auto frame = Bench::start_frame("r", "third");
        frame.mutable_run_start()->set_system_prompt("Be brief.");
        frame.mutable_run_start()->set_transcript_bytes(bytes.size());
        SUBCASE("with the transcript in the frame") {
            frame.mutable_run_start()->set_transcript(bytes);
            bench.send(std::move(frame));
        }
        SUBCASE("with the transcript in a memfd") {
            const auto blob = ipc::make_blob(bytes).value();
            const int fd = blob.get();
            bench.send(std::move(frame), {&fd, 1});
        }
        bench.finish("r");
        const auto document = json::Document::parse(body).value();
        std::string told;
        document.root()["messages"].each_element([&](json::View message) {
            told += std::string(message["role"].text()) + "=" +
                    std::string(message["content"].text()) + ";";
            return true;
        });
        CHECK(told == "system=Be brief.;user=first;assistant=second;user=third;");
        CHECK(document.root()["model"].text() == "large");
    }

    TEST_CASE("images reach a model that sees them; another is told that it was given none") {
        std::string body;
        const auto answering = [&](ServedPeer& peer, const ServedRequest& request) {
            body = request.body;
            answer_with(peer, "ok");
        };
        const auto send_image = [](Bench& bench) {
            auto frame = Bench::start_frame("r", "look");
            const AttachedFiles files{attached_file("a.png", "image/png", "\x89PNG")};
            const auto blob =
                ipc::put_files(*frame.mutable_run_start()->mutable_files(), files, {}).value();
            const int fd = blob.get();
            bench.send(std::move(frame), {&fd, 1});
            CHECK(bench.finish("r").end->outcome() == wire::RunEnd::COMPLETED);
        };
        SUBCASE("it sees") {
            Bench bench(answering, quick(),
                        R"(,"models":[{"id":"large","input":["text","image"]}])");
            send_image(bench);
            CHECK(body.contains(R"("url":"data:image/png;base64,iVBORw==")"));
        }
        SUBCASE("it says nothing of images") {
            Bench bench(answering, quick(), R"(,"models":[{"id":"large"}])");
            send_image(bench);
            CHECK(body.contains("[image a.png: not shown, this model does not see images]"));
            CHECK_FALSE(body.contains("image_url"));
        }
        SUBCASE("nobody knows it") {
            Bench bench(answering);
            send_image(bench);
            CHECK_FALSE(body.contains("image_url"));
        }
    }

    TEST_CASE("a transcript that is not there or is no transcript fails the run, not the worker") {
        Bench bench([](ServedPeer& peer, const ServedRequest&) { answer_with(peer, "ok"); });
        auto missing = Bench::start_frame("missing", "x");
        missing.mutable_run_start()->set_transcript_bytes(10);
        bench.send(std::move(missing));
        CHECK(bench.finish("missing").end->outcome() == wire::RunEnd::FAILED);
        const auto blob = ipc::make_blob("\xff\xff\xff").value();
        const int fd = blob.get();
        auto garbage = Bench::start_frame("garbage", "x");
        garbage.mutable_run_start()->set_transcript_bytes(3);
        bench.send(std::move(garbage), {&fd, 1});
        CHECK(bench.finish("garbage").end->outcome() == wire::RunEnd::FAILED);
        auto inside = Bench::start_frame("inside", "x");
        inside.mutable_run_start()->set_transcript_bytes(3);
        inside.mutable_run_start()->set_transcript("\xff\xff\xff");
        bench.send(std::move(inside));
        CHECK(bench.finish("inside").end->outcome() == wire::RunEnd::FAILED);
        CHECK(bench.run("still here").text == "ok");
    }

    TEST_CASE("the placeholder model answers without any provider") {
        Bench bench([](ServedPeer&, const ServedRequest&) { FAIL("nobody should be asked"); });
        bench.send(Bench::start_frame("r", "hello", "builtin", "echo"));
        const auto& told = bench.finish("r");
        CHECK(told.end->outcome() == wire::RunEnd::COMPLETED);
        CHECK(told.text.starts_with("You said: hello"));
        CHECK(bench.provider.peers().empty());
    }

    TEST_CASE("unknown providers and models without one are failures of the configuration") {
        Bench bench([](ServedPeer&, const ServedRequest&) {});
        bench.send(Bench::start_frame("a", "x", "nobody", "m"));
        CHECK(bench.finish("a").end->error_kind() == "config");
        CHECK(bench.finish("a").end->error().find("models.providers.nobody") != std::string::npos);
        bench.send(Bench::start_frame("b", "x", "builtin", "other"));
        CHECK(bench.finish("b").end->outcome() == wire::RunEnd::FAILED);
    }

    TEST_CASE(
        "an answer longer than a frame arrives whole, and what was streamed is its beginning") {
        const std::string paragraph(30'000, 'p');
        Bench bench([&](ServedPeer& peer, const ServedRequest&) {
            peer.begin_chunked(200, "text/event-stream");
            for (int i = 0; i < 10; ++i)
                peer.chunk(words(paragraph));
            peer.chunk(stop);
            peer.end_chunked();
        });
        const auto& told = bench.run("long");
        CHECK(told.text.size() == 300'000);
        CHECK(told.text.starts_with(told.streamed()));
        CHECK_FALSE(told.deltas.empty());
    }

    TEST_CASE("the first words are passed on at once, those that follow closely are merged") {
        ServedPeer* open = nullptr;
        Bench bench([&](ServedPeer& peer, const ServedRequest&) {
            peer.begin_chunked(200, "text/event-stream");
            peer.chunk(words("one "));
            open = &peer;
        });
        bench.start("r", "x");
        auto& told = bench.supervisor.runs["r"];
        bench.turn_until([&] { return told.deltas.size() == 1; });
        CHECK(told.deltas[0] == "one ");
        for (const char* word : {"two ", "three ", "four "})
            open->chunk(words(word));
        bench.turn_until(
            [&] { return told.streamed() == "one two three four "; }); // the provider is silent now
        CHECK(told.deltas.size() <= 3);
        open->chunk(words("five") + stop);
        open->end_chunked();
        CHECK(bench.finish("r").text == "one two three four five");
        CHECK(told.deltas.size() <= 4);
    }

    TEST_CASE("an answer is reported when its last event came, though the body does not end") {
        Bench bench([&](ServedPeer& peer, const ServedRequest&) {
            peer.begin_chunked(200, "text/event-stream");
            peer.chunk(words("all") + stop);
        });
        CHECK(bench.run("x").text == "all");
        CHECK(bench.supervisor.runs["r"].end->outcome() == wire::RunEnd::COMPLETED);
    }

    TEST_CASE("an answer that is only a wish for a tool, or was filtered, is a failure; an empty "
              "one is not") {
        std::string reason;
        Bench bench([&](ServedPeer& peer, const ServedRequest&) {
            peer.begin_chunked(200, "text/event-stream");
            peer.chunk(
                event("{\"choices\":[{\"delta\":{},\"finish_reason\":\"" + reason + "\"}]}") +
                event("[DONE]"));
            peer.end_chunked();
        });
        for (const auto& [word, outcome] : {std::pair("tool_calls", wire::RunEnd::FAILED),
                                            std::pair("content_filter", wire::RunEnd::FAILED),
                                            std::pair("stop", wire::RunEnd::COMPLETED)}) {
            reason = word;
            bench.start(word, "x");
            CHECK(bench.finish(word).end->outcome() == outcome);
        }
        CHECK(bench.provider.requests() == 3);
    }

    TEST_CASE("connections are kept from run to run") {
        Bench bench([](ServedPeer& peer, const ServedRequest&) { answer_with(peer, "ok"); });
        for (int i = 0; i < 20; ++i) {
            bench.start("r" + std::to_string(i), "x");
            CHECK(bench.finish("r" + std::to_string(i)).text == "ok");
        }
        CHECK(bench.provider.peers().size() == 1);
    }

    TEST_CASE("a provider that answers with plain JSON is understood") {
        Bench bench([](ServedPeer& peer, const ServedRequest&) {
            peer.answer(
                200,
                R"({"choices":[{"message":{"content":"plain"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1}})",
                "Content-Type: application/json\r\n");
        });
        CHECK(bench.run("x").text == "plain");
    }
}

TEST_SUITE("workers/agent") {
    TEST_CASE("a provider in trouble is asked again, three times in all") {
        int asked = 0;
        SUBCASE("and answers at last") {
            Bench bench([&](ServedPeer& peer, const ServedRequest&) {
                if (++asked == 1)
                    peer.answer(500, "{}");
                else if (asked == 2)
                    peer.reset();
                else
                    answer_with(peer, "third time");
            });
            const auto& told = bench.run("x");
            CHECK(told.text == "third time");
            CHECK(told.end->outcome() == wire::RunEnd::COMPLETED);
        }
        SUBCASE("and does not") {
            Bench bench([&](ServedPeer& peer, const ServedRequest&) {
                ++asked;
                peer.answer(503, R"({"error":{"message":"down"}})");
            });
            const auto& told = bench.run("x");
            CHECK(told.end->outcome() == wire::RunEnd::FAILED);
            CHECK(told.end->stop_reason() == "error");
            CHECK(told.end->error_kind() == "server");
            CHECK(told.end->http_status() == 503);
            CHECK(told.end->error().starts_with(
                "⚠️ acme/large has trouble on its own side (HTTP 503)."));
        }
        CHECK(asked == 3);
    }

    TEST_CASE("a pause asked for by the provider is kept; a long one ends the run at once") {
        int asked = 0;
        std::vector<Instant> when;
        Loop* loop = nullptr;
        std::string pause = "0.05";
        Bench bench([&](ServedPeer& peer, const ServedRequest&) {
            when.push_back(loop->clock().now());
            if (++asked % 2 == 1)
                peer.answer(429, "{}", "Retry-After: " + pause + "\r\n");
            else
                answer_with(peer, "ok");
        });
        loop = &bench.loop;
        CHECK(bench.run("x").text == "ok");
        CHECK(when[1] - when[0] >= 50ms);
        pause = "3600";
        bench.start("long", "x");
        const auto& told = bench.finish("long");
        CHECK(told.end->error_kind() == "rate");
        CHECK(told.end->error().find("again in 60 min") != std::string::npos);
        CHECK(asked == 3);
    }

    TEST_CASE("what asking again cannot mend is asked once") {
        int asked = 0;
        Bench bench([&](ServedPeer& peer, const ServedRequest&) {
            ++asked;
            peer.answer(401, R"({"error":{"message":"Incorrect API key provided: sk-acme"}})");
        });
        const auto& told = bench.run("x");
        CHECK(asked == 1);
        CHECK(told.end->error_kind() == "auth");
        CHECK(told.end->error().find("sk-acme") == std::string::npos);
    }

    TEST_CASE("after words were passed on a broken answer is not asked for again") {
        int asked = 0;
        Bench bench([&](ServedPeer& peer, const ServedRequest&) {
            ++asked;
            peer.begin_chunked(200, "text/event-stream");
            peer.chunk(words("half of "));
            peer.close();
        });
        const auto& told = bench.run("x");
        CHECK(asked == 1);
        CHECK(told.end->outcome() == wire::RunEnd::FAILED);
        CHECK(told.text == "half of ");
    }

    TEST_CASE("an error inside the stream is an error, asked again only before the first word") {
        int asked = 0;
        bool words_first = false;
        Bench bench([&](ServedPeer& peer, const ServedRequest&) {
            ++asked;
            peer.begin_chunked(200, "text/event-stream");
            if (words_first) peer.chunk(words("half"));
            peer.chunk(event(R"({"error":{"message":"overloaded","code":503}})"));
        });
        CHECK(bench.run("x").end->http_status() == 503);
        CHECK(asked == 3);
        words_first = true;
        bench.start("s", "x");
        CHECK(bench.finish("s").text == "half");
        CHECK(asked == 4);
    }

    TEST_CASE("malformed streams fail the run with what was read") {
        Bench bench([](ServedPeer& peer, const ServedRequest&) {
            peer.begin_chunked(200, "text/event-stream");
            peer.chunk(words("text") + "data: {broken\n\n");
        });
        const auto& told = bench.run("x");
        CHECK(told.end->outcome() == wire::RunEnd::FAILED);
        CHECK(told.end->error_kind() == "server");
        CHECK(told.text == "text");
    }

    TEST_CASE("nobody listens: the run fails after its tries and names the model") {
        RunTimes times = quick();
        Bench bench([](ServedPeer&, const ServedRequest&) {}, times);
        bench.worker->assignment_.settings_json =
            "{\"providers\":{\"acme\":{\"baseUrl\":\"http://127.0.0.1:" +
            std::to_string(openclaw::test::unused_port()) + "\"}}}";
        bench.worker->service = Agent::create(*bench.worker, times).value();
        const auto& told = bench.run("x");
        CHECK(told.end->error_kind() == "network");
        CHECK(told.end->error().starts_with("⚠️ acme/large could not be reached."));
    }
}

TEST_SUITE("workers/agent") {
    TEST_CASE("silence before the first byte, silence in the middle and the run's deadline end a "
              "run as a timeout") {
        RunTimes times = quick();
        std::string kind;
        const auto on_request = [&](ServedPeer& peer, const ServedRequest&) {
            if (kind == "mute") return;
            peer.begin_chunked(200, "text/event-stream");
            peer.chunk(words("half"));
        };
        SUBCASE("mute") {
            kind = "mute";
            times.first_byte = 30ms;
        }
        SUBCASE("stalled") {
            times.silence = 30ms;
        }
        SUBCASE("deadline") {
            times.whole_run = 40ms;
        }
        Bench bench(on_request, times);
        const auto& told = bench.run("x");
        CHECK(told.end->outcome() == wire::RunEnd::FAILED);
        CHECK(told.end->stop_reason() == "timeout");
        CHECK(told.end->error_kind() == "timeout");
        CHECK(told.text == (kind == "mute" ? "" : "half"));
        CHECK(bench.provider.requests() == 1);
    }

    TEST_CASE("the order's own deadline counts before the provider's") {
        Bench bench([](ServedPeer&, const ServedRequest&) {}, quick(), ",\"timeoutSeconds\":3600");
        auto frame = Bench::start_frame("r", "x");
        frame.mutable_run_start()->set_timeout_ms(30);
        bench.send(std::move(frame));
        CHECK(bench.finish("r").end->stop_reason() == "timeout");
    }

    TEST_CASE("an aborted run reports what there was and hangs up on the provider") {
        Bench bench([](ServedPeer& peer, const ServedRequest&) {
            peer.begin_chunked(200, "text/event-stream");
            peer.chunk(words("so far"));
        });
        bench.start("r", "x");
        bench.turn_until([&] { return !bench.supervisor.runs["r"].deltas.empty(); });
        bench.abort("r");
        const auto& told = bench.finish("r");
        CHECK(told.end->outcome() == wire::RunEnd::ABORTED);
        CHECK(told.end->stop_reason() == "abort");
        CHECK(told.text == "so far");
        bench.turn_until([&] { return bench.provider.peers().front()->has_left(); });
        bench.abort("r"); // an abort that comes late is nothing
        bench.abort("unknown");
        for (int i = 0; i < 5; ++i)
            bench.loop.turn(false);
        CHECK(bench.supervisor.runs["r"].ends == 1);
    }

    TEST_CASE("a run can be aborted while it waits to try again") {
        RunTimes times;
        times.retry.first = 1h;
        times.whole_run = 3h;
        times.retry.longest = 2h;
        Bench bench([](ServedPeer& peer, const ServedRequest&) { peer.answer(500, ""); }, times);
        bench.start("r", "x");
        bench.turn_until([&] { return bench.worker->service->vitals().queued == 1; });
        CHECK(bench.worker->service->vitals().in_flight == 0);
        bench.abort("r");
        CHECK(bench.finish("r").end->outcome() == wire::RunEnd::ABORTED);
    }

    TEST_CASE("a stuck run does not delay a hundred others") {
        Bench bench([](ServedPeer& peer, const ServedRequest& request) {
            if (request.body.find("stuck") == std::string::npos) answer_with(peer, "ok");
        });
        bench.start("stuck", "stuck");
        bench.turn_until([&] { return bench.provider.requests() == 1; });
        for (int i = 0; i < 100; ++i)
            bench.start("r" + std::to_string(i), "x");
        for (int i = 0; i < 100; ++i)
            CHECK(bench.finish("r" + std::to_string(i)).text == "ok");
        CHECK_FALSE(bench.supervisor.runs["stuck"].end.has_value());
        CHECK(bench.worker->service->vitals().in_flight == 1);
    }

    TEST_CASE("above the limit a run is refused as busy") {
        Bench bench([](ServedPeer&, const ServedRequest&) {});
        for (std::size_t i = 0; i < Agent::max_runs; ++i) {
            bench.start("r" + std::to_string(i), "x");
            bench.loop.turn(false);
        }
        bench.turn_until(
            [&] { return bench.worker->service->vitals().in_flight == Agent::max_runs; });
        bench.start("more", "x");
        const auto& told = bench.finish("more");
        CHECK(told.end->outcome() == wire::RunEnd::FAILED);
        CHECK(told.end->error_kind() == "busy");
    }

    TEST_CASE("a run started twice runs once") {
        Bench bench([](ServedPeer& peer, const ServedRequest&) { answer_with(peer, "ok"); });
        bench.start("r", "x");
        bench.start("r", "x");
        CHECK(bench.finish("r").text == "ok");
        CHECK(bench.provider.requests() == 1);
    }
}

TEST_SUITE("workers/agent") {
    TEST_CASE("draining without runs is over at once") {
        Bench bench([](ServedPeer&, const ServedRequest&) {});
        bench.worker->service->drain(10s);
        CHECK(bench.worker->drained_ == 1);
    }

    TEST_CASE("draining waits for what runs") {
        ServedPeer* open = nullptr;
        Bench bench([&](ServedPeer& peer, const ServedRequest&) { open = &peer; });
        bench.start("r", "x");
        bench.turn_until([&] { return open != nullptr; });
        bench.worker->service->drain(10s);
        CHECK(bench.worker->drained_ == 0);
        answer_with(*open, "in time");
        CHECK(bench.finish("r").text == "in time");
        CHECK(bench.worker->drained_ == 1);
    }

    TEST_CASE("what is not done within the budget ends as aborted by the shutdown") {
        Bench bench([](ServedPeer&, const ServedRequest&) {});
        bench.start("a", "x");
        bench.start("b", "x");
        bench.turn_until([&] { return bench.provider.requests() == 2; });
        bench.worker->service->drain(320ms); // 300 of which are kept for the reports
        for (const char* id : {"a", "b"}) {
            const auto& told = bench.finish(id);
            CHECK(told.end->outcome() == wire::RunEnd::ABORTED);
            CHECK(told.end->error_kind() == "shutdown");
        }
        CHECK(bench.worker->drained_ == 1);
    }

    TEST_CASE("a supervisor that does not read gets every end, and deltas merge meanwhile") {
        std::vector<ServedPeer*> open;
        Bench bench([&](ServedPeer& peer, const ServedRequest&) {
            peer.begin_chunked(200, "text/event-stream");
            open.push_back(&peer);
        });
        auto [theirs, ours] = std::move(ipc::make_socket_pair().value());
        Loop& loop = bench.loop;
        Worker slow(loop, std::move(theirs));
        slow.assignment_ = bench.worker->assignment_;
        RunTimes times = quick();
        times.between_deltas = 0ms;
        slow.service = Agent::create(slow, times).value();
        Supervisor reader;
        ipc::Link link(loop, std::move(ours), ipc::Side::supervisor, ipc::agent_permits, reader);
        link.enter(ipc::Phase::serving);
        reader.egress = &bench.egress;
        reader.link = &link;
        for (int i = 0; i < 8; ++i)
            slow.service->on_frame(Bench::start_frame("r" + std::to_string(i), "x"), {});
        bench.turn_until([&] { return open.size() == 8; });
        link.hold(); // it has its streams: from here on the supervisor does not read
        const std::string block(10'000, 'b');
        for (int round = 0; round < 60; ++round) {
            for (auto* peer : open)
                peer->chunk(words(block));
            for (int i = 0; i < 3; ++i)
                loop.turn(false);
        }
        bench.turn_until([&] { return !slow.link_.can_send(); });
        for (auto* peer : open) {
            peer->chunk(words("END") + stop);
            peer->end_chunked();
        }
        bench.turn_until([&] { return slow.service->vitals().in_flight == 0; });

        link.go_on();
        bench.turn_until([&] {
            return std::ranges::count_if(reader.runs, [](const auto& entry) {
                       return entry.second.end.has_value();
                   }) == 8;
        });
        for (const auto& [id, told] : reader.runs) {
            CHECK(told.ends == 1);
            CHECK(told.text.size() == 600'003);
            CHECK(told.text.starts_with(told.streamed()));
        }
    }
}
