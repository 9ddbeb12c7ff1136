// What a hijacked worker may pour over the supervisor, and where it ends.
#include "tests/unit/supervisor/flow/stage.h"

using namespace openclaw;
using namespace openclaw::flow;
using namespace openclaw::flow::test;

namespace {

const std::string channel = "echo:default";

wire::Frame state_write(const std::string& key, const std::string& value) {
    wire::Frame frame;
    auto& entry = *frame.mutable_state_write()->add_entries();
    entry.set_key(key);
    entry.set_value(value);
    return frame;
}

std::string kept(Stage& stage, const std::string& key) {
    const auto& entries = stage.book->worker_state.of(channel);
    const auto found = entries.find(key);
    return found == entries.end() ? "nothing" : found->second;
}

// As frames come: a link that is ended tells so when the turn is over.
void in_a_turn(Stage& stage, const std::function<void()>& act) {
    bool is_done = false;
    stage.loop.on_pool([] {},
                       [&] {
                           act();
                           is_done = true;
                       });
    stage.turn_until([&] { return is_done; });
}

} // namespace

TEST_SUITE("supervisor/flow") {
    TEST_CASE(
        "what a worker writes faster than the disk takes it is gathered: the newest is kept") {
        Scratch scratch;
        {
            Stage stage(scratch.path);
            stage.connect(channel);
            const auto notes = stage.book->store->counters().notes;
            for (int i = 1; i <= 500; ++i)
                stage.switchboard->on_frame(channel, state_write("place", std::to_string(i)), {});
            stage.switchboard->on_frame(channel, state_write("gone", "soon"), {});
            stage.switchboard->on_frame(channel, state_write("gone", ""), {});
            CHECK(stage.book->store->counters().notes - notes == StateWrites::max_notes);
            CHECK(kept(stage, "place") == "500");
            stage.let_writes_settle();
            stage.let_writes_settle();
            CHECK(stage.book->store->counters().notes - notes == StateWrites::max_notes + 1);
        }
        Stage after(scratch.path);
        CHECK(kept(after, "place") == "500");
        CHECK(kept(after, "gone") == "nothing");
    }
    TEST_CASE("a worker that asks whether its state is kept, without waiting for the answer, is "
              "refused above the limit") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& echo = stage.connect(channel);
        for (std::size_t i = 1; i <= StateWrites::max_questions + 1; ++i) {
            auto frame = state_write("key", std::to_string(i));
            frame.set_id(i);
            stage.switchboard->on_frame(channel, frame, {});
        }
        const auto refused = stage.expect(echo, wire::Frame::kStateWritten);
        CHECK(refused.re() == StateWrites::max_questions + 1);
        CHECK_FALSE(refused.state_written().problem().empty());
        for (std::size_t i = 1; i <= StateWrites::max_questions; ++i)
            CHECK(stage.expect(echo, wire::Frame::kStateWritten).state_written().problem().empty());
        CHECK(kept(stage, "key") == std::to_string(StateWrites::max_questions));
        auto again = state_write("key", "again"); // there is room now
        again.set_id(99);
        stage.switchboard->on_frame(channel, again, {});
        CHECK(stage.expect(echo, wire::Frame::kStateWritten).state_written().problem().empty());
    }
    TEST_CASE("too many entries at once, and keys that come and go without end, are misbehaviour") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& echo = stage.connect(channel);
        auto frame = state_write("key", "value");
        while (frame.state_write().entries_size() <= StateWrites::max_entries)
            *frame.mutable_state_write()->add_entries() = frame.state_write().entries(0);
        in_a_turn(stage, [&] { stage.switchboard->on_frame(channel, frame, {}); });
        stage.turn_until([&] { return echo.misbehaved; });
        auto& next = stage.connect(channel);
        in_a_turn(stage, [&] {
            for (std::size_t i = 0; i <= StateWrites::max_notes + StateWrites::max_later; ++i) {
                stage.switchboard->on_frame(channel, state_write(std::to_string(i), "v"), {});
                stage.switchboard->on_frame(channel, state_write(std::to_string(i), ""), {});
            }
        });
        stage.turn_until([&] { return next.misbehaved; });
    }
    TEST_CASE("the first entry that is refused ends the write, and what came before it is kept") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& echo = stage.connect(channel);
        auto frame = state_write("first", "one");
        *frame.mutable_state_write()->add_entries() = state_write("", "x").state_write().entries(0);
        *frame.mutable_state_write()->add_entries() =
            state_write("last", "three").state_write().entries(0);
        frame.set_id(7);
        stage.switchboard->on_frame(channel, frame, {});
        const auto answer = stage.expect(echo, wire::Frame::kStateWritten).state_written();
        CHECK(answer.problem().find("the key is empty") != std::string::npos);
        CHECK(kept(stage, "first") == "one");
        CHECK(kept(stage, "last") == "nothing");
    }
    TEST_CASE("frames that nothing else bounds are bounded by their number") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& echo = stage.connect(channel);
        wire::Frame empty;
        empty.mutable_state_write();
        in_a_turn(stage, [&] {
            for (int i = 0; i < 100'000 && echo.near->can_send(); ++i)
                stage.switchboard->on_frame(channel, empty, {});
        });
        stage.turn_until([&] { return echo.misbehaved; });
    }
    TEST_CASE("events and answers without a question are bounded by their number too") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& echo = stage.connect(channel);
        wire::Frame frame;
        SUBCASE("events") {
            frame.mutable_channel_event()->set_kind(wire::ChannelEvent::MESSAGE_DELETED);
            frame.mutable_channel_event()->set_event_id("nobody's");
        }
        SUBCASE("answers") {
            frame.mutable_channel_answer();
        }
        in_a_turn(stage, [&] {
            for (int i = 0; i < 5000; ++i)
                stage.switchboard->on_frame(channel, frame, {});
        });
        CHECK_FALSE(echo.misbehaved);
        in_a_turn(stage, [&] {
            for (int i = 0; i < 100'000 && echo.near->can_send(); ++i)
                stage.switchboard->on_frame(channel, frame, {});
        });
        stage.turn_until([&] { return echo.misbehaved; });
    }
    TEST_CASE("dials that are answered with a refusal go on until they are a flood") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& echo = stage.connect(channel);
        wire::Frame frame;
        frame.mutable_dial()->set_host("nobody.example.org");
        frame.mutable_dial()->set_port(443);
        const auto dial = [&](int times) {
            for (int i = 1; i <= times; ++i) {
                Fds fds;
                fds.emplace_back(dup(0));
                frame.set_id(static_cast<std::uint64_t>(i));
                stage.switchboard->on_frame(channel, frame, std::move(fds));
            }
        };
        in_a_turn(stage, [&] { dial(100); });
        CHECK(stage.expect(echo, wire::Frame::kDialled).dialled().outcome() ==
              wire::Dialled::REFUSED);
        CHECK_FALSE(echo.misbehaved);
        in_a_turn(stage, [&] { dial(10'000); });
        stage.turn_until([&] { return echo.misbehaved; });
    }
    TEST_CASE("what a channel says of itself is cut to what people read") {
        Scratch scratch;
        Stage stage(scratch.path);
        stage.connect(channel);
        wire::Frame frame;
        auto& status = *frame.mutable_channel_status();
        status.set_state(wire::ChannelStatus::CONNECTED);
        for (int i = 0; i < 10'000; ++i)
            status.mutable_detail()->append("words ");
        status.set_identity(std::string(1000, 'i'));
        status.set_error_code(std::string(1000, 'e'));
        stage.switchboard->on_frame(channel, frame, {});
        const auto& facts = stage.switchboard->channels().at(channel);
        CHECK(facts.detail.size() == 512);
        CHECK(facts.detail.starts_with("words words "));
        CHECK(facts.identity == std::string(256, 'i'));
        CHECK(facts.error_code.size() == 256);
    }
    TEST_CASE("reports of answers that nobody knows are acknowledged without the ledger") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& echo = stage.connect(channel);
        const auto marks = stage.book->store->counters().marks;
        for (int i = 0; i < 50; ++i)
            echo.says(delivery("nobody's " + std::to_string(i), wire::Delivery::SENT));
        for (int i = 0; i < 50; ++i)
            CHECK(stage.expect(echo, wire::Frame::kDeliveryAck).delivery_ack().action_id() ==
                  "nobody's " + std::to_string(i));
        CHECK(stage.book->store->counters().marks == marks);
    }
    TEST_CASE(
        "a part that is reported again and again is one receipt, and in the end misbehaviour") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& echo = stage.connect(channel);
        const auto action_id = answered(stage, echo).action_id();
        const auto report = delivery(action_id, wire::Delivery::SENT, 0, 2).delivery();
        int taken = 0;
        while (taken < 5000 && stage.deliveries->on_delivery(channel, report))
            ++taken;
        CHECK(taken == 1024);
        CHECK(stage.deliveries->row(action_id)->receipts.size() == 1);
        stage.let_writes_settle();
        CHECK(stage.deliveries->on_delivery(channel, report));
        const auto far = delivery(action_id, wire::Delivery::SENT, 10'000, 20'000).delivery();
        CHECK_FALSE(stage.deliveries->on_delivery(channel, far));
    }
}
