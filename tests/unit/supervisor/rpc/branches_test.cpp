// Other ways through a conversation: rewind, fork, branches, recover, compaction, groups.
#include "tests/unit/supervisor/rpc/fakes.h"

using namespace openclaw;
using namespace openclaw::test;

namespace {

constexpr const char* key = "agent:main:main";

void talk(Desk& desk) {
    desk.conversations.add(key, 5).settings.title = "About boats";
    desk.conversations.say("user", "first question");
    desk.conversations.say("assistant", "first answer");
    desk.conversations.say("user", "second question");
    desk.conversations.say("assistant", "second answer\nand more");
}

const ledger::Session& session(const Desk& desk, const std::string& of = key) {
    const auto* found = desk.conversations.find(of);
    REQUIRE(found != nullptr);
    return *found;
}

const rpc::Continuation& last_continuation(const Desk& desk) {
    REQUIRE_FALSE(desk.conversations.continuations.empty());
    return desk.conversations.continuations.back();
}

json::Document ask(Desk& desk, const std::string& method, const std::string& params) {
    return parsed(desk.ask(method, params));
}

} // namespace

TEST_SUITE("supervisor/rpc") {
    TEST_CASE("going back to a question takes it into the editor and leaves the rest as a branch") {
        Desk desk;
        talk(desk);
        const auto answer =
            ask(desk, "sessions.rewind", R"({"sessionKey":"main","entryId":"row-3"})");
        CHECK(answer.root()["payload"]["editorText"].text() == "second question");
        CHECK(session(desk).session_id != "sid-1");
        CHECK(last_continuation(desk).excerpt.session_id == "sid-1");
        CHECK(last_continuation(desk).excerpt.first_sequence == 1);
        CHECK(last_continuation(desk).excerpt.last_sequence == 2);
        REQUIRE(session(desk).settings.branches.size() == 1);
        const auto& left = session(desk).settings.branches.front();
        CHECK(left.session_id == "sid-1");
        CHECK(left.leaf_id == "row-4");
        CHECK(left.headline == "second answer");
        CHECK(left.rows == 4);
    }
    TEST_CASE("going back to an answer keeps it, and the editor stays empty") {
        Desk desk;
        talk(desk);
        const auto answer =
            ask(desk, "sessions.rewind", R"({"sessionKey":"main","entryId":"row-2"})");
        CHECK(answer.root()["ok"].boolean());
        CHECK_FALSE(answer.root()["payload"]["editorText"]);
        CHECK(last_continuation(desk).excerpt.last_sequence == 2);
    }
    TEST_CASE("nobody goes back under a run, or to what was never said") {
        Desk desk;
        talk(desk);
        auto refused = ask(desk, "sessions.rewind", R"({"sessionKey":"main","entryId":"row-9"})");
        CHECK(refused.root()["error"]["details"]["reason"].text() == "entry-not-found");
        desk.ask("chat.send", R"({"sessionKey":"main","message":"x","idempotencyKey":"r1"})");
        refused = ask(desk, "sessions.rewind", R"({"sessionKey":"main","entryId":"row-3"})");
        CHECK(refused.root()["error"]["details"]["reason"].text() == "session-busy");
        CHECK(desk.conversations.continuations.empty());
    }
    TEST_CASE("a fork is a session of its own that begins with what was said until there") {
        Desk desk;
        talk(desk);
        const auto answer =
            ask(desk, "sessions.fork", R"({"sessionKey":"main","entryId":"row-4"})");
        const std::string made(answer.root()["payload"]["sessionKey"].text());
        CHECK(made.starts_with("agent:main:dashboard:"));
        CHECK(last_continuation(desk).excerpt.last_sequence == 4);
        CHECK(session(desk, made).settings.parent_key == key);
        CHECK(session(desk, made).settings.title == "About boats");
        CHECK(session(desk).session_id == "sid-1"); // where it came from is as it was
        CHECK(session(desk).settings.branches.empty());
    }
    TEST_CASE("branches are listed with the present one first, and can be switched to") {
        Desk desk;
        talk(desk);
        desk.conversations.sessions.front().settings.branches.push_back(
            {"sid-0", "leaf-0", "another way", 7, 3});
        auto list = ask(desk, "sessions.branches.list", R"({"sessionKey":"main"})");
        auto branches = list.root()["payload"]["branches"];
        REQUIRE(branches.size() == 2);
        CHECK(branches.at(0)["leafEntryId"].text() == "row-4");
        CHECK(branches.at(0)["active"].boolean());
        CHECK(branches.at(1)["headline"].text() == "another way");
        CHECK(branches.at(1)["messageCount"].integer() == 7);
        const auto done = ask(desk, "sessions.branches.switch",
                              R"({"sessionKey":"main","leafEntryId":"leaf-0"})");
        CHECK(done.root()["payload"].size() == 0);
        CHECK(session(desk).session_id == "sid-0");
        REQUIRE(session(desk).settings.branches.size() == 1);
        CHECK(session(desk).settings.branches.front().session_id == "sid-1");
        const auto unknown = ask(desk, "sessions.branches.switch",
                                 R"({"sessionKey":"main","leafEntryId":"nowhere"})");
        CHECK_FALSE(unknown.root()["ok"].boolean());
    }
    TEST_CASE("no more than sixteen branches are remembered") {
        Desk desk;
        talk(desk);
        for (int i = 0; i < 20; ++i)
            desk.ask("sessions.rewind", R"({"sessionKey":"main","entryId":"row-3"})");
        CHECK(session(desk).settings.branches.size() == 16);
    }
    TEST_CASE("a question without an answer is asked again") {
        Desk desk;
        talk(desk);
        desk.conversations.say("user", "and then?");
        const auto answer = ask(desk, "sessions.recover", R"({"key":"main"})");
        CHECK(answer.root()["payload"]["continuation"]["status"].text() == "started");
        REQUIRE(desk.runs.begun.size() == 1);
        CHECK(desk.runs.begun[0]->request.message == "and then?");
        CHECK(last_continuation(desk).excerpt.last_sequence == 4); // not twice
    }
    TEST_CASE("where the last word is an answer there is nothing to recover") {
        Desk desk;
        talk(desk);
        const auto answer = ask(desk, "sessions.recover", R"({"key":"main"})");
        CHECK(answer.root()["payload"]["continuation"]["status"].text() == "rejected");
        CHECK(desk.runs.begun.empty());
    }
    TEST_CASE("a short conversation is not compacted") {
        Desk desk;
        talk(desk);
        const auto answer = ask(desk, "sessions.compact", R"({"key":"main"})");
        CHECK(answer.root()["ok"].boolean());
        CHECK_FALSE(answer.root()["payload"]["ok"].boolean());
        CHECK(answer.root()["payload"]["reason"].text() ==
              "Nothing to compact (session too small)");
        CHECK(desk.runs.begun.empty());
    }
    TEST_CASE(
        "a long one goes on with the agent's summary and the last rows, and can be had back") {
        Desk desk;
        talk(desk);
        for (int i = 0; i < 8; ++i)
            desk.conversations.say(i % 2 == 0 ? "user" : "assistant", "more");
        desk.ask("sessions.compact", R"({"key":"main"})");
        REQUIRE(desk.runs.begun.size() == 1);
        const auto id = desk.runs.begun[0]->request.run_id;
        desk.runs.start(id);
        desk.runs.speak(id, "they talked about boats");
        desk.runs.end(id, flow::RunStatus::completed, "stop");
        const auto answer = parsed(desk.owner->last());
        CHECK(answer.root()["payload"]["compacted"].boolean());
        const auto& rest = last_continuation(desk);
        REQUIRE(rest.opening.size() == 1);
        CHECK(rest.opening[0].text.ends_with("they talked about boats"));
        CHECK(rest.excerpt.first_sequence == 7);
        CHECK(rest.excerpt.last_sequence == 12);
        const std::string point(
            answer.root()["payload"]["result"]["checkpoint"]["checkpointId"].text());
        const auto list = ask(desk, "sessions.compaction.list", R"({"key":"main"})");
        CHECK(list.root()["payload"]["checkpoints"].at(0)["checkpointId"].text() == point);
        const auto back = ask(desk, "sessions.compaction.restore",
                              R"({"key":"main","checkpointId":")" + point + "\"}");
        CHECK(back.root()["payload"]["ok"].boolean());
        CHECK(last_continuation(desk).excerpt.session_id == "sid-1");
        CHECK(last_continuation(desk).excerpt.last_sequence == 12);
        const auto branch = ask(desk, "sessions.compaction.branch",
                                R"({"key":"main","checkpointId":")" + point + "\"}");
        CHECK(branch.root()["payload"]["sourceKey"].text() == key);
        CHECK(branch.root()["payload"]["key"].text() != key);
    }
    TEST_CASE("a summary that failed changes nothing") {
        Desk desk;
        talk(desk);
        for (int i = 0; i < 8; ++i)
            desk.conversations.say("user", "more");
        desk.ask("sessions.compact", R"({"key":"main"})");
        const auto id = desk.runs.begun[0]->request.run_id;
        desk.runs.start(id);
        desk.runs.end(id, flow::RunStatus::failed, "error");
        CHECK_FALSE(parsed(desk.owner->last()).root()["payload"]["compacted"].boolean());
        CHECK(desk.conversations.continuations.empty());
        CHECK(session(desk).session_id == "sid-1");
    }
    TEST_CASE("with a number of lines nobody is asked: the newest are kept") {
        Desk desk;
        talk(desk);
        const auto answer = ask(desk, "sessions.compact", R"({"key":"main","maxLines":2})");
        CHECK(answer.root()["payload"]["compacted"].boolean());
        CHECK(last_continuation(desk).opening.empty());
        CHECK(last_continuation(desk).excerpt.first_sequence == 3);
        CHECK(desk.runs.begun.empty());
    }
    TEST_CASE("groups keep the order they were given, and those that only sessions name follow") {
        Desk desk;
        desk.conversations.add("agent:main:a", 1).settings.category = "work";
        desk.conversations.add("agent:main:b", 2).settings.category = "zoo";
        auto put = ask(desk, "sessions.groups.put", R"({"names":["play","work","play"]})");
        auto groups = put.root()["payload"]["groups"];
        REQUIRE(groups.size() == 3);
        CHECK(groups.at(0)["name"].text() == "play");
        CHECK(groups.at(1)["name"].text() == "work");
        CHECK(groups.at(2)["name"].text() == "zoo");
        const auto moved = ask(desk, "sessions.groups.rename", R"({"name":"work","to":"duty"})");
        CHECK(moved.root()["payload"]["updatedSessions"].integer() == 1);
        CHECK(session(desk, "agent:main:a").settings.category == "duty");
        const auto gone = ask(desk, "sessions.groups.delete", R"({"name":"play"})");
        CHECK(gone.root()["payload"]["groups"].size() == 2);
        CHECK_FALSE(
            ask(desk, "sessions.groups.delete", R"({"name":"play"})").root()["ok"].boolean());
    }
}
