#include "tests/unit/supervisor/rpc/door.h"

#include <doctest/doctest.h>

using namespace openclaw;
using test::connect_frame;
using test::Door;
using test::parsed;

TEST_SUITE("supervisor/rpc") {
    TEST_CASE("a client is challenged, says hello, and asks") {
        Door door;
        auto client = door.open();
        REQUIRE(client->wait_for_texts(1));
        const auto challenge = parsed(client->texts[0]);
        CHECK(challenge.root()["event"].text() == "connect.challenge");
        CHECK(challenge.root()["payload"]["nonce"].text().size() == 36);
        CHECK(challenge.root()["payload"]["ts"].is_integer());
        CHECK_FALSE(challenge.root()["seq"]);
        client->send_text(connect_frame());
        REQUIRE(client->wait_for_texts(2));
        const auto hello = parsed(client->texts[1]);
        const auto payload = hello.root()["payload"];
        CHECK(hello.root()["id"].text() == "c1");
        CHECK(payload["type"].text() == "hello-ok");
        CHECK(payload["protocol"].integer() == 4);
        CHECK(payload["server"]["connId"].text().size() == 36);
        CHECK(payload["auth"]["method"].text() == "token");
        CHECK(payload["auth"]["scopes"].dump() ==
              R"(["operator.admin","operator.read","operator.write"])");
        CHECK_FALSE(payload["auth"]["deviceToken"]);
        CHECK(
            payload["policy"].dump() ==
            R"({"maxPayload":26214400,"maxBufferedBytes":52428800,"tickIntervalMs":30000,"attachments":{"maxBytes":19464192,"maxImageBytes":6291456}})");
        CHECK(payload["snapshot"]["health"]["ok"].boolean());
        CHECK(payload["snapshot"]["presence"].at(0)["reason"].text() == "self");
        CHECK(payload["snapshot"]["configPath"].text() == "/etc/openclaw.json");
        CHECK(payload["snapshot"]["sessionDefaults"]["mainSessionKey"].text() == "agent:main:main");
        CHECK(payload["features"]["methods"].size() == door.table.rows().size());
        CHECK(payload["features"]["events"].size() == rpc::event_names().size());
        client->send_text(R"({"type":"req","id":"r1","method":"health"})");
        REQUIRE(client->wait_for_texts(3));
        CHECK(client->texts[2].starts_with(
            R"({"type":"res","id":"r1","ok":true,"payload":{"ok":true,)"));
        CHECK(door.events.count() == 1);
    }

    TEST_CASE("less than admin sees no paths in hello-ok") {
        Door door;
        auto client = door.open();
        client->send_text(connect_frame("s3cret", R"(["operator.read"])"));
        REQUIRE(client->wait_for_texts(2));
        CHECK_FALSE(parsed(client->texts[1]).root()["payload"]["snapshot"]["configPath"]);
    }

    TEST_CASE(
        "first messages that are no connect are closed as the protocol says") { // captures:
                                                                                // frames-and-protocol
        Door door;

        struct Row {
            std::string message;
            std::size_t answers;
            int code;
            std::string reason;
        };

        const std::string first = "invalid handshake: first request must be connect";
        for (const auto& row :
             {Row{"{not json", 0, 1000, ""},
              Row{R"({"hello":1})", 0, 1008, "invalid request frame"},
              Row{"[]", 0, 1008, "invalid request frame"},
              Row{R"({"type":"event","event":"x"})", 0, 1008, "invalid request frame"},
              Row{R"({"type":"req","id":"x1","method":"health"})", 1, 1008, first}}) {
            CAPTURE(row.message);
            auto client = door.open();
            client->send_text(row.message);
            REQUIRE(client->wait_for_close());
            CHECK(client->texts.size() == 1 + row.answers); // the challenge
            CHECK(client->close_code == row.code);
            CHECK(client->close_reason == row.reason);
        }
    }

    TEST_CASE("a refused connect is answered first and closed then") {
        Door door;
        auto client = door.open();
        client->send_text(connect_frame("wrong"));
        REQUIRE(client->wait_for_close());
        REQUIRE(client->texts.size() == 2);
        CHECK(client->texts[1].contains("AUTH_TOKEN_MISMATCH"));
        CHECK(client->close_code == 1008);
        CHECK(client->close_reason ==
              "unauthorized: gateway token mismatch (provide gateway auth token)");
        CHECK(door.events.count() == 0);
    }

    TEST_CASE(
        "a page on this machine that keeps guessing is locked out, the right token included") {
        Door door;
        const std::string origin =
            "Origin: http://127.0.0.1:" + std::to_string(door.listener->port()) + "\r\n";
        for (int i = 0; i < 10; ++i) {
            auto client = door.open(origin);
            client->send_text(connect_frame("wrong"));
            REQUIRE(client->wait_for_close());
            CHECK(client->texts[1].contains("AUTH_TOKEN_MISMATCH"));
        }
        auto client = door.open(origin);
        client->send_text(connect_frame());
        REQUIRE(client->wait_for_close());
        CHECK(client->texts[1].contains("AUTH_RATE_LIMITED"));
        auto local = door.open(); // without a page: exempt
        local->send_text(connect_frame());
        REQUIRE(local->wait_for_texts(2));
        CHECK(local->texts[1].contains("hello-ok"));
    }

    TEST_CASE("a client that leaves, leaves no trace, and its late answers go nowhere") {
        Door door;
        auto client = door.open();
        client->send_text(connect_frame());
        client->send_text(
            R"({"type":"req","id":"s","method":"send","params":{"to":"5","message":"hi","idempotencyKey":"k"}})");
        REQUIRE(client->wait_for([&] { return door.outgoing.messages.size() == 1; }));
        client.reset();
        REQUIRE(test::turn_until(door.loop, [&] { return door.events.count() == 0; }));
        door.outgoing.deliver(rpc::OutgoingReceipt{});
        CHECK(door.server->client_count() == 0);
    }

    TEST_CASE("shutdown is announced to everybody before the sockets are closed") {
        Door door;
        auto client = door.open();
        client->send_text(connect_frame("s3cret", "[]"));
        REQUIRE(client->wait_for_texts(2));
        door.events.announce_shutdown("gateway stopping");
        door.server->close_all(1012, "service restart");
        REQUIRE(client->wait_for_close());
        CHECK(
            client->texts.back() ==
            R"({"type":"event","event":"shutdown","payload":{"reason":"gateway stopping"},"seq":1})");
        CHECK(client->close_code == 1012);
    }

    TEST_CASE("while starting every connect is told to come back") {
        Door door;
        auto settings = door.door.settings();
        settings.is_starting = true;
        door.door.use(settings);
        auto client = door.open();
        client->send_text(connect_frame());
        REQUIRE(client->wait_for_close());
        CHECK(client->close_code == 1013);
        CHECK(client->texts[1].contains(R"("retryable":true,"retryAfterMs":500)"));
    }

    TEST_CASE("who came in with a secret that is another one now is sent away, others stay") {
        test::Door door;
        const auto by_token = door.join({"operator.read"}), by_key = door.join({"operator.read"});
        by_token->auth_method = "token";
        by_key->auth_method = "device-token";
        door.door.send_away_secret_holders();
        CHECK(by_token->close_code == 0); // what it is owed comes first
        door.loop.turn();
        CHECK(by_token->close_code == 1012);
        CHECK(by_key->close_code == 0);
    }
}
