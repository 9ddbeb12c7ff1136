#include "workers/egress/address_rule.h"

#include <doctest/doctest.h>

using namespace openclaw;
using namespace openclaw::egress;

namespace {

struct Row {
    const char* address;
    AddressKind kind;
};

// Borders of every range, inside and outside, and the ways to write one address inside another.
constexpr Row rows[] = {
    {"8.8.8.8", AddressKind::global},
    {"149.154.167.220", AddressKind::global}, // api.telegram.org
    {"1.0.0.0", AddressKind::global},
    {"9.255.255.255", AddressKind::global},
    {"11.0.0.0", AddressKind::global},
    {"10.0.0.0", AddressKind::private_network},
    {"10.255.255.255", AddressKind::private_network},
    {"172.15.255.255", AddressKind::global},
    {"172.16.0.0", AddressKind::private_network},
    {"172.31.255.255", AddressKind::private_network},
    {"172.32.0.0", AddressKind::global},
    {"192.167.255.255", AddressKind::global},
    {"192.168.0.1", AddressKind::private_network},
    {"192.169.0.0", AddressKind::global},
    {"100.63.255.255", AddressKind::global},
    {"100.64.0.1", AddressKind::private_network},
    {"100.127.255.255", AddressKind::private_network},
    {"100.128.0.0", AddressKind::global},
    {"127.0.0.1", AddressKind::loopback},
    {"127.255.255.255", AddressKind::loopback},
    {"128.0.0.1", AddressKind::global},
    {"0.0.0.0", AddressKind::reserved},
    {"0.1.2.3", AddressKind::reserved},
    {"169.254.0.1", AddressKind::link_local},
    {"169.254.169.254", AddressKind::metadata},
    {"169.254.170.2", AddressKind::metadata},
    {"100.100.100.200", AddressKind::metadata},
    {"168.63.129.16", AddressKind::metadata},
    {"192.0.2.1", AddressKind::reserved},
    {"198.17.255.255", AddressKind::global},
    {"198.18.0.1", AddressKind::global}, // fake addresses of local proxies: allowed
    {"198.51.100.7", AddressKind::reserved},
    {"203.0.113.7", AddressKind::reserved},
    {"223.255.255.255", AddressKind::global},
    {"224.0.0.1", AddressKind::reserved},
    {"240.0.0.1", AddressKind::reserved},
    {"255.255.255.255", AddressKind::reserved},
    {"::1", AddressKind::loopback},
    {"::", AddressKind::reserved},
    {"::7f00:1", AddressKind::reserved}, // IPv4-compatible
    {"2606:4700::1111", AddressKind::global},
    {"fc00::1", AddressKind::private_network},
    {"fdff:ffff::1", AddressKind::private_network},
    {"fe80::1", AddressKind::link_local},
    {"febf::1", AddressKind::link_local},
    {"fec0::1", AddressKind::private_network},
    {"fe80::a9fe:a9fe", AddressKind::metadata},
    {"fd00:ec2::254", AddressKind::metadata},
    {"fd20:ce::254", AddressKind::metadata},
    {"ff02::1", AddressKind::reserved},
    {"2001:db8::1", AddressKind::reserved},
    {"2001:0:53aa:64c::1", AddressKind::reserved}, // Teredo
    {"2001:4860:4860::8888", AddressKind::global},
    {"::ffff:8.8.8.8", AddressKind::global}, // mapped
    {"::ffff:127.0.0.1", AddressKind::loopback},
    {"::ffff:10.1.2.3", AddressKind::private_network},
    {"::ffff:169.254.169.254", AddressKind::metadata},
    {"::ffff:0:127.0.0.1", AddressKind::loopback}, // translated
    {"64:ff9b::8.8.8.8", AddressKind::global},     // NAT64
    {"64:ff9b::192.168.1.1", AddressKind::private_network},
    {"64:ff9b::169.254.169.254", AddressKind::metadata},
    {"64:ff9b:1::1", AddressKind::reserved},
    {"2002:0808:0808::1", AddressKind::global}, // 6to4
    {"2002:7f00:0001::1", AddressKind::loopback},
    {"2002:c0a8:0101::1", AddressKind::private_network},
};

Address address(const char* text) {
    const auto parsed = parse_address(text);
    REQUIRE(parsed);
    return *parsed;
}

} // namespace

TEST_SUITE("workers/egress") {
    TEST_CASE("every address is of the kind its registry says, however it is wrapped") {
        for (const auto& row : rows) {
            CAPTURE(row.address);
            CHECK(kind_of(address(row.address)) == row.kind);
        }
    }

    TEST_CASE("a platform's name leads to the internet only") {
        for (const auto& row : rows) {
            CAPTURE(row.address);
            CHECK(may_connect(address(row.address), wire::ADDRESS_PUBLIC) ==
                  (row.kind == AddressKind::global));
        }
    }

    TEST_CASE("a name the operator wrote may lead home, never to metadata or the local link") {
        for (const auto& row : rows) {
            CAPTURE(row.address);
            const bool is_home =
                row.kind == AddressKind::loopback || row.kind == AddressKind::private_network;
            CHECK(may_connect(address(row.address), wire::ADDRESS_NAMED) ==
                  (row.kind == AddressKind::global || is_home));
        }
    }

    TEST_CASE("an address the operator wrote is what he meant") {
        CHECK(may_connect(address("169.254.1.1"), wire::ADDRESS_ANY));
        CHECK(may_connect(address("127.0.0.1"), wire::ADDRESS_ANY));
    }

    TEST_CASE("other ways to write a number are no address: the resolver's answer is judged") {
        for (const char* text : {"127.1", "0x7f000001", "2130706433", "0177.0.0.1", "127.0.0.1 ",
                                 "localhost", "", "[::1]", "::1%lo"})
            CHECK_FALSE(parse_address(text));
    }
}
