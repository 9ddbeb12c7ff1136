#include "workers/egress/happy_eyeballs.h"

#include <algorithm>

namespace openclaw::egress {

std::vector<Address> in_order(const std::vector<Address>& addresses, wire::DialFamily family) {
    std::vector<Address> first, second;
    const bool v4_first = family == wire::DIAL_IPV4_FIRST;
    for (const auto& address : addresses) {
        if (family == wire::DIAL_IPV4_ONLY && address.is_v6()) continue;
        if (family == wire::DIAL_IPV6_ONLY && !address.is_v6()) continue;
        (address.is_v6() != v4_first ? first : second).push_back(address);
    }
    std::vector<Address> ordered;
    for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
        if (i < first.size()) ordered.push_back(first[i]);
        if (i < second.size()) ordered.push_back(second[i]);
    }
    return ordered;
}

std::optional<Address> HappyEyeballs::take_due(Instant now) {
    if (next_ == addresses_.size() || (running_ > 0 && now < due_)) return std::nullopt;
    ++running_;
    due_ = now + (running_ < most_attempts_at_once ? attempt_delay : attempt_patience);
    return addresses_[next_++];
}

std::optional<Instant> HappyEyeballs::next_at() const {
    if (next_ == addresses_.size()) return std::nullopt;
    return due_;
}

void HappyEyeballs::failed() {
    --running_;
    due_ = {};
}

} // namespace openclaw::egress
