#include "tests/unit/workers/telegram/scripted.h"
#include "workers/telegram/poll.h"

#include <doctest/doctest.h>

#include <optional>

using namespace openclaw;
using namespace openclaw::telegram;
using namespace openclaw::telegram::scripted;
using namespace std::chrono_literals;

namespace {

// Poll and intake as the service wires them, with a supervisor that acknowledges when told.
struct Bench final : Poll::Listener, Intake::Listener {
    ManualClock clock;
    FakeAlarms alarms{clock};
    FakeApi api;
    FakeUplink uplink;
    Intake intake;
    Poll poll;
    std::vector<std::int64_t> offsets;
    std::vector<std::pair<int, Milliseconds>> failures;
    std::optional<Trouble> refused;
    int successes = 0;
    std::vector<bool> overdue;

    explicit Bench(std::uint32_t credits = 32)
        : intake(alarms, uplink, credits)
        , poll(clock, alarms, api, uplink, intake, *this) {
        intake.listen(*this);
    }

    void on_poll_succeeded() override { ++successes; }

    void on_poll_failed(const Answer&, int in_a_row, Milliseconds pause) override {
        failures.emplace_back(in_a_row, pause);
    }

    void on_offset(std::int64_t offset) override { offsets.push_back(offset); }

    void on_refused(const Answer& answer) override { refused = answer.trouble; }

    void on_batch_settled() override { poll.on_batch_settled(); }

    void on_batch_overdue(bool now) override { overdue.push_back(now); }

    void on_migration(const std::string&, const std::string&) override {}

    void start(std::optional<std::int64_t> offset = std::nullopt) {
        poll.start({.id = 123456, .username = "fake_bot"}, offset);
        api.answer_ok("true");
    }

    // A batch with a message for each id.
    static std::string batch(std::vector<int> ids) {
        std::string out = "[";
        for (const int id : ids)
            out += (out.size() > 1 ? "," : "") + std::string(R"({"update_id":)") +
                   std::to_string(id) + R"(,"message":{"message_id":)" + std::to_string(id) +
                   R"(,"date":1,"chat":{"id":5,"type":"private"},"from":{"id":5},"text":"x"}})";
        return out + "]";
    }

    // The pause is over, the webhook is cleared, and the request that returns at once succeeds.
    void probe(Milliseconds after) {
        alarms.advance(after);
        REQUIRE(api.last().method == "deleteWebhook");
        api.answer_ok("true");
        REQUIRE(api.last().body.contains(R"("timeout":0)"));
        api.answer_ok("[]");
        alarms.advance(50ms);
        REQUIRE(api.last().body.contains(R"("timeout":30)"));
    }

    void end_by_rival() {
        api.answer_error(409, "Conflict: terminated by other getUpdates request");
    }

    void acknowledge(int id) {
        intake.acknowledge(std::to_string(id));
        poll.on_room();
    }

    std::size_t polls() const {
        return static_cast<std::size_t>(
            std::ranges::count(api.made, "getUpdates", &FakeApi::Made::method));
    }

    std::size_t inbound() const {
        return static_cast<std::size_t>(std::ranges::count_if(
            uplink.frames, [](const auto& frame) { return frame.has_inbound(); }));
    }
};

} // namespace

TEST_SUITE("workers/telegram") {
    TEST_CASE("polling begins by removing a webhook, never with the pending updates") {
        Bench bench;
        bench.poll.start({.id = 1, .username = "b"}, std::nullopt);
        CHECK(bench.api.last().method == "deleteWebhook");
        CHECK(bench.api.last().body == R"({"drop_pending_updates":false})");
        bench.api.answer_error(500, "Internal Server Error");
        CHECK(bench.api.last().method ==
              "getUpdates"); // a webhook that is still there shows as a 409
    }
    TEST_CASE(
        "the first request returns at once and confirms nothing, later ones rest at the server") {
        Bench bench;
        bench.start();
        CHECK(bench.api.last().body ==
              R"({"timeout":0,"limit":32,"allowed_updates":["message","channel_post"]})");
        CHECK(bench.api.last().deadline == 15s);
        bench.api.answer_ok("[]");
        bench.alarms.advance(50ms);
        CHECK(bench.api.last().body ==
              R"({"timeout":30,"limit":32,"allowed_updates":["message","channel_post"]})");
        CHECK(bench.api.last().deadline == 45s);
    }
    TEST_CASE("a stored offset is sent with the first request") {
        Bench bench;
        bench.start(700);
        CHECK(bench.api.last().body.starts_with(R"({"offset":700,)"));
    }
    TEST_CASE("the offset moves only when the whole batch is acknowledged") {
        Bench bench;
        bench.start();
        bench.api.answer_ok(Bench::batch({10, 11, 12}));
        CHECK(bench.inbound() == 3);
        CHECK(bench.intake.credits() == 29);
        bench.acknowledge(10);
        bench.acknowledge(12);
        CHECK(bench.polls() == 1);
        CHECK(bench.offsets.empty());
        bench.acknowledge(11);
        CHECK(bench.offsets == std::vector<std::int64_t>{13});
        CHECK(bench.polls() == 2); // at once
        CHECK(bench.api.last().body.starts_with(R"({"offset":13,)"));
    }
    TEST_CASE("without an acknowledgement there is no further poll; it is said, and the message is "
              "sent again") {
        Bench bench;
        bench.start();
        bench.api.answer_ok(Bench::batch({10}));
        bench.alarms.advance(9s);
        CHECK(bench.inbound() == 1);
        bench.alarms.advance(1s);
        CHECK(bench.inbound() == 2);
        CHECK(bench.overdue == std::vector<bool>{true});
        bench.alarms.advance(1h);
        CHECK(bench.inbound() == 2); // nobody reads: once more is enough
        CHECK(bench.polls() == 1);
        bench.acknowledge(10);
        bench.acknowledge(10); // of the message sent twice
        CHECK(bench.intake.credits() == 32);
        CHECK(bench.polls() == 2);
        CHECK(bench.overdue.back() == false);
    }
    TEST_CASE("a batch with nothing for the supervisor is confirmed at once") {
        Bench bench;
        bench.start();
        bench.api.answer_ok(R"([{"update_id":5,"edited_message":{}}])");
        CHECK(bench.offsets == std::vector<std::int64_t>{6});
        CHECK(bench.inbound() == 0);
    }
    TEST_CASE("never more is asked for than there are credits, nor taken") {
        Bench bench(2);
        bench.start();
        CHECK(bench.api.last().body.contains(R"("limit":2)"));
        bench.api.answer_ok(Bench::batch({1, 2, 3}));
        CHECK(bench.inbound() == 2);
        bench.acknowledge(1);
        bench.acknowledge(2);
        CHECK(bench.offsets == std::vector<std::int64_t>{3}); // the third comes again
    }
    TEST_CASE("update ids that restart lower are followed down") {
        Bench bench;
        bench.start(858710014);
        bench.api.answer_ok(Bench::batch({806855533}));
        bench.acknowledge(806855533);
        CHECK(bench.offsets == std::vector<std::int64_t>{806855534});
        CHECK(bench.api.last().body.starts_with(R"({"offset":806855534,)"));
    }
    TEST_CASE("the same request is not repeated within 50 ms, whatever the server answers") {
        Bench bench;
        bench.start(7);
        for (int i = 0; i < 100; ++i) {
            bench.api.answer_ok("[]");
            while (bench.api.open() == 0)
                bench.alarms.advance(1ms);
        }
        CHECK(bench.clock.now() - Instant{} >= 5s);
    }
    TEST_CASE("while the uplink is full nothing is asked for") {
        Bench bench;
        bench.uplink.room = false;
        bench.start();
        CHECK(bench.polls() == 0);
        bench.uplink.room = true;
        bench.poll.on_room();
        CHECK(bench.polls() == 1);
    }
    TEST_CASE("401 and 404 end polling") {
        for (const int code : {401, 404}) {
            Bench bench;
            bench.start();
            bench.api.answer_error(code, "Unauthorized");
            CHECK(bench.refused == Trouble::auth);
            CHECK(bench.poll.state() == Poll::State::stopped);
            bench.alarms.advance(1h);
            CHECK(bench.polls() == 1);
        }
    }
    TEST_CASE("a webhook that appears is removed, and polling goes on after a second") {
        Bench bench;
        bench.start();
        bench.api.answer_error(409,
                               "Conflict: can't use getUpdates method while webhook is active");
        bench.alarms.advance(1s);
        CHECK(bench.api.last().method == "deleteWebhook");
        bench.api.answer_ok("true");
        CHECK(bench.api.last().method == "getUpdates");
    }
    TEST_CASE("another poller is given half a minute, and a fresh start follows") {
        Bench bench;
        bench.start();
        bench.api.answer_error(409, "Conflict: terminated by other getUpdates request; make sure");
        CHECK(bench.api.rebuilds == 1);
        bench.alarms.advance(26s);
        CHECK(bench.api.open() == 0);
        bench.alarms.advance(8s);
        CHECK(bench.api.last().method == "deleteWebhook");
        bench.api.answer_ok("true");
        bench.api.answer_error(409, "Conflict: terminated by other getUpdates request; make sure");
        CHECK(bench.failures.back().first == 2);
    }
    TEST_CASE(
        "a rival is not over when our short request succeeds, but when a long one has rested") {
        Bench bench;
        bench.start();
        bench.api.answer_ok("[]");
        bench.alarms.advance(50ms);
        CHECK(bench.successes == 1);
        for (int conflict = 1; conflict <= 3; ++conflict) {
            bench.end_by_rival();
            CHECK(bench.failures.back().first == conflict);
            bench.probe(33s);
            CHECK(bench.successes == 1);
        }
        bench.api.answer_ok("[]"); // nobody has ended it
        CHECK(bench.successes == 2);
        bench.alarms.advance(50ms);
        bench.end_by_rival();
        CHECK(bench.failures.back().first == 1);
    }
    TEST_CASE(
        "a message that comes before the rival does says nothing; half a minute of them does") {
        Bench bench;
        bench.start();
        bench.end_by_rival();
        bench.probe(33s);
        bench.alarms.advance(1s);
        bench.api.answer_ok(Bench::batch({10}));
        bench.acknowledge(10);
        CHECK(bench.successes == 0);
        bench.alarms.advance(29s);
        bench.api.answer_ok(Bench::batch({11}));
        CHECK(bench.successes == 1);
    }
    TEST_CASE("a webhook that is set again and again is counted, too") {
        Bench bench;
        bench.start();
        for (int conflict = 1; conflict <= 3; ++conflict) {
            bench.api.answer_error(409, "Conflict: can't use getUpdates while webhook is active");
            CHECK(bench.failures.back() == std::pair(conflict, Milliseconds(1000)));
            bench.probe(1s);
        }
        CHECK(bench.successes == 0);
    }
    TEST_CASE("429 waits for retry_after and a little more") {
        Bench bench;
        bench.start();
        bench.api.answer_error(429, "Too Many Requests", R"({"retry_after":10})");
        bench.alarms.advance(9999ms);
        CHECK(bench.polls() == 1);
        bench.alarms.advance(1001ms);
        CHECK(bench.polls() == 2);
    }
    TEST_CASE("other failures pause 1, 2, 4 … 30 s with jitter, and a success forgets them") {
        Bench bench;
        bench.start();
        for (int i = 0; i < 7; ++i) {
            i % 2 == 0 ? bench.api.lose()
                       : bench.api.answer(read_answer(502, "<html>", std::nullopt));
            bench.alarms.advance(36s);
        }
        const std::vector<int> expected{1, 2, 4, 8, 16, 30, 30};
        REQUIRE(bench.failures.size() == 7);
        for (std::size_t i = 0; i < 7; ++i) {
            CHECK(bench.failures[i].first == static_cast<int>(i) + 1);
            CHECK(bench.failures[i].second >= Milliseconds(expected[i] * 800));
            CHECK(bench.failures[i].second <= Milliseconds(expected[i] * 1200));
        }
        bench.api.answer_ok("[]");
        bench.alarms.advance(50ms);
        bench.api.refuse_connection();
        CHECK(bench.failures.back().first == 1);
    }
    TEST_CASE("after a failure the next request proves the connection before it rests") {
        Bench bench;
        bench.start();
        bench.api.answer_ok("[]");
        bench.alarms.advance(50ms);
        bench.api.lose();
        bench.alarms.advance(2s);
        CHECK(bench.api.last().body.contains(R"("timeout":0)"));
    }
    TEST_CASE("stopping aborts the request and confirms nothing") {
        Bench bench;
        bench.start();
        bench.poll.stop();
        CHECK(bench.api.open() == 0);
        bench.alarms.advance(1h);
        CHECK(bench.polls() == 1);
        CHECK(bench.offsets.empty());
    }
}
