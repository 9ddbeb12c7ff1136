// config/access.h — one channel account's rules about who may speak to it (BEHAVIOUR.md A1), as
// written.
//
// Values only: policy/access judges by them. What is unset is inherited: topic → group → account,
// or thread → room → space → account.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::config {

enum class DmPolicy { pairing, allowlist, open, disabled };
enum class GroupPolicy { allowlist, open, disabled };
enum class AllowBots { no, yes, mentions };
enum class ReactionNotifications { off, own, all, allowlist }; // whose reactions the agent hears of

using SenderList = std::vector<std::string>; // ids, prefixes as written; "*": everybody

struct RoomRules { // of a group, of a topic inside one, or of a space
    std::optional<bool> enabled;
    std::optional<bool> require_mention;
    std::optional<GroupPolicy> group_policy;
    std::optional<SenderList> allow_from;
    std::optional<std::vector<std::string>> roles; // or who has one of these in the space
    std::optional<std::string> system_prompt;
    std::optional<ReactionNotifications> reactions;
    std::string agent_id; // topics may choose their agent
};

struct GroupRules : RoomRules {
    std::map<std::string, RoomRules> topics; // by topic id, or "*"
};

struct SpaceRules : RoomRules { // what rooms lie in: a Discord server
    // By chat or thread id, or "*". Not empty: the list of its rooms.
    std::map<std::string, RoomRules> rooms;
};

struct DirectRules {
    std::optional<DmPolicy> dm_policy;
    std::optional<SenderList> allow_from;
    std::optional<std::string> system_prompt;
};

// Which rooms the configured mention patterns work in. Native mentions always work.
struct PatternScope {
    enum class Mode { allow, deny };
    std::optional<Mode> mode;          // allow: only in allow_in; deny: everywhere but deny_in
    std::vector<std::string> allow_in; // "-1001", "-1001:topic:7"
    std::vector<std::string> deny_in;
};

struct AccessSettings {
    DmPolicy dm_policy = DmPolicy::pairing;
    SenderList allow_from;
    GroupPolicy group_policy = GroupPolicy::allowlist;
    std::optional<SenderList> group_allow_from; // unset: allow_from, never the approved pairings
    std::optional<std::map<std::string, GroupRules>>
        groups;                                // set: the list of rooms; "*" keeps the rest
    std::map<std::string, SpaceRules> spaces;  // by id, or "*"; not empty: the list of them
    std::map<std::string, DirectRules> direct; // by sender id, or "*"
    std::optional<bool> require_mention;       // the older root key: as groups."*".requireMention
    PatternScope pattern_scope;
    AllowBots allow_bots = AllowBots::no;
    std::vector<std::string> id_prefixes; // "telegram:", "tg:": taken off before ids are compared
};

} // namespace openclaw::config
