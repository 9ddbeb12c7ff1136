// Texts longer than anybody writes: refused before they are copied.
#include "common/ipc/text.h"
#include "common/ipc/text_bounds.h"
#include "tests/unit/supervisor/flow/stage.h"

using namespace openclaw;
using namespace openclaw::flow;
using namespace openclaw::flow::test;

namespace {

const std::string channel = "echo:default";

void tells(FarEnd& echo, const std::string& event_id, const std::string& text) {
    auto frame = inbound(event_id, "");
    const auto blob = ipc::put_text(*frame.mutable_inbound()->mutable_text(), text).value();
    const int fd = blob.get();
    echo.says(std::move(frame), {&fd, blob ? 1u : 0u});
}

// The agent says it has an answer of so many bytes.
void ends_with(FarEnd& agent, const std::string& run_id, std::size_t bytes) {
    auto frame = run_end(run_id, "");
    const auto blob =
        ipc::put_text(*frame.mutable_run_end()->mutable_text(), std::string(bytes, 'x')).value();
    const int fd = blob.get();
    agent.says(std::move(frame), {&fd, 1});
}

} // namespace

TEST_SUITE("supervisor/flow") {
    TEST_CASE(
        "a message longer than any platform has ends its worker's life; a long one is taken") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& echo = stage.connect(channel);
        tells(echo, "1", std::string(ipc::max_inbound_text, 'x'));
        stage.expect(echo, wire::Frame::kInboundAck);
        CHECK_FALSE(echo.misbehaved);
        tells(echo, "2", std::string(ipc::max_inbound_text + 1, 'x'));
        stage.turn_until([&] { return echo.misbehaved; });
    }
    TEST_CASE("words that are not on disk yet are bounded for each worker; recorded ones are not "
              "counted any more") {
        Scratch scratch;
        Stage stage(scratch.path, R"({ channels: { echo: { dmPolicy: "disabled" } } })");
        auto& echo = stage.connect(channel);
        const std::string long_text(ipc::max_inbound_text, 'x');
        int told = 0;
        for (int round = 0; round < 3; ++round) { // 15 MiB in all, 5 at a time
            for (int i = 0; i < 20; ++i)
                tells(echo, std::to_string(++told), long_text);
            for (int i = 0; i < 20; ++i)
                stage.expect(echo, wire::Frame::kInboundAck);
        }
        CHECK_FALSE(echo.misbehaved);
        auto frame = inbound("", ""); // and now within one turn, so that none is on disk
        Fds fds;
        fds.push_back(ipc::put_text(*frame.mutable_inbound()->mutable_text(), long_text).value());
        int taken = 0;
        do
            frame.mutable_inbound()->set_event_id(std::to_string(++told));
        while (stage.inbounds->on_inbound(channel, frame.inbound(), fds) && ++taken < 40);
        CHECK(taken == 31); // with what tells whose they are they are a little longer
    }
    TEST_CASE("an answer above the limit is not copied: its run fails and says why") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& echo = stage.connect(channel);
        const auto run_id = asked(stage, echo);
        ends_with(agent_of(stage), run_id, ipc::max_answer_bytes + 1);
        const auto answer = stage.expect(echo, wire::Frame::kOutbound).outbound();
        CHECK(answer.notice());
        CHECK(answer.markdown().inline_text().find("longer than 2 MiB") != std::string::npos);
        CHECK_FALSE(agent_of(stage).misbehaved);
        stage.let_writes_settle();
        CHECK(stage.inbox("1").state == ledger::InboxState::done);
    }
    TEST_CASE("an answer of just the limit is an answer") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& echo = stage.connect(channel);
        const auto run_id = asked(stage, echo);
        ends_with(agent_of(stage), run_id, ipc::max_answer_bytes);
        CHECK_FALSE(stage.expect(echo, wire::Frame::kOutbound).outbound().notice());
    }
    TEST_CASE("a text that grows past the limit ends its run, and the agent is told") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& echo = stage.connect(channel);
        const auto run_id = asked(stage, echo);
        auto& agent = agent_of(stage);
        const auto delta = run_delta(run_id, std::string(ipc::max_inline_text, 'x'));
        for (std::size_t said = 0; said <= ipc::max_answer_bytes; said += ipc::max_inline_text)
            stage.switchboard->on_frame("agent", delta, {});
        CHECK(stage.expect(agent, wire::Frame::kRunAbort).run_abort().run_id() == run_id);
        CHECK(stage.expect(echo, wire::Frame::kOutbound).outbound().notice());
    }
}
