#include "supervisor/policy/alert_route.h"

#include "common/config/owner.h"

#include <algorithm>

namespace openclaw::policy {

namespace {

std::string owner_on(const config::Config& config, const config::ChannelAccount& account,
                     const LetIn& let_in) {
    auto named = config::named_owner(config, account);
    if (!named.empty() || !config.gateway.alerts.to.empty()) return named;
    const auto paired = let_in(account.channel, account.account_id);
    return paired.empty() ? std::string() : paired.front();
}

std::optional<Contact> contact_on(const config::Config& config,
                                  const config::ChannelAccount& account, const LetIn& let_in) {
    auto owner = owner_on(config, account, let_in);
    if (owner.empty()) return std::nullopt;
    return Contact{
        .channel = account.channel, .account = account.account_id, .person = std::move(owner)};
}

bool is_well(std::span<const Judged> judged, const config::ChannelAccount& account) {
    const auto found = std::ranges::find(judged, account.worker_id(), &Judged::id);
    return found != judged.end() && found->verdict.level == Level::ok;
}

} // namespace

std::vector<Contact> alert_contacts(const config::Config& config, std::span<const Judged> judged,
                                    const Judged& sick, const LetIn& let_in) {
    std::vector<Contact> contacts;
    for (const auto& account : config.channels) {
        if (account.worker_id() == sick.id || !is_well(judged, account)) continue;
        if (auto contact = contact_on(config, account, let_in)) contacts.push_back(*contact);
    }
    std::ranges::stable_partition(contacts,
                                  [&](const Contact& one) { return one.channel != sick.channel; });
    return contacts;
}

std::optional<Contact> contact_over(const config::Config& config, std::string_view worker_id,
                                    const LetIn& let_in) {
    for (const auto& account : config.channels)
        if (account.worker_id() == worker_id) return contact_on(config, account, let_in);
    return std::nullopt;
}

} // namespace openclaw::policy
