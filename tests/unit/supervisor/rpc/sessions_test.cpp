#include "tests/unit/supervisor/rpc/fakes.h"

#include <doctest/doctest.h>

using namespace openclaw;
using test::Desk;
using test::parsed;

namespace {

constexpr const char* key = "agent:main:chat";

std::string error_of(const std::string& frame) {
    return std::string(parsed(frame).root()["error"]["message"].text());
}

} // namespace

TEST_SUITE("supervisor/rpc") {
    TEST_CASE("sessions.patch keeps names and marks, tells watchers, and shows them in rows") {
        Desk desk;
        desk.conversations.add(key, 5);
        auto watcher = desk.join({"operator.read"});
        watcher->subscriptions.sessions = true;
        const auto answer = parsed(desk.ask(
            "sessions.patch",
            R"({"key":"agent:main:chat","label":"Tea","pinned":true,"icon":"T","unread":true})"));
        const auto entry = answer.root()["payload"]["entry"];
        CHECK(entry["label"].text() == "Tea");
        CHECK(entry["pinned"].boolean());
        CHECK(entry["unread"].boolean());
        CHECK(entry["icon"].text() == "T");
        CHECK(desk.conversations.find(key)->label == "Tea");
        const auto event = parsed(watcher->last());
        CHECK(event.root()["event"].text() == "sessions.changed");
        CHECK(event.root()["payload"]["reason"].text() == "patch");
        CHECK_FALSE(event.root()["payload"]["catalogChanged"]);
        desk.ask("sessions.patch", R"({"key":"agent:main:chat","unread":false,"label":null})");
        CHECK(desk.conversations.find(key)->label.empty());
        CHECK(desk.conversations.find(key)->settings.last_read_at_ms > 0);
    }
    TEST_CASE("a chosen model must be one that is configured, and watchers hear of it") {
        Desk desk;
        desk.facts.providers = {{.id = "fake", .models = {{.id = "fake-2", .name = "Two"}}}};
        desk.conversations.add(key, 5);
        auto watcher = desk.join({"operator.read"});
        watcher->subscriptions.sessions = true;
        CHECK(
            error_of(desk.ask("sessions.patch", R"({"key":"agent:main:chat","model":"fake/nope"})"))
                .starts_with("model not allowed: fake/nope"));
        const auto answer = parsed(
            desk.ask("sessions.patch", R"({"key":"agent:main:chat","model":"fake/fake-2"})"));
        CHECK(answer.root()["payload"]["resolved"]["model"].text() == "fake-2");
        CHECK(desk.conversations.find(key)->settings.model == "fake/fake-2");
        CHECK(parsed(watcher->last()).root()["payload"]["catalogChanged"].boolean());
    }
    TEST_CASE("what this build does not act on is refused, and needs admin besides") {
        Desk desk;
        desk.conversations.add(key, 5);
        CHECK(error_of(
                  desk.ask("sessions.patch", R"({"key":"agent:main:chat","thinkingLevel":"high"})"))
                  .contains("thinkingLevel is not something this build can change"));
        CHECK(
            parsed(desk.ask("sessions.patch", R"({"key":"agent:main:chat","thinkingLevel":null})"))
                .root()["ok"]
                .boolean());
        auto writer = desk.join({"operator.write"});
        const auto refused = parsed(desk.ask(*writer, "sessions.patch",
                                             R"({"key":"agent:main:chat","elevatedLevel":"on"})"));
        CHECK(refused.root()["error"]["details"]["missingScope"].text() == "operator.admin");
        CHECK(parsed(desk.ask(*writer, "sessions.patch",
                              R"({"key":"agent:main:chat","label":"mine"})"))
                  .root()["ok"]
                  .boolean());
    }
    TEST_CASE("a patch that expects another session than there is changes nothing") {
        Desk desk;
        desk.conversations.add(key, 5);
        const auto refused = parsed(
            desk.ask("sessions.patch",
                     R"({"key":"agent:main:chat","label":"x","expectedSessionId":"sid-9"})"));
        CHECK(refused.root()["error"]["details"]["reason"].text() == "session-changed");
        CHECK(desk.conversations.find(key)->label.empty());
    }
    TEST_CASE("sessions.create makes a session and starts its first run when told to") {
        Desk desk;
        const auto made = parsed(desk.ask(
            "sessions.create", R"({"key":"agent:main:new","label":"n","message":"hello"})"));
        const auto payload = made.root()["payload"];
        CHECK(payload["runStarted"].boolean());
        REQUIRE(desk.runs.begun.size() == 1);
        CHECK(payload["runId"].text() == desk.runs.begun[0]->request.run_id);
        CHECK(desk.runs.begun[0]->request.message == "hello");
        CHECK(payload["entry"]["createdVia"].text() == "operator");
        CHECK(error_of(desk.ask("sessions.create", R"({"key":"agent:main:new"})"))
                  .starts_with("session already exists"));
        CHECK(error_of(desk.ask("sessions.create", R"({"worktree":true})"))
                  .contains("worktree is not something this build can do"));
    }
    TEST_CASE("sessions.reset ends what runs and begins a new transcript") {
        Desk desk;
        desk.conversations.add(key, 5).settings.model = "fake/fake-1";
        desk.ask("chat.send",
                 R"({"sessionKey":"agent:main:chat","message":"hi","idempotencyKey":"r1"})");
        desk.runs.start("r1");
        const auto answer =
            parsed(desk.ask("sessions.reset", R"({"key":"agent:main:chat","reason":"new"})"));
        CHECK(answer.root()["payload"]["entry"]["sessionId"].text() != "sid-1");
        CHECK(desk.runs.find("r1")->status == flow::RunStatus::aborted);
        CHECK(desk.conversations.find(key)->settings.model == "fake/fake-1");
    }
    TEST_CASE("the main session cannot be deleted, others can, and watchers hear which id it was") {
        Desk desk;
        desk.conversations.add("agent:main:main", 5);
        desk.conversations.add(key, 5);
        auto watcher = desk.join({"operator.read"});
        watcher->subscriptions.sessions = true;
        CHECK(error_of(desk.ask("sessions.delete", R"({"key":"main"})")) ==
              "Cannot delete the main session (agent:main:main).");
        const auto answer = parsed(desk.ask("sessions.delete", R"({"key":"agent:main:chat"})"));
        CHECK(answer.root()["payload"]["deleted"].boolean());
        CHECK(desk.conversations.find(key) == nullptr);
        const auto event = parsed(watcher->last());
        CHECK(event.root()["payload"]["reason"].text() == "delete");
        CHECK(event.root()["payload"]["sessionId"].text() == "sid-1");
        const auto again = parsed(desk.ask("sessions.delete", R"({"key":"agent:main:chat"})"));
        CHECK_FALSE(again.root()["payload"]["deleted"].boolean(true));
    }
    TEST_CASE("archived sessions are listed when they are asked for") {
        Desk desk;
        desk.conversations.add(key, 5);
        desk.conversations.add("agent:main:old", 4);
        desk.ask("sessions.patch", R"({"key":"agent:main:old","archived":true})");
        const auto count = [&](const std::string& params) {
            return parsed(desk.ask("sessions.list", params)).root()["payload"]["count"].integer();
        };
        CHECK(count("{}") == 1);
        CHECK(count(R"({"archived":true})") == 1);
        CHECK(count(R"({"archived":"all"})") == 2);
    }
    TEST_CASE("sessions are resolved by key, label, id and the beginning of an id") {
        Desk desk;
        desk.conversations.add(key, 5).label = "Tea";
        const auto resolved = [&](const std::string& params) {
            return std::string(
                parsed(desk.ask("sessions.resolve", params)).root()["payload"]["key"].text());
        };
        CHECK(resolved(R"({"key":"agent:main:chat"})") == key);
        CHECK(resolved(R"({"label":"Tea"})") == key);
        CHECK(resolved(R"({"sessionId":"sid-1"})") == key);
        CHECK(resolved(R"({"shortId":"sid"})") == key);
        CHECK(error_of(desk.ask("sessions.resolve", R"({"key":"foo"})")) ==
              "No session found: foo");
        CHECK(parsed(desk.ask("sessions.resolve", R"({"key":"foo","allowMissing":true})"))
                  .root()["payload"]
                  .dump() == R"({"ok":false})");
    }
    TEST_CASE("groups are the categories of sessions, renamed and emptied as one") {
        Desk desk;
        desk.conversations.add(key, 5).settings.category = "work";
        desk.conversations.add("agent:main:b", 5).settings.category = "work";
        CHECK(parsed(desk.ask("sessions.groups.list"))
                  .root()["payload"]["groups"]
                  .at(0)["name"]
                  .text() == "work");
        desk.ask("sessions.groups.rename", R"({"name":"work","to":"play"})");
        CHECK(desk.conversations.find("agent:main:b")->settings.category == "play");
        desk.ask("sessions.groups.delete", R"({"name":"play"})");
        CHECK(desk.conversations.find(key)->settings.category.empty());
        CHECK(error_of(desk.ask("sessions.groups.delete", R"({"name":"play"})")) ==
              "no such group: play");
    }
    TEST_CASE("patchMany answers for each target by itself") {
        Desk desk;
        desk.conversations.add(key, 5);
        const auto answer = parsed(desk.ask(
            "sessions.patchMany",
            R"({"targets":[{"key":"agent:main:chat"},{"key":"agent:nobody:x"}],"patch":{"pinned":true}})"));
        const auto outcomes = answer.root()["payload"]["outcomes"];
        CHECK(outcomes.at(0)["ok"].boolean());
        CHECK_FALSE(outcomes.at(1)["ok"].boolean(true));
        CHECK(outcomes.at(1)["error"]["message"].text().contains("no longer exists"));
        CHECK(desk.conversations.find(key)->settings.pinned_at_ms > 0);
    }
    TEST_CASE("chat.inject tells a final with number 0 before the answer, the row after it") {
        Desk desk;
        desk.conversations.add(key, 5);
        auto watcher = desk.join({"operator.admin"});
        watcher->subscriptions.session_messages.insert(key);
        desk.ask(*watcher, "chat.inject",
                 R"({"sessionKey":"agent:main:chat","message":"note","label":"l"})");
        REQUIRE(watcher->frames.size() == 3);
        const auto event = parsed(watcher->frames[0]);
        CHECK(event.root()["payload"]["seq"].integer(-1) == 0);
        CHECK(event.root()["payload"]["message"]["content"].at(0)["text"].text() == "[l]\n\nnote");
        CHECK(parsed(watcher->frames[1]).root()["payload"]["ok"].boolean());
        CHECK(parsed(watcher->frames[2]).root()["event"].text() == "session.message");
    }
    TEST_CASE(
        "text attachments follow the message, images go with it, others are refused by name") {
        Desk desk;
        desk.ask(
            "chat.send",
            R"({"sessionKey":"main","message":"see","idempotencyKey":"r1","attachments":[{"type":"file","mimeType":"text/plain","fileName":"a.txt","content":"aGVsbG8="}]})");
        REQUIRE(desk.runs.begun.size() == 1);
        CHECK(desk.runs.begun[0]->request.message == "see\n\n[a.txt]\nhello");
        desk.ask(
            "chat.send",
            R"({"sessionKey":"main","message":"look","idempotencyKey":"r2","attachments":[{"mimeType":"image/png","fileName":"p.png","content":"data:image/png;base64,iVBORw0KGgoAAAA="}]})");
        REQUIRE(desk.runs.begun.size() == 2);
        const auto& request = desk.runs.begun[1]->request;
        CHECK(request.message == "look\n\n[image p.png, 11 bytes]");
        REQUIRE(request.images.size() == 1);
        CHECK(request.images[0].mime == "image/png");
        CHECK(
            error_of(
                desk.ask(
                    "chat.send",
                    R"({"sessionKey":"main","message":"see","idempotencyKey":"r3","attachments":[{"mimeType":"application/pdf","fileName":"p.pdf","content":"JVBERi0="}]})"))
                .starts_with("attachment \"p.pdf\" (application/pdf) is not supported"));
        CHECK(
            error_of(
                desk.ask(
                    "agent",
                    R"({"sessionKey":"main","message":"see","idempotencyKey":"r4","attachments":[{"mimeType":"image/png","fileName":"p.png","content":"!!"}]})"))
                .contains("is not base64"));
    }
    TEST_CASE("a picture needs no words, whichever method brings it") {
        Desk desk;
        const std::string picture =
            R"("message":" ","attachments":[{"fileName":"p.png","content":"iVBORw0KGgoAAAA="}]})";
        desk.ask("chat.send", R"({"sessionKey":"main","idempotencyKey":"r1",)" + picture);
        desk.ask("agent", R"({"sessionKey":"main","idempotencyKey":"r2",)" + picture);
        REQUIRE(desk.runs.begun.size() == 2);
        for (const auto* run : desk.runs.begun)
            CHECK(run->request.images.size() == 1);
        CHECK(error_of(desk.ask("agent", R"({"message":" ","idempotencyKey":"r3"})"))
                  .contains("must not be empty"));
    }
    TEST_CASE("attachments that are too large together are refused before they are read") {
        Desk desk;
        const auto sent = [&](std::size_t digits) {
            const std::string half(digits, '!'); // no base64: reading it would be another refusal
            return error_of(
                desk.ask("chat.send", R"({"sessionKey":"main","message":"x","idempotencyKey":"r1",)"
                                      R"("attachments":[{"content":")" +
                                          half + R"("},{"content":"data:image/png;base64,)" + half +
                                          "==\"}]}"));
        };
        constexpr std::size_t most = 19'464'192 / 2 / 3 * 4; // of each
        CHECK(sent(most).contains("is not base64"));
        CHECK(sent(most + 4).contains("more than 19464192 bytes"));
    }
    TEST_CASE("interrupt ends what runs; collect joins what waits; steer has its own turn") {
        Desk desk;
        desk.ask("chat.send", R"({"sessionKey":"main","message":"a","idempotencyKey":"r1"})");
        desk.runs.start("r1");
        desk.ask(
            "chat.send",
            R"({"sessionKey":"main","message":"b","idempotencyKey":"r2","queueMode":"collect"})");
        CHECK(desk.runs.find("r2")->request.joins_waiting);
        desk.ask(
            "chat.send",
            R"({"sessionKey":"main","message":"s","idempotencyKey":"s1","queueMode":"steer"})");
        CHECK_FALSE(desk.runs.find("s1")->request.joins_waiting);
        CHECK(desk.runs.find("r1")->status == flow::RunStatus::running);
        desk.ask(
            "chat.send",
            R"({"sessionKey":"main","message":"c","idempotencyKey":"r3","queueMode":"interrupt"})");
        CHECK(desk.runs.find("r1")->status == flow::RunStatus::aborted);
        CHECK_FALSE(desk.runs.find("r3")->is_over());
    }
    TEST_CASE("a message without a mode waits as the configuration says") {
        Desk desk;
        desk.facts.queue_mode = "collect";
        desk.ask("chat.send", R"({"sessionKey":"main","message":"a","idempotencyKey":"r1"})");
        CHECK(desk.runs.find("r1")->request.joins_waiting);
    }
}
