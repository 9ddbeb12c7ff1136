#include "supervisor/flow/alert_text.h"
#include "supervisor/flow/alerts.h"
#include "tests/unit/supervisor/flow/stage.h"

using namespace openclaw;
using namespace openclaw::flow;
using namespace openclaw::flow::test;
using policy::Ailment;
using policy::Judged;
using policy::Level;

namespace {

constexpr std::string_view three_accounts = R"({
  gateway: { alerts: { downForMs: 60 } },
  channels: { echo: { dmPolicy: "allowlist", accounts: {
    sick: { allowFrom: ["1"] }, well: { allowFrom: ["7"] }, other: { allowFrom: ["8"] } } } } })";

Judged account(const std::string& name, Level level, Ailment ailment = Ailment::none,
               std::int64_t since_ms = 0) {
    return {.id = "echo:" + name,
            .label = "Echo",
            .channel = "echo",
            .account = name,
            .verdict = {.level = level,
                        .ailment = ailment,
                        .reason = "its platform does not answer",
                        .since_ms = since_ms}};
}

struct Ward : Stage {
    explicit Ward(const std::filesystem::path& directory, std::string_view config = three_accounts)
        : Stage(directory, config) {
        all = {account("sick", Level::ok), account("well", Level::ok),
               account("other", Level::unknown, Ailment::off)};
        alerts = std::make_unique<Alerts>(*rooms, *deliveries, [this] { return all; });
    }

    void falls_ill(Ailment ailment = Ailment::silence) {
        all[0] = account("sick", Level::down, ailment, loop.clock().unix_ms());
        alerts->look_soon();
    }

    void recovers() {
        all[0] = account("sick", Level::ok);
        alerts->look_soon();
    }

    // What the owner reads next, over `end`.
    std::string reads(FarEnd& end) {
        const auto frame = expect(end, wire::Frame::kOutbound);
        CHECK(frame.outbound().retry_class() == wire::RETRY_NEVER_TWICE);
        CHECK(frame.outbound().notice());
        last_action = frame.outbound().action_id();
        last_chat = frame.outbound().chat().id();
        return frame.outbound().markdown().inline_text();
    }

    void is_delivered(FarEnd& end) {
        end.says(delivery(last_action, wire::Delivery::DISPATCHING));
        end.says(delivery(last_action, wire::Delivery::SENT));
        expect(end, wire::Frame::kDeliveryAck);
    }

    // The platform does not know the person, or was told to stay away.
    void is_refused(FarEnd& end) {
        end.says(delivery(last_action, wire::Delivery::DISPATCHING));
        auto refused = delivery(last_action, wire::Delivery::FAILED);
        refused.mutable_delivery()->set_permanent(true);
        refused.mutable_delivery()->set_error_code("blocked");
        end.says(refused);
        expect(end, wire::Frame::kDeliveryAck);
    }

    // The account at `place` is judged anew.
    void becomes(std::size_t place, Level level, Ailment ailment = Ailment::none) {
        all[place] = account(all[place].account, level, ailment, loop.clock().unix_ms());
        alerts->look_soon();
    }

    // It is recorded, and waits for its account's worker.
    void waits_for_its_worker() {
        turn_until([&] { return deliveries->waiting_count() == 1; });
        let_writes_settle();
    }

    // Long enough for anything that would be said to be said.
    void time_passes(Milliseconds span = Milliseconds(250)) {
        bool is_over = false;
        Timer timer(loop);
        timer.start(span, [&] { is_over = true; });
        turn_until([&] { return is_over; });
        let_writes_settle();
    }

    bool hears_nothing(const FarEnd& end) {
        time_passes();
        for (auto frame = end.hears(); frame; frame = end.hears())
            if (frame->has_outbound()) return false;
        return true;
    }

    std::vector<Judged> all;
    std::unique_ptr<Alerts> alerts;
    std::string last_action, last_chat;
};

} // namespace

TEST_SUITE("flow/alerts") {
    TEST_CASE("an account that stays down is told of once, over another, and so is its return") {
        Scratch scratch;
        Ward ward(scratch.path);
        auto& well = ward.connect("echo:well");
        ward.falls_ill();
        const auto text = ward.reads(well);
        CHECK(text.starts_with("⚠️ Echo account \"sick\" is down, for "));
        CHECK(text.contains(" s now: its platform does not answer."));
        CHECK(text.contains("openclaw workers show echo:sick"));
        CHECK(ward.last_chat == "7");
        ward.is_delivered(well);
        ward.alerts->look_soon();
        CHECK(ward.hears_nothing(well));
        ward.recovers();
        CHECK(ward.reads(well).starts_with("✅ Echo account \"sick\" is back after "));
        ward.is_delivered(well);
        CHECK(ward.hears_nothing(well));
        CHECK(ward.alerts->open_count() == 0);
    }
    TEST_CASE("what only a person can help is told at once") {
        Scratch scratch;
        Ward ward(scratch.path, R"({ channels: { echo: { accounts: {
            sick: { allowFrom: ["1"] }, well: { allowFrom: ["7"] } } } } })"); // five minutes
        auto& well = ward.connect("echo:well");
        ward.falls_ill(Ailment::needs_operator);
        CHECK(ward.reads(well).starts_with("⚠️ Echo account \"sick\" needs you"));
    }
    TEST_CASE("an account that is back before its time is not worth a word") {
        Scratch scratch;
        Ward ward(scratch.path);
        auto& well = ward.connect("echo:well");
        ward.falls_ill();
        ward.turn_until([&] { return ward.alerts->open_count() == 1; });
        ward.recovers();
        ward.turn_until([&] { return ward.alerts->open_count() == 0; });
        CHECK(ward.hears_nothing(well));
    }
    TEST_CASE("a restart neither forgets an incident nor tells of it again") {
        Scratch scratch;
        std::int64_t since = 0;
        {
            Ward before(scratch.path);
            auto& well = before.connect("echo:well");
            before.falls_ill();
            since = before.all[0].verdict.since_ms;
            before.reads(well);
            before.is_delivered(well);
            before.let_writes_settle();
        }
        Ward after(scratch.path);
        auto& well = after.connect("echo:well");
        after.all[0] = account("sick", Level::unknown, Ailment::starting); // nothing is known yet
        after.alerts->look_soon();
        CHECK(after.hears_nothing(well));
        after.falls_ill();
        CHECK(after.hears_nothing(well));
        after.recovers();
        const auto text = after.reads(well);
        CHECK(text.starts_with("✅ Echo account \"sick\" is back after "));
        CHECK(after.last_action == "alert:echo:sick:" + std::to_string(since) + ":back");
    }
    TEST_CASE("killed between the record and the sending, it is sent once") {
        Scratch scratch;
        {
            Ward before(scratch.path);
            before.falls_ill(); // nobody is connected: it is recorded and waits
            before.turn_until([&] { return before.deliveries->waiting_count() == 1; });
            before.let_writes_settle();
        }
        Ward after(scratch.path);
        after.recover();
        auto& well = after.connect("echo:well");
        after.falls_ill();
        CHECK(after.reads(well).contains("is down"));
        after.is_delivered(well);
        CHECK(after.hears_nothing(well));
    }
    TEST_CASE("killed while it was on its way, it is not sent again") {
        Scratch scratch;
        {
            Ward before(scratch.path);
            auto& well = before.connect("echo:well");
            before.falls_ill();
            before.reads(well);
            well.says(delivery(before.last_action, wire::Delivery::DISPATCHING));
            before.time_passes();
            well.sends(before.last_action); // it has left, and everything dies
        }
        Ward after(scratch.path);
        after.recover();
        auto& well = after.connect("echo:well");
        after.falls_ill();
        CHECK(after.hears_nothing(well));
    }
    TEST_CASE("when nobody can be told it is told as soon as somebody can") {
        Scratch scratch;
        Ward ward(scratch.path);
        ward.all[1] = account("well", Level::down, Ailment::silence, 1);
        auto& well = ward.connect("echo:well");
        ward.falls_ill();
        CHECK(ward.hears_nothing(well));
        ward.all[1] = account("well", Level::ok);
        ward.alerts->look_soon();
        CHECK(ward.reads(well).contains("\"sick\" is down"));
    }
    TEST_CASE("a contact that cannot be reached is not the last") {
        Scratch scratch;
        Ward ward(scratch.path);
        ward.all[2] = account("other", Level::ok);
        auto& well = ward.connect("echo:well");
        auto& other = ward.connect("echo:other");
        ward.falls_ill();
        ward.reads(well);
        ward.is_refused(well);
        CHECK(ward.reads(other).contains("is down"));
        CHECK(ward.last_chat == "8");
    }
    TEST_CASE("a contact that refuses after a restart is followed by the next") {
        Scratch scratch;
        {
            Ward before(scratch.path);
            before.falls_ill();
            before.waits_for_its_worker();
        }
        Ward after(scratch.path);
        after.all[2] = account("other", Level::ok);
        after.recover();
        auto& other = after.connect("echo:other");
        after.falls_ill();
        CHECK(after.hears_nothing(other));
        auto& well = after.connect("echo:well");
        after.reads(well);
        after.is_refused(well);
        CHECK(after.reads(other).contains("is down"));
    }
    TEST_CASE("a refusal that came before anybody looked again is found in the ledger") {
        Scratch scratch;
        {
            Ward before(scratch.path);
            before.falls_ill();
            before.waits_for_its_worker();
        }
        Ward after(scratch.path);
        after.all[2] = account("other", Level::ok);
        after.recover();
        auto& well = after.connect("echo:well");
        after.reads(well);
        after.is_refused(well); // nothing is known of the sick one yet
        auto& other = after.connect("echo:other");
        after.falls_ill();
        CHECK(after.reads(other).contains("is down"));
    }
    TEST_CASE("a note goes another way when the account it waits for falls ill") {
        Scratch scratch;
        Ward ward(scratch.path);
        ward.falls_ill();
        ward.waits_for_its_worker();
        ward.becomes(1, Level::degraded, Ailment::silence);
        ward.becomes(2, Level::ok);
        auto& other = ward.connect("echo:other");
        CHECK(ward.reads(other).contains("\"sick\" is down"));
        ward.is_delivered(other);
        auto& well = ward.connect("echo:well");
        ward.becomes(1, Level::ok);
        CHECK(ward.hears_nothing(well)); // it was withdrawn there
        ward.recovers();
        CHECK(ward.reads(well).contains("is back after"));
    }
    TEST_CASE(
        "a note that was not sent is withdrawn when all is well again, and the outage is told "
        "in one") {
        Scratch scratch;
        Ward ward(scratch.path);
        ward.falls_ill();
        ward.waits_for_its_worker();
        ward.recovers();
        ward.turn_until([&] { return ward.alerts->open_count() == 0; });
        auto& well = ward.connect("echo:well");
        CHECK(ward.reads(well).starts_with("✅ Echo account \"sick\" was down for "));
        ward.is_delivered(well);
        CHECK(ward.hears_nothing(well));
    }
    TEST_CASE("a note that is with its worker when all is well again is waited for, then \"back\" "
              "follows") {
        Scratch scratch;
        Ward ward(scratch.path);
        auto& well = ward.connect("echo:well");
        ward.falls_ill();
        CHECK(ward.reads(well).contains("is down"));
        ward.recovers();
        CHECK(ward.hears_nothing(well));
        ward.is_delivered(well);
        CHECK(ward.reads(well).contains("is back after"));
    }
    TEST_CASE("who refused to hear that it is down is not told that it is back") {
        Scratch scratch;
        Ward ward(scratch.path);
        auto& well = ward.connect("echo:well");
        ward.falls_ill();
        for (int i = 0; i < 3; ++i) {
            CHECK(ward.reads(well).contains("is down"));
            ward.is_refused(well);
        }
        CHECK(ward.hears_nothing(well)); // three are enough
        ward.recovers();
        const auto text = ward.reads(well);
        CHECK(text.contains("was down for "));
        CHECK_FALSE(text.contains("is back after"));
    }
    TEST_CASE("an outage that turns out to need a person is told once more, once") {
        Scratch scratch;
        std::string first, second;
        {
            Ward before(scratch.path);
            auto& well = before.connect("echo:well");
            before.falls_ill();
            CHECK(before.reads(well).contains("is down"));
            first = before.last_action;
            before.is_delivered(well);
            before.let_writes_settle();
        }
        Ward ward(scratch.path); // a restart between the two changes nothing
        auto& well = ward.connect("echo:well");
        ward.falls_ill(Ailment::needs_operator);
        CHECK(ward.reads(well).contains("needs you"));
        CHECK(ward.last_action != first);
        ward.is_delivered(well);
        ward.falls_ill(Ailment::silence);
        CHECK(ward.hears_nothing(well));
        ward.falls_ill(Ailment::needs_operator);
        CHECK(ward.hears_nothing(well));
        ward.recovers();
        CHECK(ward.reads(well).contains("is back after"));
    }
    TEST_CASE("the only account tells itself how long it was down") {
        Scratch scratch;
        Ward ward(scratch.path);
        ward.all.resize(1);
        ward.falls_ill();
        ward.time_passes();
        auto& sick = ward.connect("echo:sick");
        CHECK(ward.hears_nothing(sick));
        ward.recovers();
        const auto text = ward.reads(sick);
        CHECK(text.starts_with("✅ Echo account \"sick\" was down for "));
        CHECK(text.ends_with(" and is back. Nobody could be told before."));
        CHECK(ward.last_chat == "1");
        ward.is_delivered(sick);
        CHECK(ward.hears_nothing(sick));
        CHECK(ward.alerts->open_count() == 0);
    }
    TEST_CASE("an outage of all is told of the first that is back, over a restart too") {
        Scratch scratch;
        {
            Ward before(scratch.path);
            before.all[1] = account("well", Level::down, Ailment::silence, 1);
            before.falls_ill();
            before.time_passes();
        }
        Ward after(scratch.path);
        after.all[1] = account("well", Level::degraded, Ailment::silence);
        auto& sick = after.connect("echo:sick");
        after.recovers();
        CHECK(after.reads(sick).contains("\"sick\" was down for "));
    }
    TEST_CASE(
        "what needed a person for a moment only, and nobody could hear, is not worth a word") {
        Scratch scratch;
        Ward ward(scratch.path,
                  R"({ channels: { echo: { accounts: { sick: { allowFrom: ["1"] } } } } })");
        ward.all.resize(1);
        auto& sick = ward.connect("echo:sick");
        ward.falls_ill(Ailment::needs_operator);
        ward.turn_until([&] { return ward.alerts->open_count() == 1; });
        ward.recovers();
        ward.turn_until([&] { return ward.alerts->open_count() == 0; });
        CHECK(ward.hears_nothing(sick));
    }
    TEST_CASE("an incident of an older build counts as heard when it was told") {
        const auto old = Incident::of(R"({"sinceMs":5,"told":true})");
        CHECK(old.since_ms == 5);
        CHECK(old.is_heard);
        CHECK(old.told_as == Incident::down);
        CHECK_FALSE(Incident::of(R"({"sinceMs":5,"told":false})").is_heard);
    }
    TEST_CASE("the record of an incident says what it said") {
        Incident incident{.since_ms = 7,
                          .told_as = std::string(Incident::needs_you),
                          .action = "alert:a:7:down:1",
                          .is_heard = true,
                          .is_due = true,
                          .refusals = 2,
                          .notes = 3};
        const auto again = Incident::of(incident.record());
        CHECK(again.since_ms == 7);
        CHECK(again.told_as == Incident::needs_you);
        CHECK(again.action == "alert:a:7:down:1");
        CHECK(again.is_heard);
        CHECK(again.is_due);
        CHECK(again.refusals == 2);
        CHECK(again.notes == 3);
    }
    TEST_CASE("an account that is switched off, or alerts that are, owe nobody anything") {
        Scratch scratch;
        Ward ward(scratch.path);
        auto& well = ward.connect("echo:well");
        ward.falls_ill();
        ward.turn_until([&] { return ward.alerts->open_count() == 1; });
        ward.all[0] = account("sick", Level::unknown, Ailment::held);
        ward.alerts->look_soon();
        ward.turn_until([&] { return ward.alerts->open_count() == 0; });
        ward.decisions.now.gateway.alerts.enabled = false;
        ward.falls_ill();
        CHECK(ward.hears_nothing(well));
    }
    TEST_CASE("durations are said as people say them") {
        CHECK(how_long(40'000) == "40 s");
        CHECK(how_long(12 * 60'000) == "12 min");
        CHECK(how_long((3 * 60 + 5) * 60'000) == "3 h 5 min");
        CHECK(how_long(std::int64_t{(50 * 60)} * 60'000) == "2 d 2 h");
    }
}
