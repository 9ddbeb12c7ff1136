// loop/resolve.h — a host's addresses, from the system's resolver, without blocking the loop.
//
// getaddrinfo runs on libuv's pool. An address written as text needs no lookup: parse_address.
#pragma once

#include "common/base/result.h"
#include "common/loop/loop.h"

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw {

struct Address { // without a port
    int family = AF_INET;
    std::array<std::uint8_t, 16> bytes{}; // in network order; of IPv4 the first four
    std::uint32_t scope = 0;              // IPv6 link-local: the interface

    bool is_v6() const { return family == AF_INET6; }

    std::string text() const; // "192.0.2.1", "2001:db8::1"
    // For connect(2). The length is that of the family's structure.
    std::pair<sockaddr_storage, socklen_t> with_port(std::uint16_t port) const;
    bool operator==(const Address&) const = default;
};

std::optional<Address> parse_address(std::string_view text); // no name, no brackets, no scope

// One lookup. Destroying it forgets the answer; the pool's thread finishes by itself.
class Lookup {
  public:
    using Done = std::move_only_function<void(Result<std::vector<Address>>)>;

    // `done` is called once, from the loop, with at least one address and no doubles, in the
    // system's order (RFC 6724), or with not_found (the name is unknown), unavailable (no answer).
    Lookup(Loop& loop, const std::string& host, Done done);
    ~Lookup();
    Lookup(const Lookup&) = delete;
    Lookup& operator=(const Lookup&) = delete;

  private:
    struct Request;
    Request* request_; // frees itself when libuv is done with it; null: over
};

} // namespace openclaw
