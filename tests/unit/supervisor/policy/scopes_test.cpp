#include "supervisor/policy/scopes.h"

#include <doctest/doctest.h>

using namespace openclaw::policy;

TEST_SUITE("supervisor/policy") {
    TEST_CASE("admin means everything, write means read and talk, the rest means itself") {
        for (const std::string& needed : operator_scopes()) {
            CHECK(implies(scope::admin, needed));
            CHECK(implies(needed, needed));
            CHECK(implies(scope::write, needed) ==
                  (needed == scope::write || needed == scope::read || needed == scope::talk));
            CHECK(implies(scope::read, needed) == (needed == scope::read));
        }
        CHECK(operator_scopes().size() == 8);
        CHECK_FALSE(implies(scope::talk, scope::talk_secrets));
        CHECK_FALSE(implies(scope::admin, "node.secrets"));
        CHECK(implies(scope::admin, "operator.future"));
        CHECK(implies("operator.bogus", "operator.bogus"));
        CHECK_FALSE(implies("operator.bogus", scope::read));
    }
    TEST_CASE("what is lacking is told in the order it was asked for") {
        const Scopes held = {"operator.write"};
        const Scopes needed = {"operator.admin", "operator.read", "operator.pairing"};
        CHECK(missing(held, needed) == Scopes{"operator.admin", "operator.pairing"});
        CHECK(missing({}, needed) == needed);
        CHECK(missing(held, {}).empty());
    }
    TEST_CASE("granted is what was requested and is allowed, never more") {
        CHECK(intersect(Scopes{"operator.read", "operator.admin"}, Scopes{"operator.write"}) ==
              Scopes{"operator.read"});
        CHECK(intersect(Scopes{"operator.admin", "operator.admin"}, operator_scopes()) ==
              Scopes{"operator.admin"});
        CHECK(intersect(Scopes{"operator.read"}, {}).empty());
        CHECK(intersect({}, operator_scopes()).empty());
    }
    TEST_CASE("events are for who may read them; unknown families are for nobody") {
        const Scopes none, read = {"operator.read"}, admin = {"operator.admin"};
        for (const char* open : {"tick", "health", "presence", "shutdown", "heartbeat"}) {
            CHECK(may_see(open, Role::operator_role, none));
            CHECK(may_see(open, Role::node, none));
        }
        for (const char* family : {"chat", "agent", "sessions.changed", "session.message", "cron",
                                   "config.changed", "chat.send_timing", "task"}) {
            CHECK_MESSAGE(may_see(family, Role::operator_role, read), family);
            CHECK_FALSE(may_see(family, Role::operator_role, none));
            CHECK_FALSE(may_see(family, Role::node, read));
        }
        for (const char* family : {"exec.approval.requested", "device.pair.requested",
                                   "plugin.something", "session.approval", "question.requested"}) {
            CHECK_FALSE(may_see(family, Role::operator_role, read));
            CHECK_MESSAGE(may_see(family, Role::operator_role, admin), family);
        }
        for (const char* unknown : {"", "surprise", "chatter", "ticks"})
            CHECK_FALSE(may_see(unknown, Role::operator_role, admin));
    }
    TEST_CASE("roles are two words") {
        CHECK(role_from("operator") == Role::operator_role);
        CHECK(role_from("node") == Role::node);
        CHECK_FALSE(role_from("root"));
        CHECK(word(Role::node) == "node");
    }
}
