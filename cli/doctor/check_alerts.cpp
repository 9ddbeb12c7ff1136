// Alerts: whether anybody hears that an account is down (flow/alerts).
#include "cli/doctor/checks.h"
#include "common/config/owner.h"

#include <algorithm>

namespace openclaw::cli::doctor {

namespace {

using config::ChannelAccount;

// Is somebody to be told over this account? Who was let in by pairing is not seen from here.
bool may_reach_owner(const config::Config& config, const ChannelAccount& account) {
    if (!config::named_owner(config, account).empty()) return true;
    return config.gateway.alerts.to.empty() &&
           account.access.dm_policy == config::DmPolicy::pairing;
}

Finding deaf(const config::Config& config, const ChannelAccount& account, bool is_only) {
    const bool hears_later = may_reach_owner(config, account);
    return {.check = "alerts",
            .severity = is_only && hears_later ? Severity::info : Severity::warning,
            .place = account.worker_id(),
            .message = std::string("when it is down nobody is told: ") +
                       (is_only ? "there is no other account"
                                : "no other account knows who the owner is") +
                       (hears_later ? "; it says so itself when it is back" : ""),
            .fix = is_only ? "add a second account: openclaw channels add"
                           : "name yourself on another account: openclaw config set "
                             "gateway.alerts.to '[\"CHANNEL:YOUR_ID\"]'"};
}

} // namespace

void check_alerts(const Facts& facts, Report& report) {
    if (!facts.config.config || !facts.config.config->gateway.alerts.enabled) return;
    const auto& config = *facts.config.config;
    const auto runs = std::ranges::count_if(config.channels, &ChannelAccount::should_run);
    for (const auto& account : config.channels) {
        const bool is_heard = std::ranges::any_of(config.channels, [&](const auto& other) {
            return &other != &account && other.should_run() && may_reach_owner(config, other);
        });
        if (account.should_run() && !is_heard) report.add(deaf(config, account, runs == 1));
    }
}

} // namespace openclaw::cli::doctor
