// Runs that clients begin: which model they get, how they share a turn.
#include "tests/unit/supervisor/flow/stage.h"

using namespace openclaw;
using namespace openclaw::flow;
using namespace openclaw::flow::test;

namespace {

constexpr const char* key = "agent:main:main";

RunRequest asks(const std::string& run_id, const std::string& message) {
    RunRequest request;
    request.run_id = run_id;
    request.session_key = key;
    request.message = message;
    return request;
}

RunRequest steers(const std::string& run_id, const std::string& message) {
    RunRequest request = asks(run_id, message);
    request.joins_waiting = true;
    return request;
}

struct Ends final : RunListener {
    void on_run_started(const Run&) override {}

    void on_run_delta(const Run&, std::string_view) override {}

    void on_run_ended(const Run& run) override { ended.push_back(run.request.run_id); }

    void on_transcript_row(const std::string&, const TranscriptRow&) override {}

    void on_session_changed(const std::string&, std::string_view) override {}

    std::vector<std::string> ended;
};

} // namespace

TEST_SUITE("supervisor/flow") {
    TEST_CASE("a run uses the model it names, else its session's, else its agent's") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& agent = stage.connect("agent");
        auto named = asks("r1", "one");
        named.model = "fake/named";
        REQUIRE(stage.runs->begin(std::move(named)));
        const auto first = stage.expect(agent, wire::Frame::kRunStart).run_start();
        CHECK(first.model().provider() == "fake");
        CHECK(first.model().model() == "named");
        agent.says(run_end("r1", "done"));
        stage.turn_until([&] { return stage.runs->active_count() == 0; });
        auto session = *stage.book->sessions.find(key);
        session.settings.model = "fake/chosen";
        stage.book->store->note(stage.book->sessions.put(session));
        REQUIRE(stage.runs->begin(asks("r2", "two")));
        CHECK(stage.expect(agent, wire::Frame::kRunStart).run_start().model().model() == "chosen");
    }
    TEST_CASE("a session is titled by its first question and shows the last answer") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& agent = stage.connect("agent");
        REQUIRE(stage.runs->begin(asks("r1", "What is tea?\nPlease.")));
        stage.expect(agent, wire::Frame::kRunStart);
        agent.says(run_end("r1", "A drink.\nHot."));
        stage.turn_until([&] { return stage.runs->active_count() == 0; });
        const auto& settings = stage.book->sessions.find(key)->settings;
        CHECK(settings.title == "What is tea?");
        CHECK(settings.preview == "A drink.");
    }
    TEST_CASE("messages that steer share the turn that waits, and each of them ends") {
        Scratch scratch;
        Stage stage(scratch.path);
        Ends ends;
        stage.runs->add_listener(ends);
        auto& agent = stage.connect("agent");
        REQUIRE(stage.runs->begin(asks("r1", "first")));
        stage.expect(agent, wire::Frame::kRunStart);
        REQUIRE(stage.runs->begin(steers("r2", "second")));
        REQUIRE(stage.runs->begin(steers("r3", "third")));
        stage.turn_until([&] { return ends.ended.size() == 1; });
        CHECK(ends.ended[0] == "r3");
        CHECK(stage.runs->find("r3")->status == RunStatus::completed);
        CHECK(stage.runs->begin(steers("r3", "third"))->status == Begun::Status::completed);
        agent.says(run_end("r1", "one"));
        CHECK(stage.expect(agent, wire::Frame::kRunStart).run_start().message().inline_text() ==
              "second\nthird");
    }
    TEST_CASE("what a client says was said before begins a transcript, and only a new one") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& agent = stage.connect("agent");
        auto request = asks("r1", "And now?");
        request.earlier = {{"user", "My name is Ada."}, {"assistant", "Hello Ada."}};
        REQUIRE(stage.runs->begin(RunRequest(request)));
        auto start = stage.expect(agent, wire::Frame::kRunStart).run_start();
        wire::Transcript told;
        REQUIRE(told.ParseFromString(start.transcript()));
        REQUIRE(told.entries_size() == 2);
        CHECK(told.entries(0).role() == "user");
        CHECK(told.entries(1).text() == "Hello Ada.");
        agent.says(run_end("r1", "Now this."));
        stage.turn_until([&] { return stage.runs->active_count() == 0; });
        request.run_id = "r2";
        REQUIRE(stage.runs->begin(RunRequest(request)));
        start = stage.expect(agent, wire::Frame::kRunStart).run_start();
        REQUIRE(told.ParseFromString(start.transcript()));
        REQUIRE(told.entries_size() == 4);
        CHECK(told.entries(0).text() == "My name is Ada.");
        CHECK(told.entries(3).text() == "Now this.");
    }
    TEST_CASE("a system prompt that does not fit a frame goes with the transcript") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& agent = stage.connect("agent");
        auto request = asks("r1", "Hi");
        request.extra_system_prompt = std::string(20'000, 's');
        REQUIRE(stage.runs->begin(RunRequest(request)));
        const auto start = stage.expect(agent, wire::Frame::kRunStart).run_start();
        CHECK(start.system_prompt().empty());
        wire::Transcript told;
        REQUIRE(told.ParseFromString(start.transcript()));
        REQUIRE(told.entries_size() == 1);
        CHECK(told.entries(0).role() == "system");
        CHECK(told.entries(0).text().size() == 20'000);
    }
    TEST_CASE("a message that steers a session where nothing waits has a turn of its own") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& agent = stage.connect("agent");
        REQUIRE(stage.runs->begin(steers("r1", "alone")));
        CHECK(stage.expect(agent, wire::Frame::kRunStart).run_start().message().inline_text() ==
              "alone");
    }
}
