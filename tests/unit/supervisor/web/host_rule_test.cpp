#include "supervisor/web/host_rule.h"

#include <doctest/doctest.h>

#include <array>
#include <string>

using openclaw::web::is_our_host;

TEST_SUITE("supervisor/web") {
    TEST_CASE("addresses, loopback names and our own names are ours") {
        const std::array<std::string, 2> names = {"gw", "gateway.example"};
        for (const auto* host : {"127.0.0.1:18789", "127.0.0.1", "localhost", "LOCALHOST:1",
                                 "localhost.", "[::1]:18789", "[::1]", "192.0.2.1",
                                 "app.localhost:80", "gw:18789", "GW", "gateway.example:443", ""})
            CHECK_MESSAGE(is_our_host(host, names), host);
    }

    TEST_CASE("a name that only points here is not ours") {
        const std::array<std::string, 1> names = {"gateway.example"};
        for (const auto* host : {"evil.example", "evil.example:18789", "127.0.0.1.evil.example",
                                 "localhost.evil.example", "gateway.example.evil", "xlocalhost",
                                 "0x7f.1x", "::1.evil", "[evil]:1"})
            CHECK_MESSAGE(!is_our_host(host, names), host);
    }
}
