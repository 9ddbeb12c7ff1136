#include "tests/unit/supervisor/flow/stage.h"

#include <filesystem>

using namespace openclaw;
using namespace openclaw::flow;
using namespace openclaw::flow::test;

namespace {

const std::string channel = "echo:default";

} // namespace

TEST_SUITE("supervisor/flow") {
    TEST_CASE("a worker that dies before the network was touched is given the answer again, "
              "without a mark") {
        Scratch scratch;
        Stage stage(scratch.path);
        const auto first = answered(stage, stage.connect(channel));
        stage.dies(channel);
        const auto again = stage.expect(stage.connect(channel), wire::Frame::kOutbound).outbound();
        CHECK(again.action_id() == first.action_id());
        CHECK(again.attempt() == 2);
        stage.let_writes_settle();
        CHECK_FALSE(stage.outbox(first.action_id()).at(0).maybe_duplicate);
    }
    TEST_CASE("an answer can be withdrawn while it waits, not from the hands of its worker") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& echo = stage.connect(channel);
        const auto first = answered(stage, echo);
        CHECK_FALSE(stage.deliveries->withdraw(first.action_id(), "nobody waits for it"));
        CHECK_FALSE(stage.deliveries->withdraw("unheard of", "nobody waits for it"));
        stage.dies(channel);
        std::string fate;
        stage.deliveries->on_settled(first.action_id(),
                                     [&](const ledger::OutboxRow& row) { fate = row.error_code; });
        CHECK(stage.deliveries->withdraw(first.action_id(), "nobody waits for it"));
        CHECK(fate == Deliveries::withdrawn);
        stage.let_writes_settle();
        CHECK(stage.outbox(first.action_id()).at(0).state == ledger::OutboxState::failed);
        CHECK(stage.deliveries->waiting_count() == 0);
    }
    TEST_CASE("a worker that dies with an answer on the wire is given it once more, marked") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& echo = stage.connect(channel);
        const auto first = answered(stage, echo);
        echo.sends(first.action_id());
        stage.dies(channel);
        auto& next = stage.connect(channel);
        CHECK(stage.expect(next, wire::Frame::kOutbound).outbound().action_id() ==
              first.action_id());
        stage.let_writes_settle();
        const auto row = stage.outbox(first.action_id()).at(0);
        CHECK(row.maybe_duplicate);
        CHECK(row.repeats == 1);
        next.sends(first.action_id());
        stage.dies(channel); // at most one repeat
        stage.let_writes_settle();
        CHECK(stage.outbox(first.action_id()).at(0).state == ledger::OutboxState::unknown);
    }
    TEST_CASE(
        "an answer that arrived is not sent again when its worker dies before it could tell") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& echo = stage.connect(channel);
        const auto first = answered(stage, echo);
        echo.sends(first.action_id());
        echo.in_flight.arrived(first.action_id(), 0, 1, "901");
        stage.dies(channel);
        stage.let_writes_settle();
        const auto row = stage.outbox(first.action_id()).at(0);
        CHECK(row.state == ledger::OutboxState::sent);
        CHECK(row.receipts.at(0).message_id == "901");
        CHECK_FALSE(row.maybe_duplicate);
    }
    TEST_CASE("of a long answer only what did not arrive is sent again") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& echo = stage.connect(channel);
        const auto first = answered(stage, echo);
        echo.sends(first.action_id());
        echo.in_flight.arrived(first.action_id(), 0, 3, "901");
        stage.dies(channel);
        const auto again = stage.expect(stage.connect(channel), wire::Frame::kOutbound).outbound();
        CHECK(again.first_part() == 1);
        stage.let_writes_settle();
        CHECK_FALSE(stage.outbox(first.action_id()).at(0).maybe_duplicate);
    }
    TEST_CASE("an answer stands queued until its turn has come, and again when the platform says: "
              "not now") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& echo = stage.connect(channel);
        const auto action = answered(stage, echo).action_id();
        stage.let_writes_settle();
        CHECK(stage.outbox(action).at(0).state == ledger::OutboxState::queued);
        echo.says(delivery(action, wire::Delivery::DISPATCHING));
        stage.turn_until(
            [&] { return stage.outbox(action).at(0).state == ledger::OutboxState::sending; });
        echo.says(delivery(action, wire::Delivery::HELD));
        stage.turn_until(
            [&] { return stage.outbox(action).at(0).state == ledger::OutboxState::queued; });
        stage.dies(channel);
        stage.expect(stage.connect(channel), wire::Frame::kOutbound);
        stage.let_writes_settle();
        CHECK_FALSE(stage.outbox(action).at(0).maybe_duplicate);
    }
    TEST_CASE("a worker strikes what is on record, and its file goes with its life") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& echo = stage.connect(channel);
        const auto action = answered(stage, echo).action_id();
        auto unknown = delivery(action, wire::Delivery::UNKNOWN);
        unknown.mutable_delivery()->set_attempt(1);
        echo.says(unknown);
        const auto ack = stage.expect(echo, wire::Frame::kDeliveryAck).delivery_ack();
        CHECK(ack.attempt() == 1);
        CHECK(stage.outbox(action).at(0).repeats == 1); // before the acknowledgement
        const auto files = scratch.path / "in-flight";
        CHECK_FALSE(std::filesystem::is_empty(files));
        stage.dies(channel);
        stage.let_writes_settle();
        CHECK(std::filesystem::is_empty(files));
    }
    TEST_CASE("without room for its file a worker is given nothing to send, and nothing is lost") {
        Scratch scratch;
        Stage stage(scratch.path);
        const auto files = scratch.path / "in-flight";
        std::filesystem::remove(files);
        auto& echo = stage.connect(channel);
        auto& agent = stage.connect("agent");
        echo.says(inbound("1", "hello"));
        agent.says(run_end(stage.expect(agent, wire::Frame::kRunStart).run_start().run_id(), "hi"));
        stage.turn_until([&] { return stage.runs->active_count() == 0; });
        CHECK(stage.deliveries->in_hand_count() == 0);
        std::filesystem::create_directory(files);
        stage.deliveries->on_room(channel);
        CHECK(stage.expect(echo, wire::Frame::kOutbound).outbound().markdown().inline_text() ==
              "hi");
    }
    TEST_CASE("a lost preview marks its answer and uses up no repeat") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& echo = stage.connect(channel);
        const auto run = asked(stage, echo);
        const auto action = shown(stage, echo, run).action_id();
        echo.says(preview_report(action, wire::Delivery::UNKNOWN));
        agent_of(stage).says(run_end(run, "the whole text"));
        CHECK(stage.expect(echo, wire::Frame::kOutbound).outbound().stream_message_id().empty());
        stage.let_writes_settle();
        CHECK(stage.outbox(action).at(0).maybe_duplicate);
        echo.says(delivery(action, wire::Delivery::UNKNOWN));
        CHECK(stage.expect(echo, wire::Frame::kOutbound).outbound().action_id() == action);
    }
    TEST_CASE("an answer whose preview is gone is a new message, and no longer repeated freely") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& echo = stage.connect(channel);
        const auto run = asked(stage, echo);
        const auto action = shown(stage, echo, run).action_id();
        echo.says(preview_report(action, wire::Delivery::SENT));
        agent_of(stage).says(run_end(run, "done"));
        stage.expect(echo, wire::Frame::kOutbound);
        echo.sends(action); // edits are not noted: the user has deleted the preview
        stage.dies(channel);
        CHECK(stage.expect(stage.connect(channel), wire::Frame::kOutbound)
                  .outbound()
                  .stream_message_id()
                  .empty());
        stage.let_writes_settle();
        CHECK(stage.outbox(action).at(0).maybe_duplicate);
    }
    TEST_CASE("parts with a receipt are never sent again, and the next part waits for the "
              "receipt's record") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& echo = stage.connect(channel);
        const auto first = answered(stage, echo);
        echo.says(delivery(first.action_id(), wire::Delivery::SENT, 0, 3, "901"));
        CHECK(stage.expect(echo, wire::Frame::kDeliveryAck).delivery_ack().part() == 0);
        CHECK(stage.outbox(first.action_id()).at(0).receipts.size() ==
              1); // on disk before the acknowledgement
        stage.dies(channel);
        CHECK(
            stage.expect(stage.connect(channel), wire::Frame::kOutbound).outbound().first_part() ==
            1);
    }
    TEST_CASE("a receipt that the disk refuses is written when there is room") {
        Scratch scratch;
        std::string action;
        {
            Stage stage(scratch.path);
            auto& echo = stage.connect(channel);
            action = answered(stage, echo).action_id();
            stage.let_writes_settle();
            hide_outbox(stage);
            const auto failed = stage.book->store->counters().failed_units;
            REQUIRE(stage.deliveries->on_delivery(
                channel, delivery(action, wire::Delivery::SENT, 0, 3, "901").delivery()));
            show_outbox(stage); // carried out before the receipt is tried again
            CHECK(stage.book->store->counters().failed_units == failed + 1);
            stage.let_writes_settle();
            CHECK(stage.outbox(action).at(0).receipts.size() == 1);
        } // not closed: like a crash
        Stage after(scratch.path);
        auto& echo = after.connect(channel);
        after.recover();
        CHECK(after.expect(echo, wire::Frame::kOutbound).outbound().first_part() == 1);
    }
    TEST_CASE("a preview is recorded before it is shown, and the answer finishes it by an edit") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& echo = stage.connect(channel);
        const auto run = asked(stage, echo);
        const auto update = shown(stage, echo, run);
        CHECK(update.markdown() == "a text that is long enough to be shown");
        CHECK(stage.outbox(update.action_id()).at(0).state == ledger::OutboxState::queued);
        echo.says(preview_report(update.action_id(), wire::Delivery::SENT));
        agent_of(stage).says(run_end(run, "the whole text"));
        const auto out = stage.expect(echo, wire::Frame::kOutbound).outbound();
        CHECK(out.action_id() == update.action_id());
        CHECK(out.stream_message_id() == "777");
        CHECK(out.markdown().inline_text() == "the whole text");
    }
    TEST_CASE("an answer that was whole before its preview was due is never previewed") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& echo = stage.connect(channel);
        const auto quick = asked(stage, echo);
        const auto slow = asked(stage, echo, "2", "5002");
        agent_of(stage).says(run_delta(quick, "a text that is long enough to be shown"));
        agent_of(stage).says(run_end(quick, "a text that is long enough to be shown"));
        const auto answer = stage.expect(echo, wire::Frame::kOutbound).outbound();
        echo.says(delivery(answer.action_id(), wire::Delivery::SENT));
        // By the time the other one is shown this one's preview would have been.
        CHECK(shown(stage, echo, slow).action_id() != answer.action_id());
        stage.let_writes_settle();
        CHECK(stage.outbox(answer.action_id()).size() == 1);
        CHECK(stage.outbox(answer.action_id()).at(0).state == ledger::OutboxState::sent);
    }
    TEST_CASE("a preview on the wire when its worker dies marks the answer, which is a new "
              "message") {
        for (const bool has_ended : {false, true}) { // the run, before the worker died
            Scratch scratch;
            Stage stage(scratch.path);
            auto& echo = stage.connect(channel);
            const auto run = asked(stage, echo);
            const auto action = shown(stage, echo, run).action_id();
            echo.sends(action, ipc::preview_part);
            if (has_ended) {
                agent_of(stage).says(run_end(run, "the whole text"));
                stage.expect(echo, wire::Frame::kOutbound);
            }
            stage.dies(channel);
            if (!has_ended) agent_of(stage).says(run_end(run, "the whole text"));
            auto& next = stage.connect(channel);
            CHECK(
                stage.expect(next, wire::Frame::kOutbound).outbound().stream_message_id().empty());
            stage.let_writes_settle();
            CHECK(stage.outbox(action).at(0).maybe_duplicate);
            CHECK(stage.outbox(action).at(0).repeats == 0);
        }
    }
    TEST_CASE("a preview that arrived is edited into the answer though its worker died before it "
              "could tell") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& echo = stage.connect(channel);
        const auto run = asked(stage, echo);
        const auto action = shown(stage, echo, run).action_id();
        echo.sends(action, ipc::preview_part);
        echo.in_flight.arrived(action, ipc::preview_part, 1, "777");
        stage.dies(channel);
        agent_of(stage).says(run_end(run, "the whole text"));
        auto& next = stage.connect(channel);
        CHECK(stage.expect(next, wire::Frame::kOutbound).outbound().stream_message_id() == "777");
        stage.let_writes_settle();
        CHECK_FALSE(stage.outbox(action).at(0).maybe_duplicate);
    }
    TEST_CASE("an edit whose fate is unknown is repeated without a mark") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& echo = stage.connect(channel);
        const auto run = asked(stage, echo);
        const auto update = shown(stage, echo, run);
        echo.says(preview_report(update.action_id(), wire::Delivery::SENT));
        agent_of(stage).says(run_end(run, "done"));
        stage.expect(echo, wire::Frame::kOutbound);
        echo.says(delivery(update.action_id(), wire::Delivery::UNKNOWN));
        CHECK(stage.expect(echo, wire::Frame::kOutbound).outbound().stream_message_id() == "777");
        stage.let_writes_settle();
        CHECK_FALSE(stage.outbox(update.action_id()).at(0).maybe_duplicate);
    }
    TEST_CASE("a stopped run takes its preview away") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& echo = stage.connect(channel);
        auto& agent = stage.connect("agent");
        echo.says(inbound("1", "slowly"));
        agent.says(run_delta(stage.expect(agent, wire::Frame::kRunStart).run_start().run_id(),
                             "a text that is long enough to be shown"));
        const auto update = stage.expect(echo, wire::Frame::kStreamUpdate).stream_update();
        echo.says(inbound("2", "/stop"));
        CHECK(stage.expect(echo, wire::Frame::kStreamCancel).stream_cancel().action_id() ==
              update.action_id());
    }
    TEST_CASE("a worker that reports on another account's answer has misbehaved") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& echo = stage.connect(channel);
        const auto first = answered(stage, echo);
        auto& forger = stage.connect("echo:other");
        forger.says(delivery(first.action_id(), wire::Delivery::SENT));
        stage.turn_until([&] { return forger.misbehaved; });
        CHECK(stage.deliveries->is_known(first.action_id()));
    }
    TEST_CASE("an answer that kills its worker twice is given up; the one that was in hand beside "
              "it arrives") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& echo = stage.connect(channel);
        const auto guilty = answered(stage, echo, "1");
        const auto innocent = answered(stage, echo, "2");
        stage.dies(channel, process::Whose::its_own);
        auto& second = stage.connect(channel);
        CHECK(stage.expect(second, wire::Frame::kOutbound).outbound().action_id() ==
              guilty.action_id());
        stage.dies(channel, process::Whose::its_own); // alone in hand: now it is known
        auto& third = stage.connect(channel);
        CHECK(stage.expect(third, wire::Frame::kOutbound).outbound().action_id() ==
              innocent.action_id());
        stage.let_writes_settle();
        CHECK(stage.outbox(guilty.action_id()).at(0).error_code == "kills_worker");
    }
    TEST_CASE(
        "an answer that its worker may have died of keeps the account mute no longer than the "
        "platform takes to say: not now") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& echo = stage.connect(channel);
        const auto first = answered(stage, echo, "1").action_id();
        const auto second = answered(stage, echo, "2").action_id();
        stage.dies(channel, process::Whose::its_own);
        auto& next = stage.connect(channel);
        CHECK(stage.expect(next, wire::Frame::kOutbound).outbound().action_id() == first);
        CHECK(stage.deliveries->in_hand_count() == 1);
        next.says(delivery(first, wire::Delivery::DISPATCHING));
        next.says(delivery(first, wire::Delivery::HELD));
        CHECK(stage.expect(next, wire::Frame::kOutbound).outbound().action_id() == second);
        CHECK(stage.deliveries->in_hand_count() == 2);
        stage.dies(channel, process::Whose::its_own); // of the second, the first being at rest
        CHECK(stage.deliveries->is_known(first));
        CHECK_FALSE(stage.deliveries->is_known(second));
        CHECK(stage.expect(stage.connect(channel), wire::Frame::kOutbound).outbound().action_id() ==
              first);
        stage.let_writes_settle();
        CHECK(stage.outbox(second).at(0).error_code == "kills_worker");
    }
    TEST_CASE("a permanent failure closes the answer with its reason") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& echo = stage.connect(channel);
        const auto first = answered(stage, echo);
        auto failed = delivery(first.action_id(), wire::Delivery::FAILED);
        failed.mutable_delivery()->set_permanent(true);
        failed.mutable_delivery()->set_error_code("blocked");
        failed.mutable_delivery()->set_error("the user blocked the bot");
        echo.says(failed);
        stage.turn_until([&] { return !stage.deliveries->is_known(first.action_id()); });
        stage.let_writes_settle();
        CHECK(stage.outbox(first.action_id()).at(0).error_code == "blocked");
    }
}
