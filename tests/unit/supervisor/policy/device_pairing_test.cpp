#include "supervisor/policy/device_pairing.h"

#include <doctest/doctest.h>

using namespace openclaw::policy;

namespace {

const Scopes operator_only = {"operator"}, read_scope = {"operator.read"},
             read_and_write = {"operator.read", "operator.write"};

KnownDevice laptop() {
    return {.roles = operator_only,
            .scopes = read_scope,
            .platform = "linux",
            .device_family = "Linux"};
}

DeviceVisit visit() {
    return {.role = "operator",
            .scopes = read_scope,
            .platform = "linux",
            .device_family = "Linux",
            .is_direct_local = true};
}

} // namespace

TEST_SUITE("supervisor/policy") {
    TEST_CASE("a device is asked about when it is new or wants more than it has") {
        CHECK(pairing_need(std::nullopt, visit()) == PairingNeed::not_paired);
        CHECK(pairing_need(laptop(), visit()) == PairingNeed::none);
        auto more = visit();
        more.scopes = read_and_write;
        CHECK(pairing_need(laptop(), more) == PairingNeed::scope_upgrade);
        auto node = visit();
        node.role = "node";
        CHECK(pairing_need(laptop(), node) == PairingNeed::role_upgrade);
        auto known = laptop();
        known.roles = {};
        CHECK(pairing_need(known, visit()) == PairingNeed::role_upgrade); // its token was revoked
        known = laptop();
        known.scopes = read_and_write;
        CHECK(pairing_need(known, visit()) == PairingNeed::none); // fewer than it may
    }

    TEST_CASE("scopes that are implied need no asking") {
        static const Scopes admin = {"operator.admin"}, odd = {"operator.bogus"};
        auto known = laptop();
        known.scopes = admin;
        auto more = visit();
        more.scopes = odd;
        CHECK(pairing_need(known, more) == PairingNeed::none); // seen live
    }

    TEST_CASE("a face is compared as the signature reads it, and comes before all else") {
        auto same = visit();
        same.platform = " Linux ";
        same.device_family = "LINUX";
        CHECK(pairing_need(laptop(), same) == PairingNeed::none);
        auto other = visit();
        other.platform = "darwin";
        other.scopes = read_and_write;
        CHECK(pairing_need(laptop(), other) == PairingNeed::metadata_upgrade);
        other = visit();
        other.device_family = "";
        CHECK(pairing_need(laptop(), other) == PairingNeed::metadata_upgrade);
    }

    TEST_CASE("what happens on this machine is silent, but for a new face") {
        for (const auto need :
             {PairingNeed::not_paired, PairingNeed::role_upgrade, PairingNeed::scope_upgrade}) {
            CHECK(is_silent(need, visit()));
            auto remote = visit();
            remote.is_direct_local = false;
            CHECK_FALSE(is_silent(need, remote));
            remote.is_vouched_for = true;
            CHECK(is_silent(need, remote));
            auto strict = visit();
            strict.may_approve_locally = false;
            CHECK_FALSE(is_silent(need, strict));
        }
        CHECK_FALSE(is_silent(PairingNeed::metadata_upgrade, visit()));
        CHECK(is_silent(PairingNeed::none, {}));
    }

    TEST_CASE("a command line that wants to be a node with an operator's scopes waits") {
        auto odd = visit();
        odd.role = "node";
        odd.is_plain_cli = true;
        CHECK_FALSE(is_silent(PairingNeed::not_paired, odd));
        odd.scopes = {};
        CHECK(is_silent(PairingNeed::not_paired, odd));
    }

    TEST_CASE("every need has a reason, a sentence and a remedy of its own") {
        CHECK(words(PairingNeed::none).reason.empty());
        CHECK(words(PairingNeed::not_paired).reason == "not-paired");
        CHECK(words(PairingNeed::role_upgrade).reason == "role-upgrade");
        CHECK(words(PairingNeed::scope_upgrade).reason == "scope-upgrade");
        CHECK(words(PairingNeed::metadata_upgrade).reason == "metadata-upgrade");
    }

    TEST_CASE("joined words keep their order and come once") {
        CHECK(joined(read_scope, read_and_write) == read_and_write);
        CHECK(joined({}, read_scope) == read_scope);
    }

    TEST_CASE("a limited setup code brings neither administration nor secrets") {
        const auto full = setup_access("full"), limited = setup_access("limited"),
                   node = setup_access("node");
        REQUIRE((full && limited && node));
        CHECK(allows(full->operator_scopes, scope::admin));
        CHECK_FALSE(allows(limited->operator_scopes, scope::admin));
        CHECK_FALSE(allows(limited->operator_scopes, scope::pairing));
        CHECK_FALSE(allows(limited->operator_scopes, scope::talk_secrets));
        CHECK(node->operator_scopes.empty());
        CHECK((full->node && limited->node && node->node));
        CHECK_FALSE(setup_access("everything"));
    }
}
