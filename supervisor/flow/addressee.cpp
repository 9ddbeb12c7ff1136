#include "supervisor/flow/addressee.h"

#include "common/base/strings.h"

namespace openclaw::flow {

namespace {

constexpr std::string_view topic_mark = ":topic:"; // BEHAVIOUR.md A8: `<chatId>:topic:<id>`

} // namespace

const config::ChannelAccount* find_account(const config::Config& config, std::string_view channel,
                                           std::string_view account) {
    const config::ChannelAccount* chosen = nullptr;
    for (const auto& known : config.channels) {
        if (!channel.empty() && known.channel != channel) continue;
        if (!account.empty() && known.account_id != account) continue;
        if (chosen == nullptr || known.is_default) chosen = &known;
    }
    return chosen;
}

ledger::Chat chat_meant(std::string_view channel, std::string_view to, std::string_view thread_id) {
    to = trim(to);
    if (to.size() > channel.size() && to.starts_with(channel) && to[channel.size()] == ':')
        to.remove_prefix(channel.size() + 1);
    ledger::Chat chat{.id = std::string(to), .thread_id = std::string(thread_id)};
    if (const auto topic = to.find(topic_mark); topic != std::string_view::npos) {
        chat.id = to.substr(0, topic);
        chat.thread_id = to.substr(topic + topic_mark.size());
    }
    return chat;
}

} // namespace openclaw::flow
