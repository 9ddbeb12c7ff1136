// The real worker against a Bot API server and a supervisor (stage.h).
#include "tests/unit/workers/telegram/stage.h"

#include <doctest/doctest.h>

#include <signal.h>

#include <algorithm>
#include <cstdio>

using namespace openclaw;
using namespace openclaw::telegram::stage;
using namespace std::chrono_literals;

namespace {

using Lines = std::vector<std::string>;

// Without Node there is no server: say so where nobody can miss it, once.
bool is_possible() {
    static const bool possible = [] {
        if (has_node()) return true;
        fputs("SKIPPED: the Telegram worker's process tests need node (apt-get install nodejs)\n",
              stderr);
        return false;
    }();
    return possible;
}

Lines methods_of(const std::string& calls) {
    const auto document = json::Document::parse(calls);
    Lines methods;
    document->root()["calls"].each_element([&](json::View call) {
        methods.emplace_back(call["method"].text());
        return true;
    });
    return methods;
}

} // namespace

TEST_SUITE("workers/telegram/process") {
    TEST_CASE("it starts: who am I, no webhook, a first poll, and the menu beside it") {
        if (!is_possible()) return;
        Stage stage;
        stage.begin_connected();
        stage.until("the menu", [&] { return !stage.state_of("menu").empty(); });
        const auto methods = methods_of(stage.calls("since=0"));
        CHECK(Lines(methods.begin(), methods.begin() + 2) == Lines{"getMe", "deleteWebhook"});
        CHECK(std::ranges::count(methods, "setMyCommands") == 2);
        const auto first_poll = stage.call_at("method=getUpdates", 0);
        CHECK(first_poll.root()["params"]["timeout"].integer(-1) == 0);
        CHECK_FALSE(first_poll.root()["params"]["offset"]);
        CHECK_FALSE(stage.calls("since=0").contains("\"drop_pending_updates\":true"));
        CHECK(stage.frames.front().has_hello());
        CHECK(stage.frames[1].has_ready());
    }
    TEST_CASE("a message is told once, and the offset moves with its acknowledgement") {
        if (!is_possible()) return;
        Stage stage;
        stage.acknowledges = false;
        stage.begin_connected();
        stage.control("POST /message", R"({"chat_id":5001,"text":"hello"})");
        stage.until("the message", [&] { return stage.event_ids().size() == 1; });
        stage.for_a_while(300ms);
        CHECK(stage.control("GET /updates?summary=1").contains("\"confirmed\":0"));
        const auto polls = stage.count("method=getUpdates");
        stage.acknowledge(stage.event_ids().front());
        stage.until("the next poll", [&] { return stage.count("method=getUpdates") > polls; });
        CHECK(stage.control("GET /updates?summary=1").contains("\"confirmed\":1"));
        const auto offset = std::to_string(std::stoll(stage.event_ids().front()) + 1);
        CHECK(stage.calls("method=getUpdates").contains("\"offset\":" + offset));
    }
    TEST_CASE("killed before the acknowledgement, its next life tells the message again") {
        if (!is_possible()) return;
        Stage stage;
        stage.acknowledges = false;
        stage.begin_connected();
        stage.control("POST /message", R"({"chat_id":5001,"text":"hello"})");
        stage.until("the message", [&] { return stage.event_ids().size() == 1; });
        stage.kill(SIGKILL);
        stage.end_worker();
        stage.begin();
        stage.until("the message again", [&] { return stage.event_ids().size() == 2; });
        CHECK(stage.event_ids()[0] == stage.event_ids()[1]);
    }
    TEST_CASE("an answer goes out in parts, each acknowledged before the next") {
        if (!is_possible()) return;
        Stage stage;
        stage.begin_connected(R"(,"textChunkLimit":100)");
        stage.answer(std::string(80, 'a') + "\n\n" + std::string(80, 'b') + "\n\n**end**");
        stage.until("two parts", [&] { return stage.deliveries().size() == 4; });
        CHECK(stage.deliveries() ==
              Lines{"DISPATCHING 0/2", "SENT 0/2", "DISPATCHING 1/2", "SENT 1/2"});
        CHECK(stage.control("GET /chat?chat_id=5001").contains("bbbb\\n\\nend"));
    }
    TEST_CASE("429 is waited out and the answer arrives") {
        if (!is_possible()) return;
        Stage stage;
        stage.begin_connected();
        stage.control("POST /faults",
                      R"({"method":"sendMessage","kind":"status","status":429,"retry_after":1})");
        stage.answer("patience");
        stage.until("the answer", [&] { return stage.delivery(wire::Delivery::SENT) != nullptr; });
        const auto first = stage.call_at("method=sendMessage", 0).root()["at"].integer();
        const auto second = stage.call_at("method=sendMessage", 1).root()["at"].integer();
        CHECK(second - first >= 1000);
    }
    TEST_CASE("a reply that is lost is an unknown fate, reported once and not repeated") {
        if (!is_possible()) return;
        Stage stage;
        stage.begin_connected();
        stage.control("POST /faults", R"({"method":"sendMessage","kind":"dropReply"})");
        stage.answer("perhaps");
        stage.until("the report",
                    [&] { return stage.delivery(wire::Delivery::UNKNOWN) != nullptr; });
        stage.for_a_while(500ms);
        CHECK(stage.count("method=sendMessage") == 1);
        CHECK(stage.deliveries() == Lines{"DISPATCHING 0/1", "UNKNOWN 0/1"});
    }
    TEST_CASE("a stream shows a preview, edits it, and ends in it") {
        if (!is_possible()) return;
        Stage stage;
        stage.begin_connected();
        stage.stream("The first thirty characters of an answer");
        stage.until("the preview", [&] { return stage.preview_id() != ""; });
        stage.stream("The first thirty characters of an answer that goes on");
        stage.until("an edit", [&] { return stage.count("method=editMessageText") == 1; });
        stage.answer("The first thirty characters of an answer that is whole.");
        stage.until("the answer", [&] { return stage.delivery(wire::Delivery::SENT) != nullptr; });
        CHECK(stage.count("method=sendMessage") == 1);
        const auto chat = *json::Document::parse(stage.control("GET /chat?chat_id=5001"));
        CHECK(chat.root()["messages"].size() == 1);
        CHECK(chat.root()["messages"].at(0)["text"].text() ==
              "The first thirty characters of an answer that is whole.");
    }
    TEST_CASE("a webhook set elsewhere is removed and polling goes on") {
        if (!is_possible()) return;
        Stage stage;
        stage.begin_connected();
        stage.control(
            "POST /faults",
            R"({"method":"getUpdates","kind":"status","status":409,"description":"Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"})");
        stage.control("POST /kill-polls");
        stage.until("a second removal", [&] { return stage.count("method=deleteWebhook") == 2; });
        stage.control("POST /message", R"({"chat_id":5001,"text":"hello"})");
        stage.until("the message", [&] { return stage.event_ids().size() == 1; });
    }
    TEST_CASE("another poller is not fought with") {
        if (!is_possible()) return;
        Stage stage;
        stage.begin_connected();
        stage.until("a poll that rests",
                    [&] { return stage.control("GET /state").contains("\"polling\":{"); });
        const auto polls = stage.count("method=getUpdates");
        stage.control("POST /rival-poll");
        stage.for_a_while(1500ms);
        CHECK(stage.count("method=getUpdates") == polls);
        CHECK(stage.status() == "DEGRADED conflict");
        CHECK_FALSE(stage.ended());
    }
    TEST_CASE("a bad token ends it with a sentence for the operator, and without polling") {
        if (!is_possible()) return;
        for (const auto* token : {"654321:WRONG-TOKEN-abcdefghijklmnopqrstuvw", "654321:x"}) {
            Stage stage;
            stage.begin(token);
            stage.until("its end", [&] { return stage.is_over(); });
            CHECK(stage.ended()->code == 79);
            CHECK(stage.count("method=getUpdates") == 0);
            CHECK(stage.status() == "NEEDS_OPERATOR auth_failed");
            const auto fault = std::ranges::find_if(
                stage.frames, [](const auto& frame) { return frame.has_fault(); });
            REQUIRE(fault != stage.frames.end());
            CHECK(fault->fault().code() == "auth_failed");
            CHECK(fault->fault().cause() == wire::CAUSE_NEEDS_OPERATOR);
            CHECK_FALSE(fault->fault().sentence().contains(token));
        }
    }
    TEST_CASE("a token that cannot be one ends it as a configuration fault") {
        if (!is_possible()) return;
        Stage stage;
        stage.begin("not a token");
        stage.until("its end", [&] { return stage.is_over(); });
        CHECK(stage.ended()->code == 78);
    }
    TEST_CASE("draining aborts the poll, finishes the answer on its way, and leaves") {
        if (!is_possible()) return;
        Stage stage;
        stage.begin_connected();
        stage.control("POST /faults", R"({"method":"sendMessage","kind":"delay","delayMs":300})");
        stage.answer("last words");
        stage.drain();
        stage.until("its end", [&] { return stage.is_over(); });
        CHECK(stage.ended()->code == 0);
        CHECK(stage.deliveries() == Lines{"DISPATCHING 0/1", "SENT 0/1"});
        CHECK(stage.frames.back().has_drained());
    }
    TEST_CASE("its next life polls from the offset it remembered, for the same bot only") {
        if (!is_possible()) return;
        for (const bool same : {true, false}) {
            Stage stage;
            stage.begin(bot_token, "",
                        {{"poll", std::string(R"({"offset":77,"bot_id":)") +
                                      (same ? "123456" : "654321") + "}"}});
            stage.until("the first poll", [&] { return stage.count("method=getUpdates") > 0; });
            const auto poll = stage.call_at("method=getUpdates", 0);
            CHECK(poll.root()["params"]["offset"].integer(0) == (same ? 77 : 0));
        }
    }
}
