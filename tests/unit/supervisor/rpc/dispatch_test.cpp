#include "supervisor/rpc/dispatch.h"
#include "tests/unit/supervisor/rpc/fakes.h"

#include <doctest/doctest.h>

using namespace openclaw;
using test::Desk;
using test::FakePeer;

namespace {

std::string raw(Desk& desk, const std::string& frame) {
    const auto before = desk.owner->frames.size();
    desk.dispatch.on_message(*desk.owner, frame);
    return desk.owner->frames.size() == before ? "" : desk.owner->last();
}

std::string error(const std::string& id, const std::string& message) {
    return R"({"type":"res","id":)" + id +
           R"(,"ok":false,"error":{"code":"INVALID_REQUEST","message":")" + message + "\"}}";
}

constexpr auto missing_admin =
    R"({"code":"FORBIDDEN","message":"missing scope: operator.admin","details":{"code":"MISSING_SCOPE","missingScope":"operator.admin","requiredScopes":["operator.admin"]}})";

} // namespace

TEST_SUITE("supervisor/rpc") {
    TEST_CASE("text that is no JSON is ignored") {
        Desk desk;
        CHECK(raw(desk, "not json") == "");
        CHECK(raw(desk, "") == "");
    }

    TEST_CASE(
        "frames that are none are answered with why, under the id they have") { // captures:
                                                                                // post-handshake
        Desk desk;
        CHECK(raw(desk, R"({"foo":1})") ==
              error("\"invalid\"", "invalid request frame: must have required property 'type'; at "
                                   "root: unexpected property 'foo'"));
        CHECK(raw(desk, R"({"type":"req","method":"health"})") ==
              error("\"invalid\"", "invalid request frame: must have required property 'id'"));
        CHECK(
            raw(desk, R"({"type":"req","id":"","method":"health"})") ==
            error("\"\"", "invalid request frame: at /id: must not have fewer than 1 characters"));
        CHECK(raw(desk, R"({"type":"req","id":7,"method":"health"})") ==
              error("7", "invalid request frame: at /id: must be string"));
        CHECK(raw(desk, R"({"type":"event","id":"x","method":"health"})") ==
              error("\"x\"",
                    "invalid request frame: at /type: must be equal to one of the allowed values"));
        CHECK(raw(desk, R"({"type":"req","id":"x","method":"health","extra":1})") ==
              error("\"x\"", "invalid request frame: at root: unexpected property 'extra'"));
        CHECK(raw(desk, "[]") ==
              error("\"invalid\"", "invalid request frame: at root: must be object"));
    }

    TEST_CASE("an id comes back as it was, escapes included") {
        Desk desk;
        CHECK(raw(desk, R"({"type":"req","id":"a\"b\\c é","method":"no.such"})")
                  .starts_with(R"({"type":"res","id":"a\"b\\c é","ok":false)"));
    }

    TEST_CASE("unknown methods are checked as admin, and so is a second connect") {
        Desk desk;
        CHECK(desk.ask("no.such.method") == error("\"q\"", "unknown method: no.such.method"));
        CHECK(desk.ask("connect") == error("\"q\"", "connect is only valid as the first request"));
        FakePeer& reader = *desk.join({"operator.read"});
        CHECK(desk.ask(reader, "no.such.method").contains(missing_admin));
        CHECK(desk.ask(reader, "connect").contains(missing_admin));
    }

    TEST_CASE("every method of the table asks for its scope before it looks at parameters") {
        Desk desk;
        FakePeer& nobody = *desk.join({});
        const std::string params = R"({"bogus":1})";
        const auto document = test::parsed(params);
        for (const auto& row : desk.table.rows()) {
            if (row.scope == rpc::node_role) continue;
            CAPTURE(std::string(row.name));
            const auto answer = desk.ask(nobody, std::string(row.name), params);
            const auto needed =
                row.scope_rule == nullptr ? row.scope : row.scope_rule(document.root());
            if (needed.empty())
                CHECK(answer.contains(R"("ok":true)"));
            else
                CHECK(answer.contains("missing scope: " + std::string(needed)));
        }
    }

    TEST_CASE("health alone needs no scope") {
        Desk desk;
        std::vector<std::string_view> open;
        for (const auto& row : desk.table.rows())
            if (row.scope.empty()) open.push_back(row.name);
        CHECK(open == std::vector<std::string_view>{"health"});
    }

    TEST_CASE("a node may call no operator method") {
        Desk desk;
        FakePeer& node = *desk.join({});
        node.role = policy::Role::node;
        CHECK(desk.ask(node, "health") == error("\"q\"", "unauthorized role: node"));
    }

    TEST_CASE("closed parameters name what is missing and what is too much; lenient ones take "
              "anything") { // captures
        Desk desk;
        CHECK(desk.ask("chat.history", "{}") ==
              error("\"q\"",
                    "invalid chat.history params: must have required property 'sessionKey'"));
        CHECK(desk.ask("chat.history", R"({"sessionKey":"main","bogus":1})") ==
              error("\"q\"", "invalid chat.history params: at root: unexpected property 'bogus'"));
        CHECK(desk.ask("logs.tail", R"({"limit":0})") ==
              error("\"q\"", "invalid logs.tail params: at /limit: must be >= 1"));
        for (const auto* params : {"", "null", "[]", "{\"foo\":1}"})
            CHECK(desk.ask("health", params).contains(R"("ok":true)"));
        CHECK(desk.ask("status", "{\"x\":1}").contains(R"("ok":true)"));
    }

    TEST_CASE("while draining work is refused and looking is not") {
        Desk desk;
        desk.dispatch.refuse_work("gateway-restarting");
        const auto answer =
            desk.ask("chat.send", R"({"sessionKey":"main","message":"x","idempotencyKey":"k"})");
        CHECK(answer.contains(R"("code":"UNAVAILABLE")"));
        CHECK(answer.contains(R"("details":{"reason":"gateway-restarting"},"retryable":true)"));
        CHECK(desk.runs.begun.empty());
        CHECK(desk.ask("sessions.list").contains(R"("ok":true)"));
    }

    TEST_CASE(
        "a key that comes again gets the first answer, also while the first is not known yet") {
        Desk desk;
        const auto* params = R"({"to":"5","message":"hi","channel":"echo","idempotencyKey":"k1"})";
        desk.ask("send", params);
        desk.ask("send", params);
        REQUIRE(desk.outgoing.messages.size() == 1);
        CHECK(desk.owner->frames.empty());
        desk.outgoing.deliver(rpc::OutgoingReceipt{
            .channel = "echo", .account = "default", .chat_id = "5", .message_id = "m1"});
        REQUIRE(desk.owner->frames.size() == 2);
        CHECK(desk.owner->frames[0] == desk.owner->frames[1]);
        desk.ask("send", params);
        REQUIRE(desk.owner->frames.size() == 3);
        CHECK(desk.owner->frames[2] == desk.owner->frames[0]);
        CHECK(desk.outgoing.messages.size() == 1);
    }

    TEST_CASE("keys of different callers and methods do not meet") {
        Desk desk;
        const auto* params = R"({"to":"5","message":"hi","idempotencyKey":"k1"})";
        desk.ask("send", params);
        FakePeer& device = *desk.join(policy::operator_scopes());
        device.device_id = "d1";
        desk.ask(device, "send", params);
        desk.ask(
            "message.action",
            R"({"channel":"echo","action":"send","params":{"to":"5","message":"hi"},"idempotencyKey":"k1"})");
        CHECK(desk.outgoing.messages.size() == 3);
    }

    TEST_CASE("an answer for a peer that has gone is dropped") {
        Desk desk;
        auto peer = std::make_shared<FakePeer>();
        peer->scopes = policy::operator_scopes();
        desk.ask(*peer, "send", R"({"to":"5","message":"hi","idempotencyKey":"k1"})");
        peer.reset();
        desk.outgoing.deliver(rpc::OutgoingReceipt{});
        CHECK(desk.outgoing.waiting.empty());
    }
}
