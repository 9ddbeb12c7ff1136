// What a person asks about a platform: of the worker, or answered here when there is none.
#include "supervisor/flow/questions.h"
#include "tests/unit/supervisor/flow/stage.h"

using namespace openclaw;
using namespace openclaw::flow;
using namespace openclaw::flow::test;

namespace {

constexpr std::string_view asked_config = R"({
  channels: {
    echo: { dmPolicy: "open", allowFrom: ["*"] },
    telegram: { botToken: "123456789:AAFabcdefghijklmnopqrstuvwxyz012345678",
                dmPolicy: "allowlist", allowFrom: ["tg:77", "88"],
                groups: { "-1001": {}, "*": {} } } },
  session: { dmScope: "per-channel-peer" } })";

template <class T>
struct Kept {
    std::optional<Result<T>> outcome;

    Answered<T> done() {
        return [this](Result<T> result) { outcome.emplace(std::move(result)); };
    }
};

struct Asked {
    Scratch scratch;
    Stage stage{scratch.path, asked_config};
    WorkerQuestions questions{*stage.rooms};

    wire::Frame heard(FarEnd& end) { return stage.expect(end, wire::Frame::kChannelQuery); }

    template <class T>
    Result<T> answer_of(Kept<T>& kept) {
        stage.loop.turn(false); // what was put off is told without an event to wait for
        stage.turn_until([&] { return kept.outcome.has_value(); });
        return *kept.outcome;
    }
};

wire::Frame answer_to(const wire::Frame& question) {
    wire::Frame frame;
    frame.set_re(question.id());
    frame.mutable_channel_answer();
    return frame;
}

const AccountName echo{.channel = "echo", .account = "default"};

} // namespace

TEST_SUITE("supervisor/flow") {
    TEST_CASE("a probe goes to the account's worker and comes back as a report") {
        Asked asked;
        auto& worker = asked.stage.connect("echo:default");
        Kept<ProbeReport> kept;
        asked.questions.probe(echo, "5", std::chrono::seconds(3), kept.done());
        const auto question = asked.heard(worker);
        CHECK(question.channel_query().within_ms() == 3000);
        CHECK(question.channel_query().probe().target().id() == "5");
        auto reply = answer_to(question);
        auto& facts = *reply.mutable_channel_answer()->mutable_probe();
        facts.set_identity("@bot");
        for (const auto* url : {"https://example.org", "javascript:alert(1)"}) {
            auto& link = *facts.add_links();
            link.set_name("invite");
            link.set_url(url);
        }
        worker.says(reply);
        const auto report = asked.answer_of(kept);
        REQUIRE(report);
        CHECK(report->identity == "@bot");
        REQUIRE(report->links.size() == 1); // only what a person may click on
        CHECK(report->links[0].second == "https://example.org");
    }
    TEST_CASE("a worker that is not there is an answer, with where to look") {
        Asked asked;
        Kept<ProbeReport> kept;
        asked.questions.probe(echo, {}, std::chrono::seconds(3), kept.done());
        CHECK_FALSE(kept.outcome.has_value()); // never from inside
        const auto report = asked.answer_of(kept);
        CHECK(report.error().code == Code::unavailable);
        CHECK(report.error().sentence.contains("openclaw workers show echo:default"));
        Kept<ActionReport> nobody;
        asked.questions.act({.channel = "signal", .account = ""}, {.name = "react"}, nobody.done());
        CHECK(asked.answer_of(nobody).error().code == Code::not_found);
    }
    TEST_CASE("a worker that ends while it is asked leaves nobody waiting, and frees its place") {
        Asked asked;
        asked.stage.connect("echo:default");
        std::vector<Kept<ProbeReport>> kept(WorkerQuestions::max_open);
        for (auto& one : kept)
            asked.questions.probe(echo, {}, std::chrono::seconds(9), one.done());
        Kept<ProbeReport> refused;
        asked.questions.probe(echo, {}, std::chrono::seconds(9), refused.done());
        CHECK(asked.answer_of(refused).error().code == Code::busy);
        asked.stage.dies("echo:default");
        for (auto& one : kept)
            CHECK(asked.answer_of(one).error().code == Code::unavailable);
        auto& next = asked.stage.connect("echo:default");
        Kept<ProbeReport> again;
        asked.questions.probe(echo, {}, std::chrono::seconds(9), again.done());
        CHECK(asked.heard(next).has_channel_query());
    }
    TEST_CASE("a worker that says nothing is given up when the time is over") {
        Asked asked;
        auto& worker = asked.stage.connect("echo:default");
        Kept<ProbeReport> kept;
        asked.questions.probe(echo, {}, Milliseconds(1), kept.done());
        const auto question = asked.heard(worker);
        const auto report = asked.answer_of(kept);
        CHECK(report.error().code == Code::timeout);
        worker.says(answer_to(question)); // late: dropped
        CHECK_FALSE(worker.misbehaved);
    }
    TEST_CASE("an action that the row does not have is not asked for") {
        Asked asked;
        auto& worker = asked.stage.connect("echo:default");
        Kept<ActionReport> kept;
        asked.questions.act(echo, {.name = "pin", .to = "1"}, kept.done());
        const auto report = asked.answer_of(kept);
        CHECK(report.error().code == Code::invalid);
        CHECK(report.error().sentence ==
              "message.action \"pin\" is not supported by echo; it has: send, react, edit, read");
        CHECK_FALSE(worker.hears());
    }
    TEST_CASE("a refusal keeps its meaning, and a result must be an object") {
        Asked asked;
        auto& worker = asked.stage.connect("echo:default");
        Kept<ActionReport> rate, result, no_object;
        asked.questions.act(echo, {.name = "edit", .to = "echo:1:topic:9", .message_id = "3"},
                            rate.done());
        const auto question = asked.heard(worker);
        CHECK(question.channel_query().action().chat().id() == "1");
        CHECK(question.channel_query().action().chat().thread_id() == "9");
        auto refusal = answer_to(question);
        refusal.mutable_channel_answer()->set_refusal(wire::ChannelAnswer::RATE);
        refusal.mutable_channel_answer()->set_sentence("slow down");
        refusal.mutable_channel_answer()->set_retry_after_ms(2000);
        worker.says(refusal);
        const auto refused = asked.answer_of(rate);
        CHECK(refused.error().code == Code::busy);
        CHECK(refused.error().sentence == "slow down");
        CHECK(refused.error().retry_after == std::chrono::seconds(2));
        for (auto* kept : {&result, &no_object}) {
            asked.questions.act(echo, {.name = "edit", .to = "1", .message_id = "3"}, kept->done());
            auto reply = answer_to(asked.heard(worker));
            auto& done = *reply.mutable_channel_answer()->mutable_action();
            done.set_message_id("3");
            done.mutable_result()->set_inline_text(kept == &result ? R"({"a":1})"
                                                                   : "a stranger's words");
            worker.says(reply);
        }
        CHECK(asked.answer_of(result)->result_json == R"({"a":1})");
        CHECK_FALSE(asked.answer_of(no_object));
    }
    TEST_CASE("a channel that can list its platform is asked, and held to the limit") {
        Asked asked;
        auto& worker = asked.stage.connect("echo:default");
        Kept<DirectoryReport> kept;
        asked.questions.look_up(echo, {.query = "an", .limit = 2}, kept.done());
        const auto question = asked.heard(worker);
        CHECK(question.channel_query().directory().kind() == wire::DirectoryLookup::PEERS);
        CHECK(question.channel_query().directory().query() == "an");
        auto reply = answer_to(question);
        for (const auto* id : {"1", "2", "3"})
            reply.mutable_channel_answer()->mutable_directory()->add_entries()->set_id(id);
        worker.says(reply);
        const auto report = asked.answer_of(kept);
        REQUIRE(report);
        CHECK(report->is_live);
        CHECK(report->rows.size() == 2);
        CHECK(report->has_more);
    }
    TEST_CASE("a channel that cannot is answered from whom the gateway has met") {
        Asked asked;
        asked.stage.book->store->commit(ledger::writes(asked.stage.book->pairings.allow(
                                            {.channel = "telegram",
                                             .account = "default",
                                             .sender_id = "99",
                                             .meta_json = R"({"name":"Ann Lee","handle":"ann"})"})),
                                        [](Result<void>) {});
        asked.stage.let_writes_settle();
        const AccountName telegram{.channel = "telegram", .account = ""};
        Kept<DirectoryReport> peers, sought, groups, members;
        asked.questions.look_up(telegram, {}, peers.done());
        asked.questions.look_up(telegram, {.query = "LEE"}, sought.done());
        asked.questions.look_up(telegram, {.kind = DirectoryQuestion::Kind::groups}, groups.done());
        asked.questions.look_up(telegram, {.kind = DirectoryQuestion::Kind::members},
                                members.done());
        std::string ids;
        const auto met = asked.answer_of(peers);
        for (const auto& row : met->rows)
            ids += row.id + " ";
        CHECK(ids == "99 77 88 ");
        CHECK_FALSE(peers.outcome->value().is_live);
        const auto found = asked.answer_of(sought);
        REQUIRE(found->rows.size() == 1);
        CHECK(found->rows[0].handle == "ann");
        REQUIRE(asked.answer_of(groups)->rows.size() == 1);
        CHECK(groups.outcome->value().rows[0].id == "-1001");
        CHECK(asked.answer_of(members)->note.contains("cannot list the members"));
    }
}
