// Runs that the agent worker could not finish before it had to leave: recycled, or with the
// gateway.
#include "tests/unit/supervisor/flow/stage.h"

using namespace openclaw;
using namespace openclaw::flow;
using namespace openclaw::flow::test;

namespace {

const std::string channel = "echo:default";
constexpr const char* client_session = "agent:main:main";

wire::Frame cut_short(const std::string& run_id, const std::string& text = "half of it") {
    auto frame = run_end(run_id, text);
    auto& end = *frame.mutable_run_end();
    end.set_outcome(wire::RunEnd::ABORTED);
    end.set_stop_reason("abort");
    end.set_error_kind("shutdown");
    return frame;
}

// The worker is told to leave, has this to say of its run, and goes.
void leaves(Stage& stage, const std::string& run_id) {
    agent_of(stage).near->enter(ipc::Phase::draining);
    stage.switchboard->on_frame("agent", cut_short(run_id), {});
    CHECK(stage.runs->find(run_id)->text.empty());
    stage.let_writes_settle();
    stage.dies("agent");
}

RunRequest of_client(const std::string& run_id) {
    RunRequest request;
    request.run_id = run_id;
    request.session_key = client_session;
    request.message = "hello";
    return request;
}

} // namespace

TEST_SUITE("supervisor/flow") {
    TEST_CASE("what a leaving agent could not finish is asked of the next one and answered once") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& echo = stage.connect(channel);
        const auto run_id = asked(stage, echo);
        agent_of(stage).says(run_delta(run_id, "half"));
        stage.turn_until([&] { return !stage.runs->find(run_id)->text.empty(); });
        leaves(stage, run_id);
        CHECK(stage.inbox("1").state == ledger::InboxState::running);
        CHECK(stage.runs->find(run_id)->status == RunStatus::running);
        auto& next = stage.connect("agent");
        CHECK(stage.expect(next, wire::Frame::kRunStart).run_start().run_id() == run_id);
        next.says(run_end(run_id, "all of it"));
        CHECK(stage.expect(echo, wire::Frame::kOutbound).outbound().markdown().inline_text() ==
              "all of it");
        stage.let_writes_settle();
        CHECK(stage.inbox("1").state == ledger::InboxState::done);
        CHECK(stage.outbox(run_id).size() == 1);
    }
    TEST_CASE("what stands in the chat of a run that was cut short becomes its answer") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& echo = stage.connect(channel);
        const auto run_id = asked(stage, echo);
        const auto preview = shown(stage, echo, run_id);
        echo.says(preview_report(preview.action_id(), wire::Delivery::SENT));
        stage.turn_until(
            [&] { return stage.deliveries->row(preview.action_id())->stream_message_id == "777"; });
        leaves(stage, run_id);
        auto& next = stage.connect("agent");
        stage.expect(next, wire::Frame::kRunStart);
        next.says(run_end(run_id, "all of it"));
        const auto answer = stage.expect(echo, wire::Frame::kOutbound).outbound();
        CHECK(answer.action_id() == preview.action_id());
        CHECK(answer.stream_message_id() == "777");
    }
    TEST_CASE("a message whose run the gateway's own end cut short is answered after the next "
              "start") {
        Scratch scratch;
        std::string run_id;
        {
            Stage before(scratch.path);
            auto& echo = before.connect(channel);
            run_id = asked(before, echo);
            before.runs->refuse_new("the gateway is stopping");
            before.runs->expect_no_agent();
            leaves(before, run_id);
            CHECK(before.outbox(run_id).empty());
        }
        Stage after(scratch.path);
        auto& echo = after.connect(channel);
        auto& agent = after.connect("agent");
        after.recover();
        CHECK(after.expect(agent, wire::Frame::kRunStart).run_start().run_id() == run_id);
        agent.says(run_end(run_id, "hi"));
        after.expect(echo, wire::Frame::kOutbound);
        after.let_writes_settle();
        CHECK(after.outbox(run_id).size() == 1);
        CHECK(after.inbox("1").state == ledger::InboxState::done);
    }
    TEST_CASE("a client's run goes on with the next agent, and ends with the gateway as far as it "
              "came") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& agent = stage.connect("agent");
        REQUIRE(stage.runs->begin(of_client("r1")));
        stage.expect(agent, wire::Frame::kRunStart);
        leaves(stage, "r1");
        auto& next = stage.connect("agent");
        stage.expect(next, wire::Frame::kRunStart);
        stage.runs->expect_no_agent();
        next.near->enter(ipc::Phase::draining);
        next.says(cut_short("r1"));
        stage.turn_until([&] { return stage.runs->active_count() == 0; });
        CHECK(stage.runs->find("r1")->status == RunStatus::aborted);
        CHECK(stage.runs->find("r1")->text == "half of it");
    }
    TEST_CASE("a run that a person stops while it waits for the next agent is over") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& echo = stage.connect(channel);
        const auto run_id = asked(stage, echo);
        const auto session = stage.runs->find(run_id)->request.session_key;
        leaves(stage, run_id);
        CHECK(stage.runs->abort(session, run_id).size() == 1);
        stage.let_writes_settle();
        CHECK(stage.inbox("1").state == ledger::InboxState::done);
        auto& next = stage.connect("agent");
        REQUIRE(stage.runs->begin(of_client("r2")));
        CHECK(stage.expect(next, wire::Frame::kRunStart).run_start().run_id() == "r2");
    }
    TEST_CASE("an agent that says it leaves and stays is asked again, but not without end") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& echo = stage.connect(channel);
        const auto run_id = asked(stage, echo);
        auto& agent = agent_of(stage);
        for (int again = 0; again < 10; ++again) {
            agent.says(cut_short(run_id));
            CHECK(stage.expect(agent, wire::Frame::kRunStart).run_start().run_id() == run_id);
        }
        agent.says(cut_short(run_id));
        CHECK(stage.expect(echo, wire::Frame::kOutbound).outbound().notice());
        CHECK(stage.runs->active_count() == 0);
    }
}
