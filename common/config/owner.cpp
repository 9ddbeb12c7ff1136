#include "common/config/owner.h"

namespace openclaw::config {

namespace {

// "telegram:5001" → "5001", for telegram only; what has no prefix belongs to no channel.
std::string id_on(std::string_view entry, const ChannelAccount& account) {
    const auto named = account.channel + ":";
    if (entry.starts_with(named)) return std::string(entry.substr(named.size()));
    for (const auto& prefix : account.access.id_prefixes)
        if (!prefix.empty() && entry.starts_with(prefix))
            return std::string(entry.substr(prefix.size()));
    return {};
}

std::string first_on(const std::vector<std::string>& entries, const ChannelAccount& account) {
    for (const auto& entry : entries)
        if (auto id = id_on(entry, account); !id.empty() && id != "*") return id;
    return {};
}

std::string first_person(const SenderList& allowed, const ChannelAccount& account) {
    for (const auto& entry : allowed) {
        if (entry == "*" || entry.starts_with("accessGroup:")) continue;
        const auto id = id_on(entry, account);
        return id.empty() ? entry : id;
    }
    return {};
}

} // namespace

std::string named_owner(const Config& config, const ChannelAccount& account) {
    if (!config.gateway.alerts.to.empty()) return first_on(config.gateway.alerts.to, account);
    auto owner = first_on(config.commands.owner_allow_from, account);
    return owner.empty() ? first_person(account.access.allow_from, account) : owner;
}

} // namespace openclaw::config
