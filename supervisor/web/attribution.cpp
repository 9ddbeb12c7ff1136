#include "supervisor/web/attribution.h"

#include "common/base/strings.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

namespace openclaw::web {

namespace {

// Every address as 16 bytes; IPv4 in its mapped form, so that ::ffff:10.0.0.1 and 10.0.0.1 are one.
using Address = std::array<std::uint8_t, 16>;

std::optional<Address> parse(std::string_view text) {
    const std::string copy(text);
    Address address{};
    if (inet_pton(AF_INET6, copy.c_str(), address.data()) == 1) return address;
    if (inet_pton(AF_INET, copy.c_str(), address.data() + 12) != 1) return std::nullopt;
    address[10] = address[11] = 0xff;
    return address;
}

bool agree(const Address& left, const Address& right, int bits) {
    for (std::size_t i = 0; bits > 0; ++i, bits -= 8) {
        const auto mask = static_cast<std::uint8_t>(bits >= 8 ? 0xff : 0xff << (8 - bits));
        if (((left[i] ^ right[i]) & mask) != 0) return false;
    }
    return true;
}

// The last address of the list that is not one of our own proxies: what comes before it may be
// invented.
std::string client_of(std::string_view forwarded_for, std::string_view peer_ip,
                      std::span<const std::string> trusted) {
    const auto hops = split(forwarded_for, ',');
    for (auto hop = hops.rbegin(); hop != hops.rend(); ++hop) {
        const auto ip = trim(*hop);
        if (!parse(ip)) break;
        if (!is_trusted(ip, trusted)) return std::string(ip);
    }
    return std::string(peer_ip);
}

} // namespace

bool is_in_block(std::string_view ip, std::string_view block) {
    const auto slash = block.find('/');
    const auto base = parse(block.substr(0, slash));
    const auto address = parse(ip);
    if (!base || !address) return false;
    int bits = 128;
    if (slash != block.npos) {
        const auto tail = block.substr(slash + 1);
        const auto [end, error] = std::from_chars(tail.data(), tail.data() + tail.size(), bits);
        if (error != std::errc() || end != tail.data() + tail.size() || bits < 0) return false;
        if (block.find(':') == block.npos) bits += 96;
    }
    return bits <= 128 && agree(*base, *address, bits);
}

bool is_trusted(std::string_view ip, std::span<const std::string> trusted) {
    return std::ranges::any_of(trusted,
                               [&](const std::string& block) { return is_in_block(ip, block); });
}

bool is_loopback(std::string_view ip) {
    return ip == "::1" || is_in_block(ip, "127.0.0.0/8");
}

Attribution attribute(std::string_view peer_ip, bool has_forwarding, std::string_view forwarded_for,
                      std::span<const std::string> trusted) {
    if (!has_forwarding) return {.ip = std::string(peer_ip), .direct_local = is_loopback(peer_ip)};
    if (!is_trusted(peer_ip, trusted)) return {.is_refused = true, .ip = std::string(peer_ip)};
    return {.ip = client_of(forwarded_for, peer_ip, trusted)};
}

} // namespace openclaw::web
