#include "tests/unit/supervisor/rpc/fakes.h"
#include "tests/unit/supervisor/web/test_client.h"

#include <doctest/doctest.h>

using namespace openclaw;
using test::Desk;
using test::FakePeer;
using test::parsed;

namespace {

// A linux machine that claims a camera as well.
std::shared_ptr<FakePeer> node(Desk& desk, std::vector<std::string> commands = {"system.which"}) {
    auto peer = std::make_shared<FakePeer>();
    peer->role = policy::Role::node;
    peer->device_id = "n1";
    peer->client = {.id = "node-host", .mode = "node", .version = "1", .platform = "linux"};
    peer->client.display_name = "shelf";
    peer->caps = {"system", "camera"};
    peer->commands = std::move(commands);
    peer->commands.emplace_back("camera.snap");
    desk.events.join(*peer);
    desk.joined.push_back(peer.get());
    desk.kept.push_back(peer);
    return peer;
}

std::string pending_request(Desk& desk) {
    const auto pairs = parsed(desk.ask("node.pair.list"));
    return std::string(pairs.root()["payload"]["pending"].at(0)["requestId"].text());
}

void approve(Desk& desk) {
    desk.ask("node.pair.approve", R"({"requestId":")" + pending_request(desk) + "\"}");
}

const std::string invoke =
    R"({"nodeId":"n1","command":"system.which","params":{"bins":["ls"]},"timeoutMs":5000,"idempotencyKey":"k1"})";

std::string code_of(const std::string& frame) {
    return std::string(parsed(frame).root()["error"]["details"]["code"].text());
}

} // namespace

TEST_SUITE("supervisor/rpc") {
    TEST_CASE("a new node's claim is filtered by its platform and waits for an operator") {
        Desk desk;
        auto operators = desk.join({"operator.pairing"});
        node(desk);
        const auto event = parsed(operators->last());
        CHECK(event.root()["event"].text() == "node.pair.requested");
        const auto payload = event.root()["payload"];
        CHECK(payload["commands"].dump() == R"(["system.which"])");
        CHECK(payload["caps"].dump() == R"(["system"])");
        CHECK(payload["requiredApproveScopes"].dump() ==
              R"(["operator.pairing","operator.admin"])");
        const auto list = parsed(desk.ask("node.list"));
        const auto row = list.root()["payload"]["nodes"].at(0);
        CHECK(row["approvalState"].text() == "pending-approval");
        CHECK(row["connected"].boolean());
        CHECK(row["commands"].size() == 0);
        CHECK(code_of(desk.ask("node.invoke", invoke)) == "PAIRING_CHANGED");
    }
    TEST_CASE(
        "an approval needs what the commands need, is told to both, and outlives the process") {
        Desk desk;
        auto peer = node(desk);
        auto lesser = desk.join({"operator.pairing"});
        const auto refused = parsed(desk.ask(*lesser, "node.pair.approve",
                                             R"({"requestId":")" + pending_request(desk) + "\"}"));
        CHECK(refused.root()["error"]["details"]["missingScope"].text() == "operator.admin");
        approve(desk);
        CHECK(parsed(lesser->last()).root()["payload"]["decision"].text() == "approved");
        const auto told = parsed(peer->last());
        CHECK(told.root()["event"].text() == "node.pair.resolved");
        CHECK_FALSE(told.root()["seq"]);
        rpc::Events other_events(desk.loop);
        const rpc::Nodes reborn(desk.loop, other_events, desk.node_store);
        CHECK(desk.node_store.kept["n1"].contains("system.which"));
    }
    TEST_CASE("an invocation goes to the node and its answer to who asked") {
        Desk desk;
        auto peer = node(desk);
        approve(desk);
        desk.ask("node.invoke", invoke);
        const auto request = parsed(peer->last());
        CHECK(request.root()["event"].text() == "node.invoke.request");
        CHECK_FALSE(request.root()["seq"]);
        CHECK(request.root()["payload"]["paramsJSON"].text() == R"({"bins":["ls"]})");
        const std::string id(request.root()["payload"]["id"].text());
        desk.ask(*peer, "node.invoke.result",
                 R"({"id":")" + id + R"(","nodeId":"n1","ok":true,"payloadJSON":"{\"which\":1}"})");
        CHECK(parsed(peer->last()).root()["payload"]["ok"].boolean());
        const auto answer = parsed(desk.owner->last());
        CHECK(answer.root()["payload"]["payload"]["which"].integer() == 1);
        CHECK(answer.root()["payload"]["payloadJSON"].text() == R"({"which":1})");
        const auto again = parsed(desk.ask("node.invoke", invoke));
        CHECK(again.root()["payload"]["payload"]["which"].integer() == 1); // the key's first answer
    }
    TEST_CASE("a node cannot answer for another, nor twice") {
        Desk desk;
        auto peer = node(desk);
        approve(desk);
        desk.ask("node.invoke", invoke);
        const std::string id(parsed(peer->last()).root()["payload"]["id"].text());
        auto stranger = std::make_shared<FakePeer>();
        stranger->role = policy::Role::node;
        stranger->device_id = "n2";
        const std::string result = R"({"id":")" + id + R"(","nodeId":"n1","ok":true})";
        CHECK(parsed(desk.ask(*stranger, "node.invoke.result", result))
                  .root()["payload"]["ignored"]
                  .boolean());
        CHECK_FALSE(parsed(desk.ask(*peer, "node.invoke.result", result))
                        .root()["payload"]["ignored"]
                        .boolean());
        CHECK(parsed(desk.ask(*peer, "node.invoke.result", result))
                  .root()["payload"]["ignored"]
                  .boolean());
    }
    TEST_CASE("what a node did not declare, and a node that is away, are told apart") {
        Desk desk;
        auto peer = node(desk);
        approve(desk);
        const auto undeclared = parsed(desk.ask(
            "node.invoke", R"({"nodeId":"n1","command":"location.get","idempotencyKey":"k2"})"));
        CHECK(undeclared.root()["error"]["message"].text() ==
              "node command not allowed: the node (platform: linux) does not support "
              "\"location.get\"");
        desk.ask("node.invoke", invoke);
        desk.events.leave(*peer);
        std::erase(desk.joined, peer.get());
        CHECK(code_of(desk.owner->last()) == "NOT_CONNECTED"); // what was under way
        const auto away = desk.ask(
            "node.invoke", R"({"nodeId":"n1","command":"system.which","idempotencyKey":"k3"})");
        CHECK(parsed(away).root()["error"]["message"].text() == "node not connected");
        CHECK(code_of(away) == "NOT_CONNECTED");
    }
    TEST_CASE("an invocation that nobody answers ends with its deadline") {
        Desk desk;
        node(desk);
        approve(desk);
        desk.ask("node.invoke",
                 R"({"nodeId":"n1","command":"system.which","timeoutMs":1,"idempotencyKey":"k4"})");
        REQUIRE(
            test::turn_until(desk.loop, [&] { return desk.owner->last().contains("timed out"); }));
        CHECK(code_of(desk.owner->last()) == "TIMEOUT");
    }
    TEST_CASE("a wider claim waits again while what was approved goes on") {
        Desk desk;
        auto peer = node(desk);
        approve(desk);
        desk.events.leave(*peer);
        std::erase(desk.joined, peer.get());
        auto again = node(desk, {"system.which", "system.run"});
        CHECK_FALSE(pending_request(desk).empty());
        desk.ask("node.invoke", invoke);
        CHECK(again->last().contains("node.invoke.request"));
        CHECK(
            code_of(desk.ask("node.invoke",
                             R"({"nodeId":"n1","command":"system.run","idempotencyKey":"k5"})")) ==
            "PAIRING_CHANGED");
    }
    TEST_CASE("roles keep to their methods") {
        Desk desk;
        auto peer = node(desk);
        CHECK(parsed(desk.ask(*peer, "sessions.list")).root()["error"]["message"].text() ==
              "unauthorized role: node");
        CHECK(
            parsed(desk.ask("node.event", R"({"event":"x"})")).root()["error"]["message"].text() ==
            "unauthorized role: operator");
        CHECK(parsed(desk.ask(*peer, "node.pending.pull")).root()["payload"]["nodeId"].text() ==
              "n1");
    }
    TEST_CASE("host statistics are shown in rows and told to readers") {
        Desk desk;
        auto peer = node(desk);
        approve(desk);
        auto reader = desk.join({"operator.read"});
        const auto answer = parsed(desk.ask(
            *peer, "node.event", R"({"event":"node.host.stats","payload":{"cpuCount":2}})"));
        CHECK(answer.root()["payload"]["reason"].text() == "updated");
        CHECK(parsed(reader->last()).root()["event"].text() == "node.hostStats");
        const auto list = parsed(desk.ask("node.list"));
        CHECK(list.root()["payload"]["nodes"].at(0)["hostStats"]["cpuCount"].integer() == 2);
    }
    TEST_CASE("a node that is removed is closed and forgotten") {
        Desk desk;
        auto peer = node(desk);
        approve(desk);
        CHECK(parsed(desk.ask("node.pair.remove", R"({"nodeId":"n1"})"))
                  .root()["payload"]["nodeId"]
                  .text() == "n1");
        CHECK(peer->close_code == 4001);
        CHECK(desk.node_store.kept.empty());
        CHECK(parsed(desk.ask("node.list")).root()["payload"]["nodes"].size() == 0);
    }
}
