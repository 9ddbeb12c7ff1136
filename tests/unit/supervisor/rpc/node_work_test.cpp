// What waits for a node, what it says of itself, and what it prints while it works.
#include "tests/unit/supervisor/rpc/fakes.h"

using namespace openclaw;
using namespace openclaw::test;

namespace {

struct Shelf : Desk {
    explicit Shelf(std::vector<std::string> commands = {"system.run"}) {
        node->role = policy::Role::node;
        node->device_id = "n1";
        node->client = {.id = "node-host", .mode = "node", .version = "1", .platform = "linux"};
        node->commands = std::move(commands);
        events.join(*node);
        joined.push_back(node.get());
        kept.push_back(node); // Desk takes leave of everybody after this part of it is gone
        const auto pairs = parsed(ask("node.pair.list"));
        const auto request = pairs.root()["payload"]["pending"].at(0)["requestId"].text();
        ask("node.pair.approve", R"({"requestId":")" + std::string(request) + "\"}");
    }

    json::Document enqueue(const std::string& type, const std::string& more = "") {
        return parsed(
            ask("node.pending.enqueue", R"({"nodeId":"n1","type":")" + type + "\"" + more + "}"));
    }

    json::Document drain(const std::string& params = "{}") {
        return parsed(ask(*node, "node.pending.drain", params));
    }

    // Asks for a command, and gives the id the node knows it by.
    std::string invoke() {
        ask("node.invoke",
            R"({"nodeId":"n1","command":"system.run","idempotencyKey":"k1","timeoutMs":5000})");
        return std::string(parsed(node->last()).root()["payload"]["id"].text());
    }

    std::shared_ptr<FakePeer> node = std::make_shared<FakePeer>();
};

} // namespace

TEST_SUITE("supervisor/rpc") {
    TEST_CASE("a request waits for its node until it is acknowledged; the urgent one comes first") {
        Shelf shelf;
        const auto queued = shelf.enqueue("status.request");
        CHECK(queued.root()["payload"]["queued"]["priority"].text() == "normal");
        CHECK_FALSE(queued.root()["payload"]["wakeTriggered"].boolean());
        shelf.enqueue("location.request", R"(,"priority":"high")");
        const auto first = shelf.drain(R"({"maxItems":1})");
        CHECK(first.root()["payload"]["items"].at(0)["type"].text() == "location.request");
        CHECK(first.root()["payload"]["hasMore"].boolean());
        const std::string id(first.root()["payload"]["items"].at(0)["id"].text());
        const auto acked = parsed(
            shelf.ask(*shelf.node, "node.pending.ack", R"({"ids":[")" + id + R"(","nobody"]})"));
        CHECK(acked.root()["payload"]["ackedIds"].size() == 1);
        CHECK(acked.root()["payload"]["remainingCount"].integer() == 1);
        const auto rest = shelf.drain();
        CHECK(rest.root()["payload"]["items"].size() == 1);
        CHECK_FALSE(rest.root()["payload"]["hasMore"].boolean());
        CHECK(rest.root()["payload"]["revision"].integer() == 3);
    }
    TEST_CASE("who asks a node for the same again gets what waits already") {
        Shelf shelf;
        const auto one = shelf.enqueue("status.request"), two = shelf.enqueue("status.request");
        CHECK(one.root()["payload"]["queued"]["id"].text() ==
              two.root()["payload"]["queued"]["id"].text());
        CHECK(shelf.drain().root()["payload"]["items"].size() == 1);
        const auto stranger =
            parsed(shelf.ask("node.pending.enqueue", R"({"nodeId":"x","type":"status.request"})"));
        CHECK(stranger.root()["error"]["message"].text() == "unknown node: x");
    }
    TEST_CASE("a request that has expired is gone, and counts as a change") {
        ManualClock clock;
        rpc::NodeWork work(clock);
        work.add("n1", "status.request", false, 2000);
        clock.advance(Milliseconds(1999));
        CHECK(work.waiting("n1").items.size() == 1);
        clock.advance(Milliseconds(1));
        CHECK(work.waiting("n1").items.empty());
        CHECK(work.waiting("n1").revision == 2);
    }
    TEST_CASE("when somebody uses the machine of a node, readers hear of it") {
        Shelf shelf;
        auto reader = shelf.join({"operator.read"});
        const auto answer =
            parsed(shelf.ask(*shelf.node, "node.event",
                             R"({"event":"node.presence.activity","payload":{"idleSeconds":10}})"));
        CHECK(answer.root()["payload"]["reason"].text() == "updated");
        const auto event = parsed(reader->last());
        CHECK(event.root()["event"].text() == "node.presence");
        const auto payload = event.root()["payload"];
        CHECK(payload["presenceUpdatedAtMs"].integer() - payload["lastActiveAtMs"].integer() ==
              10'000);
        const auto list = parsed(shelf.ask("node.list"));
        CHECK(list.root()["payload"]["nodes"].at(0)["lastActiveAtMs"].integer() ==
              payload["lastActiveAtMs"].integer());
        shelf.ask(*shelf.node, "node.event",
                  R"({"event":"node.presence.activity","payloadJSON":"{\"action\":\"clear\"}"})");
        CHECK(parsed(reader->last()).root()["payload"]["lastActiveAtMs"].is_null());
        const auto wrong =
            parsed(shelf.ask(*shelf.node, "node.event", R"({"event":"node.presence.activity"})"));
        CHECK(wrong.root()["error"]["message"].text().contains("idleSeconds"));
    }
    TEST_CASE("what a command prints goes to whoever asked for it, each piece once") {
        Shelf shelf;
        const std::string id = shelf.invoke();
        const auto say = [&](int sequence) {
            return parsed(shelf.ask(*shelf.node, "node.invoke.progress",
                                    R"({"invokeId":")" + id + R"(","nodeId":"n1","seq":)" +
                                        std::to_string(sequence) + R"(,"chunk":"line"})"))
                .root()["payload"]["ignored"]
                .boolean();
        };
        const auto before = shelf.owner->frames.size();
        CHECK_FALSE(say(0));
        CHECK(say(0)); // again
        CHECK_FALSE(say(1));
        CHECK(shelf.owner->frames.size() == before + 2);
        const auto heard = parsed(shelf.owner->last());
        CHECK(heard.root()["event"].text() == "node.invoke.progress");
        CHECK_FALSE(heard.root()["seq"]);
        CHECK(heard.root()["payload"]["chunk"].text() == "line");
        CHECK(heard.root()["payload"]["idempotencyKey"].text() == "k1");
        shelf.ask(*shelf.node, "node.invoke.result",
                  R"({"id":")" + id + R"(","nodeId":"n1","ok":true,"payload":{}})");
        CHECK(say(2)); // it is over
    }
    TEST_CASE("the rules of a node are asked from the node, and its answer is the answer") {
        Shelf shelf({"system.execApprovals.get", "system.execApprovals.set"});
        shelf.ask("exec.approvals.node.set",
                  R"({"nodeId":"n1","file":{"version":1},"baseHash":"h"})");
        const auto order = parsed(shelf.node->last());
        CHECK(order.root()["payload"]["command"].text() == "system.execApprovals.set");
        CHECK(order.root()["payload"]["paramsJSON"].text() ==
              R"({"file":{"version":1},"baseHash":"h"})");
        const std::string id(order.root()["payload"]["id"].text());
        shelf.ask(*shelf.node, "node.invoke.result",
                  R"({"id":")" + id + R"(","nodeId":"n1","ok":true,"payload":{"hash":"h2"}})");
        CHECK(parsed(shelf.owner->last()).root()["payload"].dump() == R"({"hash":"h2"})");
        CHECK(shelf.ask("exec.approvals.node.set", R"({"nodeId":"n1"})")
                  .contains("either file or native"));
        Shelf other;
        CHECK(other.ask("exec.approvals.node.get", R"({"nodeId":"n1"})")
                  .contains("does not support"));
    }
}
