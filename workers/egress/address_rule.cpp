#include "workers/egress/address_rule.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>

namespace openclaw::egress {

namespace {

struct Row {
    std::string_view prefix; // as text: read once for each question, which are few
    unsigned bits;
    AddressKind kind;
};

// IANA IPv4 Special-Purpose Address Registry; first match wins. 198.18.0.0/15 (benchmarking) is
// missing on purpose: local proxies hand out "fake" addresses from it for names they will resolve
// themselves (TELEGRAM.md 10).
constexpr std::array v4_rows{
    Row{"169.254.169.254", 32, AddressKind::metadata}, // AWS, GCP, Azure, DigitalOcean, …
    Row{"169.254.170.2", 32, AddressKind::metadata},   // AWS container credentials
    Row{"169.254.170.23", 32, AddressKind::metadata},  // AWS EKS pod identity
    Row{"100.100.100.200", 32, AddressKind::metadata}, // Alibaba Cloud
    Row{"168.63.129.16", 32, AddressKind::metadata},   // Azure's wire server
    Row{"192.0.0.192", 32, AddressKind::metadata},     // Oracle Cloud, formerly
    Row{"127.0.0.0", 8, AddressKind::loopback},
    Row{"10.0.0.0", 8, AddressKind::private_network},
    Row{"172.16.0.0", 12, AddressKind::private_network},
    Row{"192.168.0.0", 16, AddressKind::private_network},
    Row{"100.64.0.0", 10, AddressKind::private_network}, // carrier NAT; Tailscale
    Row{"169.254.0.0", 16, AddressKind::link_local},
    Row{"0.0.0.0", 8, AddressKind::reserved}, // Linux takes 0.0.0.0 for this machine
    Row{"192.0.0.0", 24, AddressKind::reserved},
    Row{"192.0.2.0", 24, AddressKind::reserved},
    Row{"192.88.99.0", 24, AddressKind::reserved},
    Row{"198.51.100.0", 24, AddressKind::reserved},
    Row{"203.0.113.0", 24, AddressKind::reserved},
    Row{"224.0.0.0", 4, AddressKind::reserved}, // multicast
    Row{"240.0.0.0", 4, AddressKind::reserved}, // broadcast included
};

// IANA IPv6 Special-Purpose Address Registry.
constexpr std::array v6_rows{
    Row{"fd00:ec2::254", 128, AddressKind::metadata}, // AWS
    Row{"fd00:ec2::23", 128, AddressKind::metadata},  // AWS EKS pod identity
    Row{"fd20:ce::254", 128, AddressKind::metadata},  // GCP
    Row{"fe80::a9fe:a9fe", 128, AddressKind::metadata},
    Row{"::1", 128, AddressKind::loopback},
    Row{"fc00::", 7, AddressKind::private_network},
    Row{"fe80::", 10, AddressKind::link_local},
    Row{"fec0::", 10, AddressKind::private_network}, // site local, deprecated
    Row{"64:ff9b:1::", 48, AddressKind::reserved},   // NAT64 of some private network
    Row{"::", 96, AddressKind::reserved},            // unspecified, IPv4-compatible
    Row{"100::", 64, AddressKind::reserved},         // discard
    Row{"2001::", 23, AddressKind::reserved},        // Teredo, ORCHID, benchmarking
    Row{"2001:db8::", 32, AddressKind::reserved},
    Row{"3fff::", 20, AddressKind::reserved},
    Row{"5f00::", 16, AddressKind::reserved}, // SRv6 SIDs
    Row{"ff00::", 8, AddressKind::reserved},  // multicast
};

bool has_prefix(const Address& address, std::string_view prefix_text, unsigned bits) {
    const auto prefix = parse_address(prefix_text)->bytes;
    const unsigned whole = bits / 8;
    if (!std::equal(prefix.begin(), prefix.begin() + whole, address.bytes.begin())) return false;
    if (bits % 8 == 0) return true;
    const auto mask = static_cast<std::uint8_t>(0xff << (8 - bits % 8));
    return (prefix[whole] & mask) == (address.bytes[whole] & mask);
}

AddressKind look_up(const Address& address, std::span<const Row> rows) {
    const auto row = std::ranges::find_if(
        rows, [&](const Row& one) { return has_prefix(address, one.prefix, one.bits); });
    return row == rows.end() ? AddressKind::global : row->kind;
}

// Where in an IPv6 address an IPv4 address lies, if it does.
struct Carrier {
    std::string_view prefix;
    unsigned bits;
    std::size_t offset;
};

constexpr std::array carriers{
    Carrier{"::ffff:0:0", 96, 12},   // mapped: the kernel uses IPv4 for it
    Carrier{"::ffff:0:0:0", 96, 12}, // translated, RFC 2765
    Carrier{"64:ff9b::", 96, 12},    // NAT64, RFC 6052
    Carrier{"2002::", 16, 2},        // 6to4, RFC 3056
};

std::optional<Address> carried_by(const Address& address) {
    for (const auto& carrier : carriers) {
        if (!has_prefix(address, carrier.prefix, carrier.bits)) continue;
        Address inner;
        std::copy_n(address.bytes.begin() + static_cast<std::ptrdiff_t>(carrier.offset), 4,
                    inner.bytes.begin());
        return inner;
    }
    return std::nullopt;
}

} // namespace

AddressKind kind_of(const Address& address) {
    if (!address.is_v6()) return look_up(address, v4_rows);
    if (const auto inner = carried_by(address)) return look_up(*inner, v4_rows);
    return look_up(address, v6_rows);
}

bool may_connect(const Address& address, wire::AddressRule rule) {
    const auto kind = kind_of(address);
    if (rule == wire::ADDRESS_ANY || kind == AddressKind::global) return true;
    return rule == wire::ADDRESS_NAMED &&
           (kind == AddressKind::loopback || kind == AddressKind::private_network);
}

std::string_view words(AddressKind kind) {
    switch (kind) {
    case AddressKind::global:
        return "the internet";
    case AddressKind::loopback:
        return "this machine";
    case AddressKind::private_network:
        return "a private network";
    case AddressKind::link_local:
        return "the local link";
    case AddressKind::metadata:
        return "a cloud's metadata service";
    case AddressKind::reserved:
        break;
    }
    return "a reserved range";
}

} // namespace openclaw::egress
