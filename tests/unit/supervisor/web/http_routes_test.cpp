#include "common/version.h"
#include "supervisor/web/attribution.h"
#include "supervisor/web/http_routes.h"

#include <doctest/doctest.h>

#include <vector>

using namespace openclaw;
using namespace openclaw::web;

namespace {

Readiness started() {
    return {.phase = Readiness::Phase::started,
            .failing = {},
            .uptime_ms = 42,
            .event_loop_json = R"({"degraded":false})"};
}

Readiness starting() {
    return {.phase = Readiness::Phase::starting,
            .failing = {"startup-sidecars"},
            .uptime_ms = 7,
            .event_loop_json = {}};
}

HttpAnswer ask(std::string_view method, std::string_view path, const Readiness& facts,
               bool local = true, bool authenticated = false) {
    return answer({.method = method,
                   .path = path,
                   .is_direct_local = local,
                   .is_authenticated = authenticated},
                  facts);
}

} // namespace

TEST_SUITE("supervisor/web") {
    TEST_CASE("liveness is told always, also while starting") {
        for (const auto* path : {"/health", "/healthz"}) {
            const auto reply = ask("GET", path, starting());
            CHECK(reply.status == 200);
            CHECK(reply.body == R"({"ok":true,"status":"live"})");
            CHECK(reply.headers ==
                  std::vector<std::pair<std::string, std::string>>{{"Cache-Control", "no-store"}});
            CHECK(reply.content_type == "application/json; charset=utf-8");
        }
    }

    TEST_CASE("readiness says what is missing, and details only to the local or authenticated") {
        CHECK(ask("GET", "/readyz", started()).body ==
              R"({"ready":true,"failing":[],"uptimeMs":42,"eventLoop":{"degraded":false}})");
        CHECK(ask("GET", "/ready", starting()).status == 503);
        CHECK(ask("GET", "/ready", starting()).body ==
              R"({"ready":false,"failing":["startup-sidecars"],"uptimeMs":7})");
        CHECK(ask("GET", "/readyz", started(), false).body == R"({"ready":true})");
        CHECK(ask("GET", "/readyz", starting(), false, true).body ==
              R"({"ready":false,"failing":["startup-sidecars"],"uptimeMs":7})");
    }

    TEST_CASE("start-up is told in its three words") {
        CHECK(ask("GET", "/startupz", started()).body ==
              R"({"ok":true,"status":"started","version":")" + std::string(version) +
                  R"(","uptimeMs":42})");
        CHECK(
            ask("GET", "/startup", starting()).body ==
            R"({"ok":false,"status":"starting","uptimeMs":7,"pendingReason":"startup-sidecars"})");
        CHECK(ask("GET", "/startup", starting(), false).body ==
              R"({"ok":false,"status":"starting"})");
        auto draining = started();
        draining.phase = Readiness::Phase::draining;
        CHECK(ask("GET", "/startupz", draining).status == 503);
        CHECK(ask("GET", "/startupz", draining).body ==
              R"({"ok":false,"status":"draining","uptimeMs":42})");
    }

    TEST_CASE("HEAD tells the length and sends no body") {
        const auto text = render(ask("HEAD", "/healthz", started()), true);
        CHECK(text.contains("Content-Length: 27\r\n"));
        CHECK(text.ends_with("\r\n\r\n"));
    }

    TEST_CASE("other methods on a probe are refused with Allow; unknown paths are not found") {
        const auto refused = ask("POST", "/healthz", started());
        CHECK(refused.status == 405);
        CHECK(refused.body == "Method Not Allowed");
        CHECK(refused.headers ==
              std::vector<std::pair<std::string, std::string>>{{"Allow", "GET, HEAD"}});
        CHECK(ask("GET", "/nowhere", started()).status == 404);
        CHECK(ask("GET", "/nowhere", started()).body == "Not Found");
        CHECK(ask("POST", "/nowhere", started()).status == 404);
        CHECK(ask("OPTIONS", "/nowhere", started()).status == 405);
    }

    TEST_CASE("every answer carries the common headers") {
        for (const auto& reply : {ask("GET", "/nowhere", started()), refuse_unattributed_proxy(),
                                  refuse_rate_limited(9)}) {
            const auto text = render(reply, false);
            CHECK(text.contains("X-Content-Type-Options: nosniff\r\n"));
            CHECK(text.contains("Referrer-Policy: no-referrer\r\n"));
            CHECK(text.contains(
                "Permissions-Policy: camera=(), microphone=(self), geolocation=()\r\n"));
        }
        CHECK(render(refuse_rate_limited(9), false).contains("Retry-After: 9\r\n"));
    }

    TEST_CASE("addresses belong to blocks by their bits, IPv4 also in its IPv6 form") {
        CHECK(is_in_block("10.1.2.3", "10.0.0.0/8"));
        CHECK_FALSE(is_in_block("11.1.2.3", "10.0.0.0/8"));
        CHECK(is_in_block("::ffff:10.1.2.3", "10.0.0.0/8"));
        CHECK(is_in_block("192.168.7.255", "192.168.7.128/25"));
        CHECK_FALSE(is_in_block("192.168.7.127", "192.168.7.128/25"));
        CHECK(is_in_block("fd00::1", "fd00::/8"));
        CHECK(is_in_block("1.2.3.4", "1.2.3.4"));
        CHECK_FALSE(is_in_block("1.2.3.4", "1.2.3.4/xx"));
        CHECK_FALSE(is_in_block("1.2.3.4", "nonsense"));
        CHECK_FALSE(is_in_block("nonsense", "0.0.0.0/0"));
        CHECK(is_loopback("127.8.8.8"));
        CHECK(is_loopback("::1"));
        CHECK_FALSE(is_loopback("192.168.1.1"));
    }

    TEST_CASE("behind trusted proxies the last stranger in the list is the client") {
        const std::vector<std::string> trusted = {"10.0.0.0/8"};
        CHECK(attribute("10.0.0.2", true, "6.6.6.6, 5.5.5.5, 10.9.9.9", trusted).ip == "5.5.5.5");
        CHECK(attribute("10.0.0.2", true, "10.9.9.9", trusted).ip == "10.0.0.2");
        CHECK(attribute("10.0.0.2", true, "6.6.6.6, garbage", trusted).ip == "10.0.0.2");
        CHECK(attribute("8.8.8.8", true, "6.6.6.6", trusted).is_refused);
        CHECK_FALSE(attribute("8.8.8.8", false, "", trusted).is_refused);
        CHECK_FALSE(attribute("10.0.0.2", true, "127.0.0.1", trusted).direct_local);
    }
}
