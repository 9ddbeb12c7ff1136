// egress/happy_eyeballs.h — which address is tried when (RFC 8305 §4, §5). Pure: the caller has the
// sockets and the clock.
#pragma once

#include "common/base/clock.h"
#include "common/loop/resolve.h"
#include "proto/dial.pb.h"

#include <optional>
#include <vector>

namespace openclaw::egress {

inline constexpr Milliseconds attempt_delay{250}; // RFC 8305 §5, "Connection Attempt Delay"
// A name may have hundreds of addresses where nobody answers, and descriptors are everybody's: of
// so many attempts the oldest gives way to the next, after this long.
inline constexpr std::size_t most_attempts_at_once = 3;
inline constexpr Milliseconds attempt_patience{3000};

// What the family rule leaves, families taking turns, the preferred one first.
std::vector<Address> in_order(const std::vector<Address>& addresses, wire::DialFamily family);

class HappyEyeballs {
  public:
    explicit HappyEyeballs(std::vector<Address> addresses)
        : addresses_(std::move(addresses)) {}

    // The next address to try, when it is time: none before, or when all have been tried.
    std::optional<Address> take_due(Instant now);
    // When to ask again; none: only a failure or a success changes anything.
    std::optional<Instant> next_at() const;
    // An attempt has failed: the next need not wait.
    void failed();

    // The oldest of too many has given way.
    void gave_way() { --running_; }

    bool is_over() const { return next_ == addresses_.size() && running_ == 0; } // all have failed

  private:
    std::vector<Address> addresses_;
    std::size_t next_ = 0;
    std::size_t running_ = 0;
    Instant due_{};
};

} // namespace openclaw::egress
