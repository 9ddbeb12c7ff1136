// egress/address_rule.h — which addresses a worker's stream may go to. Pure.
//
// Judged is the address that is connected to, not the name: a name may resolve to anything, and to
// something else the next time (DNS rebinding). An IPv6 address that carries an IPv4 address
// (mapped, NAT64, 6to4) is judged by what it carries.
#pragma once

#include "common/loop/resolve.h"
#include "proto/dial.pb.h"

#include <string_view>

namespace openclaw::egress {

enum class AddressKind {
    global,
    loopback,
    private_network, // RFC 1918, RFC 6598, RFC 4193
    link_local,
    metadata, // where clouds hand out credentials
    reserved, // documentation, multicast, "this network", and other addresses nobody serves at
};

AddressKind kind_of(const Address& address);
bool may_connect(const Address& address, wire::AddressRule rule);

std::string_view words(AddressKind kind); // "a private network"

} // namespace openclaw::egress
