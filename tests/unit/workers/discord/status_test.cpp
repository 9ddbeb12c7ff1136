#include "tests/unit/workers/discord/scripted.h"
#include "workers/discord/sign_in.h"
#include "workers/discord/status.h"

using namespace openclaw;
using namespace openclaw::discord;
using namespace openclaw::discord::scripted;
using namespace std::chrono_literals;

namespace {

struct StatusBench {
    // "DEGRADED rate CAUSE_RATE"
    std::vector<std::string> told() const {
        std::vector<std::string> lines;
        for (const auto& frame : uplink.frames) {
            const auto& one = frame.channel_status();
            lines.push_back(wire::ChannelStatus::State_Name(one.state()) + " " + one.error_code() +
                            " " + wire::Cause_Name(one.cause()));
        }
        return lines;
    }

    ManualClock clock;
    FakeUplink uplink;
    Status status{clock, uplink};
};

struct Gate final : SignIn::Listener {
    void on_signed_in(const Identity& identity, const Granted&) override { me = identity; }

    void on_sign_in_failed(const Answer& answer, int in_a_row, Milliseconds next) override {
        failures.emplace_back(in_a_row, answer.trouble);
        pause = next;
    }

    std::optional<Identity> me;
    std::vector<std::pair<int, Trouble>> failures;
    Milliseconds pause{};
};

using Lines = std::vector<std::string>;

} // namespace

TEST_SUITE("workers/discord") {
    TEST_CASE("having to wait is told at the first failure of signing in, anything else at the "
              "second") {
        StatusBench bench;
        bench.status.not_signed_in(no_answer("connection refused", false), 1);
        CHECK(bench.told().empty());
        bench.status.not_signed_in(no_answer("connection refused", false), 2);
        CHECK(bench.told() == Lines{"DEGRADED network CAUSE_TRANSIENT"});
        StatusBench flood;
        flood.status.not_signed_in(too_early_answer(40s), 1);
        CHECK(flood.told() == Lines{"DEGRADED rate CAUSE_RATE"});
        CHECK(flood.uplink.frames[0].channel_status().detail().contains("slow down"));
    }
    TEST_CASE(
        "a wait for the next session is told with its length, and told anew when that changes") {
        StatusBench bench;
        bench.status.connected();
        bench.status.waiting_for_session(20s);
        bench.status.waiting_for_session(20s);
        bench.status.waiting_for_session(150s);
        bench.status.waiting_for_session(23h + 1s);
        bench.status.connected();
        CHECK(bench.told() == Lines{"CONNECTED  CAUSE_UNSPECIFIED", "DEGRADED rate CAUSE_RATE",
                                    "DEGRADED rate CAUSE_RATE", "DEGRADED rate CAUSE_RATE",
                                    "CONNECTED  CAUSE_UNSPECIFIED"});
        const auto detail = [&](std::size_t number) {
            return bench.uplink.frames[number].channel_status().detail();
        };
        CHECK(detail(1) ==
              "Discord allows a limited number of sessions a day; the next begins in 20 s");
        CHECK(detail(2).ends_with("in 3 min"));
        CHECK(detail(3).ends_with("in 24 h"));
    }
    TEST_CASE("the end of a connection is told with the cause of its row, and needs a person only "
              "where the worker gives up") {
        for (const auto& row : close_meanings()) {
            CAPTURE(row.code);
            StatusBench bench;
            bench.status.interrupted(row, 1);
            CHECK(bench.told().empty());
            bench.status.interrupted(row, 2);
            CHECK(bench.told() ==
                  Lines{"DEGRADED " + std::string(row.word) + " " + wire::Cause_Name(row.cause)});
            const bool gives_up =
                row.after == AfterClose::refused || row.after == AfterClose::give_up;
            CHECK((row.cause == wire::CAUSE_NEEDS_OPERATOR) == gives_up);
            CHECK((row.cause == wire::CAUSE_RATE) == (row.after == AfterClose::resume_later));
            CHECK(row.cause != wire::CAUSE_UNSPECIFIED);
        }
    }
    TEST_CASE("each failure has its cause: a refused token needs a person, a limit its time") {
        for (const auto& row : failure_rows()) {
            CAPTURE(row.status);
            CAPTURE(row.code);
            CHECK((row.cause == wire::CAUSE_NEEDS_OPERATOR) == (row.trouble == Trouble::auth));
            CHECK((row.cause == wire::CAUSE_RATE) == (row.trouble == Trouble::rate));
            CHECK(row.cause != wire::CAUSE_UNSPECIFIED);
        }
        const auto none = [](std::string_view) { return std::string_view(); };
        CHECK(read_answer(401, "{}", none).cause() == wire::CAUSE_NEEDS_OPERATOR);
        CHECK(read_answer(429, "{}", none).cause() == wire::CAUSE_RATE);
        CHECK(read_answer(502, "<html>", none).cause() == wire::CAUSE_TRANSIENT);
        CHECK(read_answer(200, "{", none).cause() == wire::CAUSE_TRANSIENT);
        CHECK(no_answer("reset", true).cause() == wire::CAUSE_TRANSIENT);
        CHECK(too_early_answer(1s).cause() == wire::CAUSE_RATE);
    }
    TEST_CASE("signing in says that it must wait, and waits that long") {
        ManualClock clock;
        FakeAlarms alarms(clock);
        FakeApi api;
        Gate gate;
        SignIn sign_in(alarms, api, gate);
        sign_in.begin();
        CHECK(api.last().comes_back); // else nobody would hear of the wait before it is over
        api.answer_error(429, 0, R"(,"retry_after":3600)");
        CHECK(gate.failures == std::vector{std::pair(1, Trouble::rate)});
        CHECK(gate.pause == 1h);
        alarms.advance(1h - 1ms);
        CHECK(api.made.size() == 1);
        alarms.advance(1ms);
        CHECK(api.made.size() == 2);
        api.answer_sent("900");
        CHECK(api.last().comes_back);
        api.answer_sent("901");
        REQUIRE(gate.me);
        CHECK(gate.me->application.text() == "901");
    }
}
