#include "common/config/channels/echo.h"
#include "supervisor/process/reconcile.h"

#include <doctest/doctest.h>

using namespace openclaw;
using namespace openclaw::process;

namespace {

WantedWorker wanted(std::string id, std::string settings = "{}", std::string token = "") {
    WantedWorker worker;
    worker.spec = &config::echo_worker;
    worker.id = std::move(id);
    worker.settings_json = std::move(settings);
    if (!token.empty()) worker.secrets.emplace("token", Secret(token));
    return worker;
}

std::vector<Plan> plan(const std::vector<WantedWorker>& wish,
                       const std::vector<WantedWorker>& there) {
    std::vector<Running> running;
    for (const auto& worker : there)
        running.push_back({worker.id, fingerprint(worker)});
    return reconcile(wish, running);
}

using Plans = std::vector<Plan>;

} // namespace

TEST_SUITE("process/reconcile") {
    TEST_CASE("what is wanted and not there is spawned") {
        CHECK(plan({wanted("a"), wanted("b")}, {}) ==
              Plans{{Step::spawn, "a"}, {Step::spawn, "b"}});
    }
    TEST_CASE("what is there unchanged is kept") {
        CHECK(plan({wanted("a")}, {wanted("a")}) == Plans{{Step::keep, "a"}});
    }
    TEST_CASE("changed settings or secrets replace the worker") {
        CHECK(plan({wanted("a", "{\"x\":1}")}, {wanted("a")}) == Plans{{Step::drain_respawn, "a"}});
        CHECK(plan({wanted("a", "{}", "new")}, {wanted("a", "{}", "old")}) ==
              Plans{{Step::drain_respawn, "a"}});
    }
    TEST_CASE("what is not wanted any more is stopped, before anything is started") {
        CHECK(plan({wanted("new")}, {wanted("old")}) ==
              Plans{{Step::drain_stop, "old"}, {Step::spawn, "new"}});
    }
    TEST_CASE("an id that is wanted twice counts once") {
        CHECK(plan({wanted("a"), wanted("a", "{\"x\":1}")}, {}) == Plans{{Step::spawn, "a"}});
    }
    TEST_CASE("nothing wanted and nothing there is nothing to do") {
        CHECK(plan({}, {}).empty());
    }
    TEST_CASE("borders between the parts of a fingerprint matter") {
        auto one = wanted("a"), other = wanted("a");
        one.secrets.emplace("k", Secret("vw"));
        other.secrets.emplace("kv", Secret("w"));
        CHECK(fingerprint(one) != fingerprint(other));
    }
}
