#include "supervisor/ledger/devices.h"
#include "tests/unit/supervisor/ledger/scratch.h"

using namespace openclaw;
using namespace openclaw::ledger;

namespace {

Device laptop() {
    Device device;
    device.id = "5647";
    device.face = {"A6EH", "laptop", "linux", "Linux", "cli", "cli"};
    device.role = "operator";
    device.roles = {"operator"};
    device.scopes = {"operator.read", "a scope with, every | \" \x1f sign"};
    device.approved_via = "silent";
    device.created_at_ms = device.approved_at_ms = 1000;
    device.tokens = {{"operator", "salt", "hash", {"operator.read"}, 1000, 0, 0}};
    return device;
}

DeviceRequest asks(Fixture& it, const std::string& device_id, const std::string& request_id) {
    DeviceRequest request;
    request.request_id = request_id;
    request.device_id = device_id;
    request.face.public_key = "A6EH";
    request.role = "operator";
    request.roles = {"operator"};
    request.scopes = {"operator.read"};
    request.requested_at_ms = it.clock.unix_ms();
    request.expires_at_ms = it.clock.unix_ms() + 300'000;
    return request;
}

SetupCode code(Fixture& it, const std::string& id, const std::string& hash) {
    SetupCode made;
    made.setup_id = id;
    made.hash = hash;
    made.access = "full";
    made.expires_at_ms = it.clock.unix_ms() + 600'000;
    return made;
}

} // namespace

TEST_SUITE("supervisor/ledger") {
    TEST_CASE("a device and its tokens survive a kill, word for word") {
        Fixture it;
        REQUIRE(it.keep(it.ledger->devices.put(laptop())));
        it.crash();
        const auto* device = it.ledger->devices.find("5647");
        REQUIRE(device != nullptr);
        const Device before = laptop();
        CHECK(device->face.platform == before.face.platform);
        CHECK(device->face.client_mode == before.face.client_mode);
        CHECK(device->scopes == before.scopes);
        CHECK(device->roles == before.roles);
        CHECK(device->approved_via == "silent");
        const auto* token = device->token_of("operator");
        REQUIRE(token != nullptr);
        CHECK(token->salt == "salt");
        CHECK(token->hash == "hash");
        CHECK(token->issued_at_ms() == 1000);
        CHECK(device->token_of("node") == nullptr);
    }
    TEST_CASE("a token that was taken away does not come back with the next start") {
        Fixture it;
        REQUIRE(it.keep(it.ledger->devices.put(laptop())));
        Device without = laptop();
        without.tokens.clear();
        REQUIRE(it.keep(it.ledger->devices.put(without)));
        it.crash();
        CHECK(it.ledger->devices.find("5647")->tokens.empty());
    }
    TEST_CASE("a removed device is gone with what it asked for") {
        Fixture it;
        REQUIRE(it.keep(it.ledger->devices.put(laptop()),
                        it.ledger->devices.put(asks(it, "5647", "r1"))));
        REQUIRE(it.keep(it.ledger->devices.remove(it.ledger->devices.find("5647")->id)));
        CHECK(it.ledger->devices.all().empty());
        it.crash();
        CHECK(it.ledger->devices.find("5647") == nullptr);
        CHECK(it.ledger->devices.waiting().empty());
    }
    TEST_CASE("one request waits for each device, and not longer than it lives") {
        Fixture it;
        auto& devices = it.ledger->devices;
        REQUIRE(it.keep(devices.put(asks(it, "5647", "r1"))));
        REQUIRE(it.keep(devices.put(asks(it, "5647", "r2"))));
        CHECK(devices.request("r1") == nullptr);
        it.crash();
        REQUIRE(it.ledger->devices.waiting().size() == 1);
        CHECK(it.ledger->devices.request_of("5647")->request_id == "r2");
        it.clock.advance(std::chrono::minutes(5));
        CHECK(it.ledger->devices.waiting().empty());
        CHECK(it.ledger->devices.request("r2") == nullptr);
        CHECK(it.ledger->devices.request_of("5647") == nullptr);
    }
    TEST_CASE("when too many wait, the one who waits longest makes room") {
        Fixture it;
        auto& devices = it.ledger->devices;
        for (std::size_t i = 0; i < Devices::max_waiting; ++i) {
            REQUIRE(it.keep(
                devices.put(asks(it, "device-" + std::to_string(i), "r" + std::to_string(i)))));
            it.clock.advance(Milliseconds(1));
        }
        REQUIRE(it.keep(devices.put(asks(it, "late", "late"))));
        CHECK(devices.waiting().size() == Devices::max_waiting);
        CHECK(devices.request("r0") == nullptr);
        CHECK(devices.request("late") != nullptr);
        it.crash();
        CHECK(it.ledger->devices.waiting().size() == Devices::max_waiting);
        CHECK(it.ledger->devices.request("r0") == nullptr);
    }
    TEST_CASE("a setup code is found by its hash until it is used or runs out") {
        Fixture it;
        auto& devices = it.ledger->devices;
        REQUIRE(it.keep(devices.put(code(it, "s1", "h1")), devices.put(code(it, "s2", "h2"))));
        it.crash();
        auto used = *it.ledger->devices.setup_code_with("h1");
        used.used_at_ms = it.clock.unix_ms();
        used.device_name = "phone";
        REQUIRE(it.keep(it.ledger->devices.put(used)));
        CHECK(it.ledger->devices.setup_code_with("h1") == nullptr);
        it.crash();
        CHECK(it.ledger->devices.setup_code_with("h1") == nullptr);
        CHECK(it.ledger->devices.setup_code("s1")->device_name == "phone");
        CHECK(it.ledger->devices.setup_code_with("h2") != nullptr);
        it.clock.advance(std::chrono::minutes(10));
        CHECK(it.ledger->devices.setup_code_with("h2") == nullptr);
    }
    TEST_CASE("when a device was seen last is kept beside the rest") {
        Fixture it;
        REQUIRE(it.keep(it.ledger->devices.put(laptop())));
        REQUIRE(it.keep(it.ledger->devices.seen("5647", "device-token-auth", 5000, "operator")));
        REQUIRE(it.keep(it.ledger->devices.seen("5647", "connect", 6000, {})));
        it.crash();
        const auto* device = it.ledger->devices.find("5647");
        CHECK(device->last_seen_at_ms == 6000);
        CHECK(device->last_seen_reason == "connect");
        CHECK(device->token_of("operator")->last_used_at_ms == 5000);
    }
}
