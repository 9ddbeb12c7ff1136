#include "common/config/access_groups.h"

namespace openclaw::config {

namespace {

constexpr std::string_view group_prefix = "accessGroup:";

class Expander {
  public:
    Expander(const std::map<std::string, AccessGroup>& groups, std::string_view channel)
        : groups_(groups)
        , channel_(channel) {}

    void expand(SenderList& list) const {
        SenderList expanded;
        for (std::string& entry : list) {
            if (entry.starts_with(group_prefix))
                append_members(expanded, entry.substr(group_prefix.size()));
            else
                expanded.push_back(std::move(entry));
        }
        list = std::move(expanded);
    }

    void expand(std::optional<SenderList>& list) const {
        if (list) expand(*list);
    }

  private:
    void append_members(SenderList& list, const std::string& name) const {
        const auto group = groups_.find(name);
        if (group == groups_.end()) return;
        for (const auto& [where, members] : group->second.members)
            if (where == "*" || where == channel_)
                list.insert(list.end(), members.begin(), members.end());
    }

    const std::map<std::string, AccessGroup>& groups_;
    std::string_view channel_;
};

} // namespace

void expand_access_groups(ChannelAccount& account,
                          const std::map<std::string, AccessGroup>& groups) {
    const Expander expander(groups, account.channel);
    AccessSettings& access = account.access;
    expander.expand(access.allow_from);
    expander.expand(access.group_allow_from);
    for (auto& [id, rules] : access.direct)
        expander.expand(rules.allow_from);
    for (auto& [id, rules] : access.spaces) {
        expander.expand(rules.allow_from);
        for (auto& [room, room_rules] : rules.rooms)
            expander.expand(room_rules.allow_from);
    }
    if (!access.groups) return;
    for (auto& [id, rules] : *access.groups) {
        expander.expand(rules.allow_from);
        for (auto& [topic, topic_rules] : rules.topics)
            expander.expand(topic_rules.allow_from);
    }
}

} // namespace openclaw::config
