// A device at the door and an operator behind it, over a real ledger: PROTOCOL.md 7 step by step.
#include "tests/unit/supervisor/rpc/door.h"
#include "tests/unit/supervisor/rpc/signer.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace openclaw;
using test::parsed;
using test::Say;
using test::Signer;

namespace {

// What became of one attempt to connect.
struct Attempt {
    std::string answer; // the frame
    json::Document document = test::parsed("{}");

    json::View root() const { return document.root(); }

    json::View hello_auth() const { return root()["payload"]["auth"]; }

    json::View details() const { return root()["error"]["details"]; }

    bool is_in() const { return root()["ok"].boolean(); }

    std::string token() const { return std::string(hello_auth()["deviceToken"].text()); }
};

struct Scene : test::Door {
    // Where the client seems to come from: a proxy on this machine makes it a stranger.
    static constexpr std::string_view from_afar = "X-Forwarded-For: 192.0.2.9\r\n";

    Scene() {
        server->use_rules(
            {.trusted_proxies = {"127.0.0.0/8"}, .host_names = {}, .wanted_headers = {}});
    }

    Attempt connect(const Signer& device, Say say, std::string_view headers = {}) {
        last = open(headers);
        REQUIRE(last->wait_for_texts(1));
        const auto challenge = parsed(last->texts[0]);
        say.nonce = std::string(challenge.root()["payload"]["nonce"].text());
        say.at_ms = loop.clock().unix_ms();
        last->send_text(R"({"type":"req","id":"c1","method":"connect","params":)" +
                        device.params(say) + "}");
        REQUIRE(last->wait_for_texts(2));
        Attempt attempt{.answer = last->texts[1]};
        attempt.document = parsed(attempt.answer);
        return attempt;
    }

    Attempt connect_from_afar(const Signer& device, Say say) {
        return connect(device, std::move(say), from_afar);
    }

    std::vector<std::string> events_named(const test::FakePeer& peer, std::string_view name) const {
        std::vector<std::string> found;
        for (const auto& frame : peer.frames)
            if (frame.contains(R"("event":")" + std::string(name) + "\"")) found.push_back(frame);
        return found;
    }

    // Lets `device` in with `scopes` and hangs up.
    std::string paired(const Signer& device, std::vector<std::string> scopes = {"operator.read"}) {
        const auto attempt = connect(device, {.scopes = std::move(scopes), .token = "s3cret"});
        REQUIRE_MESSAGE(attempt.is_in(), attempt.answer);
        return attempt.token();
    }

    std::unique_ptr<test::WsClientForTest> last;
    std::shared_ptr<test::FakePeer> watcher = join({"operator.pairing"});
};

} // namespace

TEST_SUITE("supervisor/rpc") {
    TEST_CASE("device: on this machine it is let in without asking, and carries a token home") {
        Scene scene;
        const Signer device;
        const auto first = scene.connect(device, {.token = "s3cret", .display_name = "laptop"});
        REQUIRE_MESSAGE(first.is_in(), first.answer);
        CHECK(first.hello_auth()["method"].text() == "token");
        CHECK(first.token().size() == 43);
        CHECK(first.hello_auth()["issuedAtMs"].integer() > 0);
        CHECK_FALSE(first.hello_auth()["recoveryScope"].text().empty());
        const auto* known = scene.devices.book().find(device.id);
        REQUIRE(known != nullptr);
        CHECK(known->approved_via == "silent");
        CHECK(known->face.display_name == "laptop");
        CHECK(known->token_of("operator")->hash != first.token()); // only a hash is kept
        CHECK(scene.events_named(*scene.watcher, "device.pair.changed").size() == 1);
        CHECK(scene.devices.is_connected(device.id));
    }

    TEST_CASE(
        "device: the same token is said again, by the secret and by the token, with its date") {
        Scene scene;
        const Signer device;
        const auto first = scene.connect(device, {.token = "s3cret"});
        const auto second = scene.connect(device, {.token = "s3cret"});
        CHECK(second.token() == first.token());
        CHECK(second.hello_auth()["issuedAtMs"].integer() ==
              first.hello_auth()["issuedAtMs"].integer());
        // PROTOCOL.md 5.2: all three styles occur.
        for (const auto& style : {Say{.token = first.token()}, Say{.device_token = first.token()},
                                  Say{.token = first.token(), .device_token = first.token()}}) {
            const auto by_token = scene.connect_from_afar(device, style);
            REQUIRE_MESSAGE(by_token.is_in(), by_token.answer);
            CHECK(by_token.hello_auth()["method"].text() == "device-token");
            CHECK(by_token.token() == first.token());
        }
        CHECK(scene.devices.book().find(device.id)->last_seen_reason == "device-token-auth");
    }

    TEST_CASE("device: another device's token is no token") {
        Scene scene;
        const Signer mine(1), other(2);
        const auto token = scene.paired(mine);
        scene.paired(other);
        const auto stolen = scene.connect(other, {.device_token = token});
        CHECK(stolen.details()["code"].text() == "AUTH_DEVICE_TOKEN_MISMATCH");
        const auto unknown = scene.connect(Signer(3), {.device_token = token});
        CHECK(unknown.details()["code"].text() == "AUTH_DEVICE_TOKEN_MISMATCH");
        const auto as_shared = scene.connect(other, {.token = token});
        CHECK(as_shared.details()["code"].text() == "AUTH_TOKEN_MISMATCH");
    }

    TEST_CASE(
        "device: more scopes on this machine come silently, with a new token in place of the old") {
        Scene scene;
        const Signer device;
        const auto old_token = scene.paired(device, {"operator.read"});
        const auto more = scene.connect(
            device, {.scopes = {"operator.read", "operator.write"}, .token = "s3cret"});
        REQUIRE(more.is_in());
        CHECK(more.token() != old_token);
        CHECK(scene.connect(device, {.device_token = old_token}).details()["code"].text() ==
              "AUTH_DEVICE_TOKEN_MISMATCH");
        const auto fewer =
            scene.connect(device, {.scopes = {"operator.read"}, .device_token = more.token()});
        REQUIRE(fewer.is_in());
        CHECK(fewer.hello_auth()["scopes"].dump() == R"(["operator.read"])");
    }

    TEST_CASE(
        "device: a token asks for no more than it was given") { // captures: flow-scope-upgrade
        Scene scene;
        const Signer device;
        const auto token = scene.paired(device, {"operator.read"});
        const auto refused = scene.connect(
            device, {.scopes = {"operator.admin"}, .token = token, .device_token = token});
        CHECK(
            refused.root()["error"].dump() ==
            R"x({"code":"INVALID_REQUEST","message":"unauthorized: device token scope mismatch (re-pair or approve scope upgrade)","details":{"code":"AUTH_SCOPE_MISMATCH","authReason":"scope_mismatch","canRetryWithDeviceToken":false,"recommendedNextStep":"review_auth_configuration"}})x");
    }

    TEST_CASE(
        "device: from afar it waits, and an operator lets it in") { // captures:
                                                                    // flow-pairing-required-new,
                                                                    // flow-admin-observer
        Scene scene;
        const Signer device;
        const auto refused = scene.connect_from_afar(device, {.token = "s3cret"});
        CHECK(refused.root()["error"]["code"].text() == "NOT_PAIRED");
        CHECK(refused.root()["error"]["message"].text() ==
              "pairing required: device is not approved yet");
        const std::string request_id(refused.details()["requestId"].text());
        CHECK(
            refused.details().dump() ==
            R"({"code":"PAIRING_REQUIRED","reason":"not-paired","requestId":")" + request_id +
                R"(","remediationHint":"Approve this device from the pending pairing requests.","deviceId":")" +
                device.id + R"(","requestedRole":"operator","requestedScopes":["operator.read"]})");
        REQUIRE(scene.last->wait_for_close());
        CHECK(scene.last->close_code == 1008);
        CHECK(scene.last->close_reason ==
              "pairing required: device is not approved yet (requestId: " + request_id + ")");
        const auto requested = scene.events_named(*scene.watcher, "device.pair.requested");
        REQUIRE(requested.size() == 1);
        CHECK(requested[0].contains(request_id));
        const auto answer = scene.ask_and_wait(*scene.owner, "device.pair.approve",
                                               R"({"requestId":")" + request_id + "\"}");
        const auto approved = parsed(answer);
        const auto row = approved.root()["payload"]["device"];
        CHECK(row["approvedVia"].text() == "owner");
        CHECK(row["tokens"].size() == 1);
        CHECK_FALSE(answer.contains("hash"));
        const auto resolved = scene.events_named(*scene.watcher, "device.pair.resolved");
        REQUIRE(resolved.size() == 1);
        CHECK(resolved[0].contains(R"("decision":"approved")"));
        CHECK(scene.connect_from_afar(device, {.token = "s3cret"}).is_in());
    }

    TEST_CASE("device: the same question again is the same request; another one takes its place") {
        Scene scene;
        const Signer device;
        const auto ask = [&](Say say) {
            say.token = "s3cret";
            return std::string(
                scene.connect_from_afar(device, std::move(say)).details()["requestId"].text());
        };
        const auto first = ask({});
        CHECK(ask({}) == first);
        CHECK(scene.events_named(*scene.watcher, "device.pair.requested").size() == 1);
        const auto second = ask({.scopes = {"operator.read", "operator.write"}});
        CHECK(second != first);
        const auto resolved = scene.events_named(*scene.watcher, "device.pair.resolved");
        REQUIRE(resolved.size() == 1);
        CHECK(resolved[0].contains(first));
        CHECK(resolved[0].contains(R"("decision":"rejected")"));
        const auto third =
            ask({.role = "node", .scopes = {}, .client_id = "node-host", .mode = "node"});
        CHECK(third != second);
        const auto* request = scene.devices.book().request(third);
        REQUIRE(request != nullptr);
        CHECK(request->roles == std::vector<std::string>{"operator", "node"}); // it adds up
        CHECK(scene.devices.book().waiting().size() == 1);
    }

    TEST_CASE("device: nobody approves what he does not hold") {
        Scene scene;
        const auto helper = scene.join({"operator.pairing", "operator.read"});
        const auto refused = [&](const std::string& request_id) {
            return scene.ask(*helper, "device.pair.approve",
                             R"({"requestId":")" + request_id + "\"}");
        };
        const auto admin =
            scene.connect_from_afar(Signer(1), {.scopes = {"operator.admin"}, .token = "s3cret"});
        CHECK(refused(std::string(admin.details()["requestId"].text()))
                  .contains("missing scope: operator.admin"));
        const auto node = scene.connect_from_afar(Signer(2), {.role = "node",
                                                              .scopes = {},
                                                              .token = "s3cret",
                                                              .client_id = "node-host",
                                                              .mode = "node"});
        CHECK(refused(std::string(node.details()["requestId"].text()))
                  .contains("missing scope: operator.admin"));
        const auto reader = scene.connect_from_afar(Signer(3), {.token = "s3cret"});
        CHECK(scene
                  .ask_and_wait(*helper, "device.pair.approve",
                                R"({"requestId":")" +
                                    std::string(reader.details()["requestId"].text()) + "\"}")
                  .contains(R"("ok":true)"));
        CHECK(scene.ask("device.pair.approve", R"({"requestId":"nope"})")
                  .contains(R"("error":{"code":"INVALID_REQUEST","message":"unknown requestId"})"));
    }

    TEST_CASE(
        "device: a new face is asked about even on this machine, and keeps its token") { // captures:
                                                                                         // dev-meta-change
        Scene scene;
        const Signer device;
        const auto token = scene.paired(device);
        const auto changed =
            scene.connect(device, {.token = "s3cret", .platform = "darwin", .family = "Mac"});
        CHECK(changed.details()["reason"].text() == "metadata-upgrade");
        CHECK(changed.details()["approvedRoles"].dump() == R"(["operator"])");
        CHECK(changed.details()["approvedScopes"].dump() == R"(["operator.read"])");
        const std::string request_id(changed.details()["requestId"].text());
        CHECK(scene.devices.book().request(request_id)->is_repair);
        scene.ask_and_wait(*scene.owner, "device.pair.approve",
                           R"({"requestId":")" + request_id + "\"}");
        const auto in =
            scene.connect(device, {.device_token = token, .platform = "darwin", .family = "Mac"});
        CHECK_MESSAGE(in.is_in(), in.answer);
    }

    TEST_CASE("device: a rejected request is gone, and everybody hears of it") {
        Scene scene;
        const auto waiting = scene.connect_from_afar(Signer(1), {.token = "s3cret"});
        const std::string id(waiting.details()["requestId"].text());
        CHECK(
            scene.ask_and_wait(*scene.owner, "device.pair.reject", R"({"requestId":")" + id + "\"}")
                .contains(R"("requestId":")" + id));
        CHECK(scene.devices.book().waiting().empty());
        CHECK(scene.events_named(*scene.watcher, "device.pair.resolved").size() == 1);
        CHECK(scene.ask("device.pair.reject", R"({"requestId":")" + id + "\"}")
                  .contains("unknown requestId"));
    }

    TEST_CASE("device: rotating its token closes its sockets and tells the value to nobody else") {
        Scene scene;
        const Signer device;
        const auto old_token = scene.paired(device);
        const auto answer =
            scene.ask_and_wait(*scene.owner, "device.token.rotate",
                               R"({"deviceId":")" + device.id + R"(","role":"operator"})");
        CHECK(answer.contains(R"("tokenDelivery":"withheld-cross-device")"));
        CHECK_FALSE(answer.contains(R"("token":)"));
        REQUIRE(scene.last->wait_for_close());
        CHECK(scene.last->close_code == 4001);
        CHECK(scene.last->close_reason == "device removed");
        CHECK(scene.connect(device, {.device_token = old_token}).details()["code"].text() ==
              "AUTH_DEVICE_TOKEN_MISMATCH");
        const auto again = scene.connect(device, {.token = "s3cret"});
        CHECK(again.is_in());
        CHECK(again.token() != old_token);
        CHECK(scene.ask("device.token.rotate", R"({"deviceId":"nope","role":"operator"})")
                  .contains("device token rotation denied"));
        CHECK(scene
                  .ask("device.token.rotate",
                       R"({"deviceId":")" + device.id +
                           R"(","role":"operator","scopes":["operator.admin"]})")
                  .contains("device token rotation denied")); // more than it was given
    }

    TEST_CASE("device: it hears its own new token over the connection that showed the old one") {
        Scene scene;
        const Signer device;
        const auto old_token = scene.paired(device, {"operator.read", "operator.pairing"});
        const auto in = scene.connect(
            device, {.scopes = {"operator.read", "operator.pairing"}, .device_token = old_token});
        REQUIRE(in.is_in());
        scene.last->send_text(
            R"({"type":"req","id":"r","method":"device.token.rotate","params":{"deviceId":")" +
            device.id + R"(","role":"operator"}})");
        REQUIRE(scene.last->wait_for_close());
        const auto& texts = scene.last->texts;
        const auto answer = std::ranges::find_if(
            texts, [](const std::string& text) { return text.contains(R"("id":"r")"); });
        REQUIRE(answer != texts.end());
        const auto document = parsed(*answer);
        const auto payload = document.root()["payload"];
        CHECK(payload["tokenDelivery"].text() == "in-band");
        const std::string token(payload["token"].text());
        CHECK(scene.connect(device, {.device_token = token}).is_in());
    }

    TEST_CASE("device: a revoked token takes its role along") {
        Scene scene;
        const Signer device;
        const auto token = scene.paired(device);
        CHECK(scene
                  .ask_and_wait(*scene.owner, "device.token.revoke",
                                R"({"deviceId":")" + device.id + R"(","role":"operator"})")
                  .contains("revokedAtMs"));
        REQUIRE(scene.last->wait_for_close());
        CHECK(scene.last->close_code == 4001);
        CHECK(scene.connect(device, {.device_token = token}).details()["code"].text() ==
              "AUTH_DEVICE_TOKEN_MISMATCH");
        const auto from_afar = scene.connect_from_afar(device, {.token = "s3cret"});
        CHECK(from_afar.details()["reason"].text() == "role-upgrade");
        CHECK(scene.connect(device, {.token = "s3cret"}).is_in()); // here it is silent again
    }

    TEST_CASE("device: a removed one is a stranger again, a renamed one keeps its name") {
        Scene scene;
        const Signer device;
        scene.paired(device);
        CHECK(scene
                  .ask_and_wait(*scene.owner, "device.pair.rename",
                                R"({"deviceId":")" + device.id + R"(","label":"my label"})")
                  .contains(R"("label":"my label")"));
        CHECK(scene.ask("device.pair.list").contains(R"("operatorLabel":"my label")"));
        scene.ask_and_wait(*scene.owner, "device.pair.remove",
                           R"({"deviceId":")" + device.id + "\"}");
        REQUIRE(scene.last->wait_for_close());
        CHECK(scene.last->close_code == 4001);
        CHECK(scene.connect_from_afar(device, {.token = "s3cret"}).details()["reason"].text() ==
              "not-paired");
        CHECK(
            scene.ask("device.pair.remove", R"({"deviceId":"nope"})").contains("unknown deviceId"));
    }

    TEST_CASE(
        "device: a setup code lets one device in, once, with what it grants") { // captures:
                                                                                // flow-bootstrap-node
        Scene scene;
        const auto made = parsed(scene.ask_and_wait(*scene.owner, "device.pair.setupCode",
                                                    R"({"publicUrl":"https://gw.example"})"));
        const auto payload = made.root()["payload"];
        CHECK(payload["gatewayUrl"].text() == "wss://gw.example");
        CHECK(payload["urlSource"].text() == "request.publicUrl");
        CHECK(payload["access"].text() == "full");
        const auto code = parsed(from_base64url(payload["setupCode"].text()).value());
        CHECK(code.root()["url"].text() == "wss://gw.example");
        const std::string bootstrap(code.root()["bootstrapToken"].text());
        const Say phone{.role = "node",
                        .scopes = {},
                        .bootstrap_token = bootstrap,
                        .client_id = "openclaw-ios",
                        .mode = "node",
                        .platform = "ios",
                        .family = "iPhone",
                        .display_name = "phone"};
        const Signer device(7);
        const auto in = scene.connect_from_afar(device, phone);
        REQUIRE_MESSAGE(in.is_in(), in.answer);
        CHECK(in.hello_auth()["method"].text() == "bootstrap-token");
        CHECK(in.hello_auth()["role"].text() == "node");
        CHECK_FALSE(in.hello_auth()["recoveryScope"]);
        const auto others = in.hello_auth()["deviceTokens"];
        REQUIRE(others.size() == 1);
        CHECK(others.at(0)["role"].text() == "operator");
        CHECK(
            others.at(0)["scopes"].dump() ==
            R"(["operator.admin","operator.approvals","operator.questions","operator.read","operator.talk.secrets","operator.write"])");
        const auto again = scene.connect_from_afar(Signer(8), phone);
        CHECK(again.details()["code"].text() == "AUTH_BOOTSTRAP_TOKEN_INVALID");
        const std::string setup_id(payload["setupId"].text());
        CHECK(scene.ask("device.pair.setupStatus", R"({"setupId":")" + setup_id + "\"}")
                  .contains(R"("deviceName":"phone","access":"full")"));
        CHECK(scene.events_named(*scene.watcher, "device.pair.setup.completed").size() == 1);
        const auto as_operator = scene.connect_from_afar(
            device, {.scopes = {"operator.admin"},
                     .device_token = std::string(others.at(0)["deviceToken"].text()),
                     .client_id = "openclaw-ios",
                     .mode = "ui",
                     .platform = "ios",
                     .family = "iPhone"});
        CHECK_MESSAGE(as_operator.is_in(), as_operator.answer);
    }

    TEST_CASE("device: a setup code for nodes makes no operator") {
        Scene scene;
        const auto made =
            parsed(scene.ask_and_wait(*scene.owner, "device.pair.setupCode",
                                      R"({"publicUrl":"ws://gw","bootstrapProfile":"node"})"));
        const auto code =
            parsed(from_base64url(made.root()["payload"]["setupCode"].text()).value());
        const auto refused = scene.connect_from_afar(
            Signer(1), {.bootstrap_token = std::string(code.root()["bootstrapToken"].text())});
        CHECK(refused.details()["code"].text() == "AUTH_BOOTSTRAP_TOKEN_INVALID");
    }

    TEST_CASE("device: without an address to be found at there is no setup code") {
        Scene scene;
        CHECK(scene.ask("device.pair.setupCode", "{}")
                  .contains("Gateway is only bound to loopback."));
        CHECK(scene.ask("device.pair.setupCode", R"({"publicUrl":"ftp://x"})")
                  .contains("publicUrl must be"));
        const auto reader = scene.join({"operator.read", "operator.pairing"});
        CHECK(scene.ask(*reader, "device.pair.setupCode", "{}")
                  .contains("missing scope: operator.admin"));
    }

    TEST_CASE("device: what it is and holds survives a restart, its token as well") {
        test::Signer device;
        Scene scene;
        const auto token = scene.paired(device);
        scene.last.reset();
        const auto* known = scene.devices.book().find(device.id);
        REQUIRE(known != nullptr);
        // A desk of the next process has the same key file and ledger.
        rpc::DeviceDesk next({.loop = scene.loop,
                              .ledger = *scene.ledger,
                              .events = scene.events,
                              .identity = scene.identity});
        std::string said;
        rpc::Admitted who;
        who.device_id = device.id;
        who.entry = rpc::Entry::known;
        who.visitor.role = "operator";
        next.enter(who, [&](Result<rpc::Grant> grant) { said = grant->front().value.reveal(); });
        CHECK(said == token);
    }

    TEST_CASE("device: one whose token was made with another key is given a new one") {
        Scene scene;
        const Signer device;
        const auto token = scene.paired(device);
        const auto other =
            auth::GatewayIdentity::load_or_create(scene.scratch.file("other.json"), 1).value();
        rpc::DeviceDesk next({.loop = scene.loop,
                              .ledger = *scene.ledger,
                              .events = scene.events,
                              .identity = other});
        std::optional<std::string> said;
        rpc::Admitted who;
        who.device_id = device.id;
        who.entry = rpc::Entry::known;
        who.approved_via = "silent";
        who.visitor = {device.id, {}, "operator", {"operator.read"}};
        next.enter(who, [&](Result<rpc::Grant> grant) { said = grant->front().value.reveal(); });
        while (!said)
            scene.loop.turn();
        CHECK(*said != token);
    }

    TEST_CASE("device: events of pairing are for those who may pair") {
        Scene scene;
        const auto reader = scene.join({"operator.read", "operator.write"});
        scene.connect_from_afar(Signer(1), {.token = "s3cret"});
        CHECK(scene.events_named(*scene.watcher, "device.pair.requested").size() == 1);
        CHECK(scene.events_named(*reader, "device.pair.requested").empty());
    }

    TEST_CASE("device: wrong tokens from afar are evaluated ten times, then nobody listens") {
        Scene scene;
        const Signer device;
        const auto token = scene.paired(device);
        for (int i = 0; i < 10; ++i)
            CHECK(scene.connect_from_afar(device, {.device_token = "guess-" + std::to_string(i)})
                      .details()["code"]
                      .text() == "AUTH_DEVICE_TOKEN_MISMATCH");
        const auto locked = scene.connect_from_afar(device, {.device_token = token});
        CHECK(locked.details()["code"].text() == "AUTH_RATE_LIMITED");
        CHECK(locked.root()["error"]["retryable"].boolean());
        CHECK(locked.root()["error"]["retryAfterMs"].integer() > 290'000);
        CHECK(scene.connect(device, {.device_token = token}).is_in()); // here is not there
    }

    TEST_CASE("device: one that is in asks for more, waits, and is told its new token") {
        Scene scene;
        const Signer device;
        const auto token = scene.paired(device);
        const auto peer = scene.join({"operator.read"});
        peer->device_id = device.id;
        const auto asked = parsed(scene.ask(*peer, "device.scopes.requestUpgrade",
                                            R"({"scopes":["operator.read","operator.write"]})"));
        const std::string id(asked.root()["payload"]["requestId"].text());
        CHECK(scene.events_named(*scene.watcher, "device.pair.requested").size() == 1);
        const auto before = peer->frames.size();
        scene.ask(*peer, "device.scopes.waitUpgrade", R"({"requestId":")" + id + "\"}");
        CHECK(peer->frames.size() == before); // it waits
        scene.ask_and_wait(*scene.owner, "device.pair.approve", R"({"requestId":")" + id + "\"}");
        const auto told = parsed(peer->last());
        CHECK(told.root()["payload"]["status"].text() == "approved");
        const std::string more(told.root()["payload"]["deviceToken"].text());
        CHECK(more.size() == 43);
        CHECK(more != token);
        CHECK(scene.connect(device, {.scopes = {"operator.write"}, .device_token = more}).is_in());
        const auto again = parsed(
            scene.ask(*peer, "device.scopes.requestUpgrade", R"({"scopes":["operator.write"]})"));
        CHECK(again.root()["error"]["message"].text().contains("holds the scopes already"));
    }

    TEST_CASE("device: a no to more scopes is a no, and nobody else may listen") {
        Scene scene;
        const Signer device;
        scene.paired(device);
        const auto peer = scene.join({"operator.read"});
        peer->device_id = device.id;
        const auto asked = parsed(
            scene.ask(*peer, "device.scopes.requestUpgrade", R"({"scopes":["operator.admin"]})"));
        const std::string wait =
            R"({"requestId":")" + std::string(asked.root()["payload"]["requestId"].text()) + "\"}";
        const auto stranger = scene.join({"operator.read"});
        CHECK(parsed(scene.ask(*stranger, "device.scopes.waitUpgrade", wait))
                  .root()["error"]["message"]
                  .text() == "unknown requestId");
        scene.ask_and_wait(*scene.owner, "device.pair.reject", wait);
        const auto told = parsed(scene.ask(*peer, "device.scopes.waitUpgrade", wait));
        CHECK(told.root()["payload"]["status"].text() == "rejected");
        CHECK_FALSE(told.root()["payload"]["deviceToken"]);
        CHECK(parsed(scene.ask(*stranger, "device.scopes.requestUpgrade",
                               R"({"scopes":["operator.admin"]})"))
                  .root()["error"]["message"]
                  .text()
                  .contains("only a paired device"));
    }
}
