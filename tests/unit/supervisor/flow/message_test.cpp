#include "tests/unit/supervisor/flow/stage.h"

using namespace openclaw;
using namespace openclaw::flow;
using namespace openclaw::flow::test;

namespace {
const std::string channel = "echo:default";

// Texts wait 30 ms for the next one.
constexpr std::string_view patient_config = R"({
  channels: { echo: { dmPolicy: "open", allowFrom: ["*"] } },
  messages: { inbound: { byChannel: { echo: 30 } } },
  session: { dmScope: "per-channel-peer" } })";
} // namespace

TEST_SUITE("supervisor/flow") {
    TEST_CASE("a message is recorded, acknowledged, given to the agent, and its answer delivered") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& echo = stage.connect(channel);
        auto& agent = stage.connect("agent");
        echo.says(inbound("1", "hello"));
        CHECK(stage.expect(echo, wire::Frame::kInboundAck).inbound_ack().event_id() == "1");
        const auto start = stage.expect(agent, wire::Frame::kRunStart).run_start();
        CHECK(start.message().inline_text() == "hello");
        CHECK(start.session_key() == "agent:main:echo:direct:5001");
        agent.says(run_end(start.run_id(), "hi there"));
        const auto out = stage.expect(echo, wire::Frame::kOutbound).outbound();
        CHECK(out.markdown().inline_text() == "hi there");
        CHECK(out.chat().id() == "5001");
        echo.says(delivery(out.action_id(), wire::Delivery::SENT));
        stage.expect(echo, wire::Frame::kDeliveryAck);
        stage.let_writes_settle();
        CHECK(stage.inbox("1").state == ledger::InboxState::done);
        CHECK(stage.outbox(out.action_id()).at(0).state == ledger::OutboxState::sent);
        CHECK(stage.deliveries->waiting_count() == 0);
    }
    TEST_CASE("what a worker wants back is on disk before it is told so") {
        Scratch scratch;
        const auto wanted = [](std::string key, std::uint64_t question) {
            wire::Frame frame;
            frame.set_id(question);
            auto& entry = *frame.mutable_state_write()->add_entries();
            entry.set_key(std::move(key));
            entry.set_value("v");
            return frame;
        };
        {
            Stage before(scratch.path);
            auto& echo = before.connect(channel);
            echo.says(wanted("unasked", 0));
            echo.says(wanted("asked", 7));
            const auto answer = before.expect(echo, wire::Frame::kStateWritten);
            CHECK(answer.re() == 7);
            CHECK(answer.state_written().problem().empty());
            echo.says(wanted(std::string(5000, 'k'), 8));
            const auto refusal = before.expect(echo, wire::Frame::kStateWritten);
            CHECK(refusal.re() == 8);
            CHECK_FALSE(refusal.state_written().problem().empty());
        } // not closed: like a crash
        Stage after(scratch.path);
        CHECK(after.book->worker_state.of(channel).contains("asked"));
    }
    TEST_CASE("a redelivered message is acknowledged as known and begins nothing") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& echo = stage.connect(channel);
        stage.connect("agent");
        echo.says(inbound("1", "hello"));
        stage.expect(echo, wire::Frame::kInboundAck);
        echo.says(inbound("1", "hello"));
        CHECK(stage.expect(echo, wire::Frame::kInboundAck).inbound_ack().duplicate());
        CHECK(stage.runs->active_count() == 1);
    }
    TEST_CASE("messages of one chat are answered one after the other, of two chats side by side") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& echo = stage.connect(channel);
        auto& agent = stage.connect("agent");
        echo.says(inbound("1", "first", "5001"));
        const auto first = stage.expect(agent, wire::Frame::kRunStart).run_start();
        echo.says(inbound("2", "second", "5001"));
        echo.says(inbound("3", "other", "5002"));
        const auto other = stage.expect(agent, wire::Frame::kRunStart).run_start();
        CHECK(other.message().inline_text() == "other");
        agent.says(run_end(first.run_id(), "one"));
        CHECK(stage.expect(agent, wire::Frame::kRunStart).run_start().message().inline_text() ==
              "second");
    }
    TEST_CASE("the second turn of a chat is given the first") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& echo = stage.connect(channel);
        auto& agent = stage.connect("agent");
        echo.says(inbound("1", "first"));
        agent.says(
            run_end(stage.expect(agent, wire::Frame::kRunStart).run_start().run_id(), "one"));
        stage.expect(echo, wire::Frame::kOutbound);
        echo.says(inbound("2", "second"));
        const auto start = stage.expect(agent, wire::Frame::kRunStart).run_start();
        CHECK(start.transcript_bytes() == start.transcript().size());
        wire::Transcript transcript;
        REQUIRE(transcript.ParseFromString(start.transcript()));
        REQUIRE(transcript.entries_size() == 2);
        CHECK(transcript.entries(0).text() == "first");
        CHECK(transcript.entries(1).text() == "one");
        CHECK(transcript.entries(1).role() == "assistant");
    }
    TEST_CASE("an agent that dies is given its runs again; one that dies under the same message "
              "four times is not") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& echo = stage.connect(channel);
        echo.says(inbound("1", "poison"));
        stage.expect(echo, wire::Frame::kInboundAck);
        for (int life = 0; life < 4; ++life) {
            auto& agent = stage.connect("agent");
            CHECK(stage.expect(agent, wire::Frame::kRunStart).run_start().message().inline_text() ==
                  "poison");
            stage.dies("agent");
        }
        const auto out = stage.expect(echo, wire::Frame::kOutbound).outbound();
        CHECK(out.notice());
        CHECK(stage.runs->active_count() == 0);
    }
    TEST_CASE(
        "an unknown sender is offered a pairing once, and the fourth stranger hears nothing") {
        Scratch scratch;
        Stage stage(scratch.path, R"({ channels: { echo: {} } })");
        auto& echo = stage.connect(channel);
        for (const std::string sender : {"1", "2", "3"}) {
            echo.says(inbound("a" + sender, "hi", sender));
            const auto out = stage.expect(echo, wire::Frame::kOutbound).outbound();
            CHECK(out.markdown().inline_text().find("pairing approve echo") != std::string::npos);
            echo.says(delivery(out.action_id(), wire::Delivery::SENT));
        }
        echo.says(inbound("a4", "hi", "4"));
        echo.says(inbound("b1", "hi again", "1"));
        stage.expect(echo, wire::Frame::kInboundAck);
        stage.expect(echo, wire::Frame::kInboundAck);
        stage.let_writes_settle();
        CHECK(stage.inbox("a4").state == ledger::InboxState::dropped);
        CHECK_FALSE(stage.inbox("a4").reason.empty());
        CHECK(stage.deliveries->waiting_count() == 0);
        CHECK(stage.runs->active_count() == 0);
    }
    TEST_CASE("/stop ends the run that lasts and says so; the stopped message is settled") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& echo = stage.connect(channel);
        auto& agent = stage.connect("agent");
        echo.says(inbound("1", "work"));
        const auto start = stage.expect(agent, wire::Frame::kRunStart).run_start();
        echo.says(inbound("2", "/stop"));
        CHECK(stage.expect(agent, wire::Frame::kRunAbort).run_abort().run_id() == start.run_id());
        CHECK(stage.expect(echo, wire::Frame::kOutbound).outbound().markdown().inline_text() ==
              "⚙️ Agent was aborted.");
        agent.says(run_end(start.run_id(), "too late"));
        stage.let_writes_settle();
        CHECK(stage.inbox("1").state == ledger::InboxState::done);
        CHECK(stage.outbox(start.run_id()).empty());
    }
    TEST_CASE("/new begins a transcript anew") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& echo = stage.connect(channel);
        auto& agent = stage.connect("agent");
        echo.says(inbound("1", "remember me"));
        const auto first = stage.expect(agent, wire::Frame::kRunStart).run_start();
        agent.says(run_end(first.run_id(), "yes"));
        stage.expect(echo, wire::Frame::kOutbound);
        echo.says(inbound("2", "/new"));
        CHECK(stage.expect(echo, wire::Frame::kOutbound).outbound().notice());
        echo.says(inbound("3", "who am I"));
        const auto second = stage.expect(agent, wire::Frame::kRunStart).run_start();
        CHECK(second.session_id() != first.session_id());
        CHECK(second.transcript_bytes() == 0);
    }
    TEST_CASE("what comes while new runs are refused is answered in its order when they are "
              "welcome again") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& echo = stage.connect(channel);
        auto& agent = stage.connect("agent");
        stage.runs->refuse_new("the gateway is restarting");
        for (const auto* id : {"1", "2", "3"}) {
            echo.says(inbound(id, std::string("text ") + id));
            CHECK(stage.expect(echo, wire::Frame::kInboundAck).inbound_ack().event_id() == id);
        }
        CHECK(stage.runs->active_count() == 0);
        CHECK(stage.inbounds->withdraw(
            {.channel = "echo", .account = "default", .event_id = "2"})); // deleted in its chat
        stage.runs->refuse_new({});
        CHECK(stage.runs->active_count() == 2);
        for (const auto* text : {"text 1", "text 3"}) {
            const auto start = stage.expect(agent, wire::Frame::kRunStart).run_start();
            CHECK(start.message().inline_text() == text);
            agent.says(run_end(start.run_id(), "the answer"));
            CHECK(stage.expect(echo, wire::Frame::kOutbound).outbound().action_id() ==
                  start.run_id() + ":reply");
        }
        stage.let_writes_settle();
        CHECK(stage.inbox("2").state == ledger::InboxState::dropped);
        CHECK(stage.inbox("3").state == ledger::InboxState::done);
    }
    TEST_CASE("what comes while the gateway stops is left to the next start") {
        Scratch scratch;
        {
            Stage before(scratch.path);
            auto& echo = before.connect(channel);
            before.runs->refuse_new("the gateway is restarting");
            echo.says(inbound("1", "hello"));
            before.expect(echo, wire::Frame::kInboundAck);
            before.runs->refuse_new("the gateway is stopping");
            CHECK(before.runs->active_count() == 0);
        }
        Stage after(scratch.path);
        auto& agent = after.connect("agent");
        after.recover();
        CHECK(after.expect(agent, wire::Frame::kRunStart).run_start().message().inline_text() ==
              "hello");
    }
    TEST_CASE("a notice that the disk refuses is recorded and told when it takes records again") {
        for (const bool is_command : {true, false}) { // or a pairing
            Scratch scratch;
            Stage stage(scratch.path, is_command ? open_config : R"({ channels: { echo: {} } })");
            auto& echo = stage.connect(channel);
            hide_outbox(stage);
            const auto failed = stage.book->store->counters().failed_units;
            echo.says(inbound("1", is_command ? "/status" : "hi"));
            stage.turn_until(
                [&] { return stage.book->store->counters().failed_units == failed + 1; });
            CHECK(stage.deliveries->waiting_count() == 0);
            CHECK(stage.inbox("1").state == ledger::InboxState::received);
            show_outbox(stage);
            const auto out = stage.expect(echo, wire::Frame::kOutbound).outbound();
            CHECK(out.notice());
            CHECK(stage.inbox("1").state == ledger::InboxState::done);
            CHECK(stage.deliveries->waiting_count() == 1);
            CHECK(stage.book->pairings.waiting("echo", "default").empty() == is_command);
        }
    }
    TEST_CASE("silence is kept where it is allowed") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& echo = stage.connect(channel);
        auto& agent = stage.connect("agent");
        echo.says(inbound("1", "hello"));
        const auto start = stage.expect(agent, wire::Frame::kRunStart).run_start();
        agent.says(run_end(start.run_id(), "NO_REPLY"));
        CHECK(stage.expect(echo, wire::Frame::kOutbound)
                  .outbound()
                  .markdown()
                  .inline_text()
                  .find("chose not to answer") != std::string::npos);
    }

    TEST_CASE("texts of one sender that come together are one turn, and all are settled by it") {
        Scratch scratch;
        Stage stage(scratch.path, patient_config);
        auto& echo = stage.connect(channel);
        auto& agent = stage.connect("agent");
        for (const auto* id : {"1", "2", "3"}) {
            echo.says(inbound(id, std::string("text ") + id));
            CHECK(stage.expect(echo, wire::Frame::kInboundAck).inbound_ack().event_id() == id);
        }
        echo.says(inbound("4", "somebody else", "5002"));
        const auto start = stage.expect(agent, wire::Frame::kRunStart).run_start();
        CHECK(start.message().inline_text() == "text 1\ntext 2\ntext 3");
        CHECK(stage.expect(agent, wire::Frame::kRunStart).run_start().message().inline_text() ==
              "somebody else");
        agent.says(run_end(start.run_id(), "one answer"));
        CHECK(stage.expect(echo, wire::Frame::kOutbound).outbound().markdown().inline_text() ==
              "one answer");
        stage.let_writes_settle();
        for (const auto* id : {"1", "2", "3"})
            CHECK(stage.inbox(id).state == ledger::InboxState::done);
    }
    TEST_CASE("a photo does not wait, and what was written before it is answered first") {
        Scratch scratch;
        Stage stage(scratch.path, patient_config);
        auto& echo = stage.connect(channel);
        auto& agent = stage.connect("agent");
        echo.says(inbound("1", "look at this"));
        stage.expect(echo, wire::Frame::kInboundAck);
        auto photo = inbound("2", "");
        photo.mutable_inbound()->add_attachments("<media:image>");
        echo.says(photo);
        const auto first = stage.expect(agent, wire::Frame::kRunStart).run_start();
        CHECK(first.message().inline_text() == "look at this");
        agent.says(run_end(first.run_id(), "where?"));
        CHECK(stage.expect(agent, wire::Frame::kRunStart).run_start().message().inline_text() ==
              "<media:image>");
    }
    TEST_CASE("a turn of twelve texts does not wait for a thirteenth") {
        Scratch scratch;
        Stage stage(scratch.path, R"({ channels: { echo: { dmPolicy: "open", allowFrom: ["*"] } },
                                       messages: { inbound: { debounceMs: 60000 } } })");
        auto& echo = stage.connect(channel);
        auto& agent = stage.connect("agent");
        for (int i = 1; i <= 12; ++i)
            echo.says(inbound(std::to_string(i), "x"));
        CHECK(stage.expect(agent, wire::Frame::kRunStart).run_start().message().inline_text() ==
              "x\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx");
    }
}
