#include "tests/unit/supervisor/flow/stage.h"

#include <filesystem>
#include <iterator>

using namespace openclaw;
using namespace openclaw::flow;
using namespace openclaw::flow::test;

namespace {

const std::string channel = "echo:default";

void hide_inbox(Stage& stage) {
    change(stage, [](ledger::Database* db) { return db->run("alter table inbox rename to away"); });
}

void show_inbox(Stage& stage) {
    change(stage, [](ledger::Database* db) { return db->run("alter table away rename to inbox"); });
}

// No message can be set aside, as on a full disk.
void fill_disk(Stage& stage) {
    change(stage, [](ledger::Database* db) {
        return db->run("create trigger full before update on inbox when new.state = 'parked' begin "
                       "select raise(abort, 'full'); end");
    });
}

void empty_disk(Stage& stage) {
    change(stage, [](ledger::Database* db) { return db->run("drop trigger full"); });
}

// Lives in each of which the message is asked and none ends: `in_each` is called with the run.
template <typename InEach>
void interrupt_too_often(const Scratch& scratch, InEach in_each) {
    for (int life = 0; life < 6; ++life) {
        Stage stage(scratch.path);
        auto& echo = stage.connect(channel);
        auto& agent = stage.connect("agent");
        stage.recover();
        if (life == 0) echo.says(inbound("1", "poison"));
        const auto run = stage.expect(agent, wire::Frame::kRunStart).run_start().run_id();
        in_each(stage, echo, run, life);
        stage.let_writes_settle();
    }
}

std::size_t files_in(const std::filesystem::path& directory) {
    const std::filesystem::directory_iterator files(directory);
    return static_cast<std::size_t>(std::distance(begin(files), end(files)));
}

// A life that ends while an answer is on the wire: stands as queued, and only the file knows.
std::string life_with_answer_on_the_wire(const Scratch& scratch) {
    Stage stage(scratch.path);
    auto& echo = stage.connect(channel);
    const auto action_id = answered(stage, echo).action_id();
    echo.sends(action_id);
    return action_id;
}

} // namespace

TEST_SUITE("supervisor/flow") {
    TEST_CASE("a question that was acknowledged before a crash is answered after it, once") {
        Scratch scratch;
        std::string run_id;
        {
            Stage before(scratch.path);
            auto& echo = before.connect(channel);
            auto& agent = before.connect("agent");
            echo.says(inbound("1", "hello"));
            before.expect(echo, wire::Frame::kInboundAck);
            run_id = before.expect(agent, wire::Frame::kRunStart).run_start().run_id();
        }
        Stage after(scratch.path);
        auto& echo = after.connect(channel);
        auto& agent = after.connect("agent");
        after.recover();
        const auto start = after.expect(agent, wire::Frame::kRunStart).run_start();
        CHECK(start.run_id() == run_id);
        CHECK(start.message().inline_text() == "hello");
        CHECK(start.transcript_bytes() == 0); // the question itself is not its own history
        echo.says(inbound("1", "hello"));     // and the platform sends it again
        CHECK(after.expect(echo, wire::Frame::kInboundAck).inbound_ack().duplicate());
        agent.says(run_end(run_id, "hi"));
        CHECK(after.expect(echo, wire::Frame::kOutbound).outbound().markdown().inline_text() ==
              "hi");
        CHECK(after.runs->active_count() == 0);
    }
    TEST_CASE("texts that were one turn before a crash are one turn after it") {
        Scratch scratch;
        constexpr std::string_view patient = R"({
          channels: { echo: { dmPolicy: "open", allowFrom: ["*"] } },
          messages: { inbound: { debounceMs: 30 } } })";
        std::string run_id;
        {
            Stage before(scratch.path, patient);
            auto& echo = before.connect(channel);
            auto& agent = before.connect("agent");
            for (const auto* id : {"1", "2"}) {
                echo.says(inbound(id, std::string("text ") + id));
                before.expect(echo, wire::Frame::kInboundAck);
            }
            run_id = before.expect(agent, wire::Frame::kRunStart).run_start().run_id();
            before.let_writes_settle();
        }
        Stage after(scratch.path, patient);
        auto& echo = after.connect(channel);
        auto& agent = after.connect("agent");
        after.recover();
        const auto start = after.expect(agent, wire::Frame::kRunStart).run_start();
        CHECK(start.run_id() == run_id);
        CHECK(start.message().inline_text() == "text 1\ntext 2");
        agent.says(run_end(run_id, "both"));
        after.expect(echo, wire::Frame::kOutbound);
        after.let_writes_settle();
        CHECK(after.inbox("1").state == ledger::InboxState::done);
        CHECK(after.inbox("2").state == ledger::InboxState::done);
        CHECK(after.runs->active_count() == 0);
    }
    TEST_CASE("texts that waited for more when the gateway died are answered after it") {
        Scratch scratch;
        constexpr std::string_view config = R"({
          channels: { echo: { dmPolicy: "open", allowFrom: ["*"] } },
          messages: { inbound: { debounceMs: 5000 } } })";
        {
            Stage before(scratch.path, config);
            auto& echo = before.connect(channel);
            echo.says(inbound("1", "hello"));
            before.expect(echo, wire::Frame::kInboundAck);
        }
        Stage after(scratch.path);
        after.connect(channel);
        auto& agent = after.connect("agent");
        after.recover();
        CHECK(after.expect(agent, wire::Frame::kRunStart).run_start().message().inline_text() ==
              "hello");
    }
    TEST_CASE("an answer that was on the wire is sent once more and marked; crashes that find it "
              "waiting cost nothing; after a second one in its moment its fate is unknown") {
        Scratch scratch;
        std::string action_id;
        {
            Stage before(scratch.path);
            auto& echo = before.connect(channel);
            action_id = answered(before, echo).action_id();
            echo.sends(action_id);
        }
        for (int crash = 0; crash < 2; ++crash) {
            Stage waiting(scratch.path);
            waiting.connect(channel);
            waiting.recover();
            waiting.let_writes_settle();
            const auto row = waiting.outbox(action_id).at(0);
            CHECK(row.maybe_duplicate);
            CHECK(row.repeats == 1);
            CHECK(row.state == ledger::OutboxState::queued);
        }
        {
            Stage sending(scratch.path);
            auto& echo = sending.connect(channel);
            sending.recover();
            sending.expect(echo, wire::Frame::kOutbound);
            echo.sends(action_id);
        }
        Stage last(scratch.path);
        last.connect(channel);
        last.recover();
        last.let_writes_settle();
        CHECK(last.outbox(action_id).at(0).state == ledger::OutboxState::unknown);
    }
    TEST_CASE("what the platform took before both processes died is not sent again") {
        Scratch scratch;
        std::string action_id;
        {
            Stage before(scratch.path);
            auto& echo = before.connect(channel);
            action_id = answered(before, echo).action_id();
            echo.sends(action_id);
            echo.in_flight.arrived(action_id, 0, 1, "901");
        }
        Stage after(scratch.path);
        after.connect(channel);
        after.recover();
        after.let_writes_settle();
        const auto row = after.outbox(action_id).at(0);
        CHECK(row.state == ledger::OutboxState::sent);
        CHECK_FALSE(row.maybe_duplicate);
        CHECK(after.deliveries->waiting_count() == 0);
    }
    TEST_CASE("an in-flight file that nobody can read may have held anything") {
        Scratch scratch;
        std::string action_id;
        {
            Stage before(scratch.path);
            auto& echo = before.connect(channel);
            action_id = answered(before, echo).action_id();
        }
        for (const auto& file : std::filesystem::directory_iterator(scratch.path / "in-flight"))
            std::filesystem::resize_file(file, 100);
        Stage after(scratch.path);
        after.recover();
        after.let_writes_settle();
        CHECK(after.outbox(action_id).at(0).maybe_duplicate);
    }
    TEST_CASE(
        "a page that cannot be read is read again; what it held is neither lost nor forgotten") {
        Scratch scratch;
        const auto action_id = life_with_answer_on_the_wire(scratch);
        Stage after(scratch.path);
        hide_outbox(after);
        std::optional<Result<void>> outcome;
        Recovery recovery(
            *after.rooms, *after.deliveries, *after.inbounds,
            {.first_pause = Milliseconds(1), .longest_pause = Milliseconds(5), .failures = 1000});
        const auto reads = after.book->store->counters().reads;
        recovery.begin([&](Result<void> done) { outcome = std::move(done); });
        after.turn_until([&] { return after.book->store->counters().reads >= reads + 2; });
        CHECK_FALSE(outcome);
        CHECK(files_in(scratch.path / "in-flight") == 1);
        show_outbox(after);
        after.turn_until([&] { return outcome.has_value(); });
        REQUIRE(*outcome);
        CHECK(after.deliveries->waiting_count() == 1);
        after.let_writes_settle();
        CHECK(after.outbox(action_id).at(0).maybe_duplicate);
        CHECK(files_in(scratch.path / "in-flight") == 0);
    }
    TEST_CASE(
        "a ledger that cannot be read for good fails the start and keeps the evidence for the "
        "next one") {
        constexpr RecoveryPatience short_one{
            .first_pause = Milliseconds(1), .longest_pause = Milliseconds(2), .failures = 3};

        struct Table {
            const char* name;
            void (*hide)(Stage&);
            void (*show)(Stage&);
        };

        for (const auto& table :
             {Table{"outbox", hide_outbox, show_outbox}, Table{"inbox", hide_inbox, show_inbox}}) {
            Scratch scratch;
            const auto action_id = life_with_answer_on_the_wire(scratch);
            {
                Stage failing(scratch.path);
                table.hide(failing);
                const auto outcome = failing.try_to_recover(short_one);
                REQUIRE_FALSE(outcome);
                CHECK(outcome.error().sentence.contains(table.name));
                CHECK(outcome.error().sentence.contains("no such table"));
                table.show(failing);
                CHECK(files_in(scratch.path / "in-flight") == 1);
            }
            Stage after(scratch.path);
            after.recover();
            after.let_writes_settle();
            CHECK(after.outbox(action_id).at(0).maybe_duplicate);
            CHECK(after.deliveries->waiting_count() == 1);
        }
    }
    TEST_CASE("after a power cut what stands queued may have been sent: it is marked") {
        Scratch scratch;
        std::string run_id;
        {
            Stage before(scratch.path);
            auto& echo = before.connect(channel);
            run_id = answered(before, echo).action_id();
        }
        Stage after(scratch.path, open_config, "another");
        auto& echo = after.connect(channel);
        after.recover();
        after.expect(echo, wire::Frame::kOutbound);
        after.let_writes_settle();
        CHECK(after.outbox(run_id).at(0).maybe_duplicate);
    }
    TEST_CASE("of the answers whose fate is unknown one is repeated at a time") {
        Scratch scratch;
        {
            Stage before(scratch.path);
            auto& echo = before.connect(channel);
            for (const std::string sender : {"1", "2", "3"})
                echo.sends(answered(before, echo, sender, sender).action_id());
        }
        Stage after(scratch.path);
        auto& echo = after.connect(channel);
        after.recover();
        for (int left = 3; left > 0; --left) {
            CHECK(after.deliveries->in_hand_count() == 1);
            const auto action_id =
                after.expect(echo, wire::Frame::kOutbound).outbound().action_id();
            echo.says(delivery(action_id, wire::Delivery::SENT));
            after.turn_until([&] { return !after.deliveries->is_known(action_id); });
        }
        CHECK(after.deliveries->waiting_count() == 0);
    }
    TEST_CASE("an answer that waited for its channel is sent after a crash without a mark") {
        Scratch scratch;
        std::string run_id;
        {
            Stage before(scratch.path);
            auto& echo = before.connect(channel);
            run_id = asked(before, echo);
            before.dies(channel);
            agent_of(before).says(run_end(run_id, "hi"));
            before.turn_until([&] { return before.runs->active_count() == 0; });
        }
        Stage after(scratch.path);
        auto& echo = after.connect(channel);
        after.recover();
        CHECK(after.expect(echo, wire::Frame::kOutbound).outbound().markdown().inline_text() ==
              "hi");
        after.let_writes_settle();
        CHECK_FALSE(after.outbox(run_id).at(0).maybe_duplicate);
    }
    TEST_CASE("a preview of a run that a crash cut off is finished by the run that comes again") {
        Scratch scratch;
        std::string run_id;
        {
            Stage before(scratch.path);
            auto& echo = before.connect(channel);
            run_id = asked(before, echo);
            echo.says(
                preview_report(shown(before, echo, run_id).action_id(), wire::Delivery::SENT));
            before.turn_until([&] {
                return before.deliveries->row(run_id + ":reply")->stream_message_id == "777";
            });
            before.let_writes_settle();
        }
        Stage after(scratch.path);
        auto& echo = after.connect(channel);
        auto& agent = after.connect("agent");
        after.recover();
        after.expect(agent, wire::Frame::kRunStart);
        agent.says(run_end(run_id, "the whole text"));
        const auto out = after.expect(echo, wire::Frame::kOutbound).outbound();
        CHECK(out.stream_message_id() == "777");
        CHECK(after.outbox(run_id).size() == 1);
    }
    TEST_CASE("a message that was interrupted too often is set aside with a word to its sender") {
        Scratch scratch;
        interrupt_too_often(scratch, [](auto&&...) {});
        Stage last(scratch.path);
        auto& echo = last.connect(channel);
        last.recover();
        CHECK(last.expect(echo, wire::Frame::kOutbound).outbound().notice());
        last.let_writes_settle();
        CHECK(last.inbox("1").state == ledger::InboxState::parked);
        CHECK(last.runs->active_count() == 0);
    }

    TEST_CASE("setting aside is tried again while the disk refuses it, also with a preview") {
        for (const bool is_previewed : {false, true}) {
            CAPTURE(is_previewed);
            Scratch scratch;
            interrupt_too_often(scratch, [&](Stage& stage, auto& echo, const auto& run, int life) {
                if (!is_previewed || life > 0) return;
                echo.says(
                    preview_report(shown(stage, echo, run).action_id(), wire::Delivery::SENT));
                stage.turn_until([&] {
                    return stage.deliveries->row(run + ":reply")->stream_message_id == "777";
                });
            });
            Stage last(scratch.path);
            auto& echo = last.connect(channel);
            fill_disk(last);
            const auto failed = last.book->store->counters().failed_units;
            last.recover();
            last.turn_until(
                [&] { return last.book->store->counters().failed_units == failed + 2; });
            CHECK(last.inbox("1").state == ledger::InboxState::running);
            empty_disk(last);
            const auto out = last.expect(echo, wire::Frame::kOutbound).outbound();
            CHECK(out.notice());
            CHECK(out.stream_message_id() == (is_previewed ? "777" : ""));
            last.let_writes_settle();
            CHECK(last.inbox("1").state == ledger::InboxState::parked);
        }
    }
}
