// policy/alert_route.h — over which accounts the owner can be told that another one is down. Pure.
#pragma once

#include "common/config/config.h"
#include "supervisor/policy/health.h"

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::policy {

struct Contact {
    std::string channel, account;
    std::string person; // the channel's own id of the owner
    bool operator==(const Contact&) const = default;
};

// Whom the owner of the gateway has let in by pairing on an account, the first one first.
using LetIn =
    std::function<std::vector<std::string>(std::string_view channel, std::string_view account)>;

// The accounts that are well, other platforms than that of `sick` first, itself never; on each the
// one person who is the owner there, as the first of these names one:
//   gateway.alerts.to · commands.ownerAllowFrom · the account's allowFrom · who was let in first.
// An account where nobody is known to be the owner is left out.
std::vector<Contact> alert_contacts(const config::Config& config, std::span<const Judged> judged,
                                    const Judged& sick, const LetIn& let_in);

// Over this account itself, however it is; empty: nobody is known to be the owner there.
std::optional<Contact> contact_over(const config::Config& config, std::string_view worker_id,
                                    const LetIn& let_in);

} // namespace openclaw::policy
