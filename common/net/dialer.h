// net/dialer.h — where connected byte streams come from. A worker opens no internet socket itself:
// its seccomp filter refuses every family but AF_UNIX.
#pragma once

#include "common/base/clock.h"
#include "common/base/result.h"
#include "common/base/unique_fd.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace openclaw::net {

enum class AddressFamily { any, ipv4_first, ipv4, ipv6 };

struct Target {
    std::string host; // a name or an address, without brackets
    std::uint16_t port = 0;
    bool tls = false; // will be spoken on it: which of the environment's proxies is meant
    AddressFamily family = AddressFamily::any;
};

// Of "https://host:port/…"; none when it is not such a URL.
std::optional<Target> target_of(std::string_view url);

// A stream that is being made. Destroying it gives up: no callback comes after that.
class Dialling {
  public:
    virtual ~Dialling() = default;
};

class Dialer {
  public:
    // A connected, non-blocking stream socket, or: denied (this worker may not go there),
    // not_found (no such name), timeout, busy, unavailable; with a sentence that names the host.
    using Done = std::move_only_function<void(Result<UniqueFd>)>;

    virtual ~Dialer() = default;
    // `done` is called once, from the loop, never from in here; it may destroy the Dialling.
    [[nodiscard]] virtual std::unique_ptr<Dialling> dial(const Target& target, Milliseconds within,
                                                         Done done) = 0;
};

} // namespace openclaw::net
