#include "supervisor/policy/alert_route.h"

#include <algorithm>

namespace openclaw::policy {

namespace {

// "telegram:5001" → "5001", for telegram only; what has no prefix belongs to no channel.
std::string id_on(std::string_view entry, const config::ChannelAccount& account) {
    const auto named = account.channel + ":";
    if (entry.starts_with(named)) return std::string(entry.substr(named.size()));
    for (const auto& prefix : account.access.id_prefixes)
        if (!prefix.empty() && entry.starts_with(prefix))
            return std::string(entry.substr(prefix.size()));
    return {};
}

std::string first_on(const std::vector<std::string>& entries,
                     const config::ChannelAccount& account) {
    for (const auto& entry : entries)
        if (auto id = id_on(entry, account); !id.empty() && id != "*") return id;
    return {};
}

std::string first_person(const config::SenderList& allowed, const config::ChannelAccount& account) {
    for (const auto& entry : allowed) {
        if (entry == "*" || entry.starts_with("accessGroup:")) continue;
        const auto id = id_on(entry, account);
        return id.empty() ? entry : id;
    }
    return {};
}

std::string owner_on(const config::Config& config, const config::ChannelAccount& account,
                     const LetIn& let_in) {
    if (!config.gateway.alerts.to.empty()) return first_on(config.gateway.alerts.to, account);
    if (auto owner = first_on(config.commands.owner_allow_from, account); !owner.empty())
        return owner;
    if (auto allowed = first_person(account.access.allow_from, account); !allowed.empty())
        return allowed;
    const auto paired = let_in(account.channel, account.account_id);
    return paired.empty() ? std::string() : paired.front();
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
        if (auto owner = owner_on(config, account, let_in); !owner.empty())
            contacts.push_back({.channel = account.channel,
                                .account = account.account_id,
                                .person = std::move(owner)});
    }
    std::ranges::stable_partition(contacts,
                                  [&](const Contact& one) { return one.channel != sick.channel; });
    return contacts;
}

} // namespace openclaw::policy
