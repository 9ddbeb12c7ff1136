// Keys that every channel has: CONFIG.md 5.2.
#include "common/config/channels/row.h"
#include "common/config/choices.h"
#include "common/config/field_rows.h"

namespace openclaw::config {

namespace {

constexpr std::array<std::string_view, 4> dm_policies = {"pairing", "allowlist", "open",
                                                         "disabled"};
constexpr std::array<std::string_view, 4> streaming_modes = {"off", "partial", "block", "progress"};
constexpr std::array<std::string_view, 4> reply_modes = {"off", "first", "all", "batched"};
constexpr std::array<std::string_view, 2> scope_modes = {"allow", "deny"};

constexpr auto access = &ChannelAccount::access;

constexpr std::array room_fields = {
    set<&RoomRules::enabled>("enabled", Reload::none),
    set<&RoomRules::require_mention>("requireMention", Reload::none),
    set<&RoomRules::group_policy>("groupPolicy", Reload::none, words_of(group_policies)),
    set<&RoomRules::allow_from>("allowFrom", Reload::none),
    set<&RoomRules::system_prompt>("systemPrompt", Reload::none),
    set<&RoomRules::agent_id>("agentId", Reload::none),
    known("disableAudioPreflight", Reload::channel),
    known("errorCooldownMs", Reload::channel),
    known("errorPolicy", Reload::channel),
    known("ingest", Reload::channel),
    known("skills", Reload::channel),
    known("tools", Reload::channel),
    known("toolsBySender", Reload::channel),
};
constexpr Section room_section{room_fields};

// A group is a room with topics. While a group is read, `target` is its RoomRules: the room's rows
// fill that, and the one row of its own goes down from there.
void* enter_group(void* target, std::string_view key) {
    auto& groups = detail::present(static_cast<ChannelAccount*>(target)->access.groups);
    return static_cast<RoomRules*>(&groups[std::string(key)]);
}

void* enter_topic(void* target, std::string_view key) {
    return &static_cast<GroupRules*>(static_cast<RoomRules*>(target))->topics[std::string(key)];
}

constexpr std::array group_fields = {
    Field{.name = "topics",
          .type = Type::map,
          .use = Use::active,
          .reload = Reload::none,
          .section = &room_section,
          .enter = enter_topic},
};
constexpr Section group_section{.fields = group_fields, .also = &room_section};

constexpr Field groups = {.name = "groups",
                          .type = Type::map,
                          .use = Use::active,
                          .reload = Reload::channel,
                          .section = &group_section,
                          .enter = enter_group};

constexpr std::array direct_fields = {
    set<&DirectRules::dm_policy>("dmPolicy", Reload::none, words_of(dm_policies)),
    set<&DirectRules::allow_from>("allowFrom", Reload::none),
    set<&DirectRules::system_prompt>("systemPrompt", Reload::none),
    known("autoTopicLabel", Reload::channel),
    known("enabled", Reload::channel),
    known("errorCooldownMs", Reload::channel),
    known("errorPolicy", Reload::channel),
    known("requireTopic", Reload::channel),
    known("skills", Reload::channel),
    known("tools", Reload::channel),
    known("toolsBySender", Reload::channel),
    known("topics", Reload::channel),
};
constexpr Section direct_section{direct_fields};

constexpr std::array pattern_scope_fields = {
    set<&PatternScope::mode>("mode", Reload::channel, words_of(scope_modes)),
    set<&PatternScope::allow_in>("allowIn", Reload::channel),
    set<&PatternScope::deny_in>("denyIn", Reload::channel),
};
constexpr Section pattern_scope_section{pattern_scope_fields};

void* enter_pattern_scope(void* target, std::string_view) {
    return &static_cast<ChannelAccount*>(target)->access.pattern_scope;
}

constexpr Field pattern_scope = {.name = "mentionPatterns",
                                 .type = Type::section,
                                 .use = Use::active,
                                 .reload = Reload::channel,
                                 .section = &pattern_scope_section,
                                 .enter = enter_pattern_scope};

// How a preview looks is the worker's affair; that there is one is ours.
constexpr std::array streaming_fields = {
    set<&ChannelAccount::streaming>("mode", Reload::none, words_of(streaming_modes))
        .by_default("\"partial\""),
    elsewhere("chunkMode", Reload::none),
    elsewhere("preview", Reload::none),
    elsewhere("progress", Reload::none),
    elsewhere("block", Reload::none),
};
constexpr Section streaming_section{streaming_fields};

constexpr std::array common_fields = {
    set<&ChannelAccount::enabled>("enabled", Reload::channel).by_default("true"),
    set<&ChannelAccount::label>("name", Reload::channel),
    set_in<access, &AccessSettings::dm_policy>("dmPolicy", Reload::none, words_of(dm_policies))
        .by_default("\"pairing\""),
    set_in<access, &AccessSettings::allow_from>("allowFrom", Reload::none),
    set_in<access, &AccessSettings::group_policy>("groupPolicy", Reload::none,
                                                  words_of(group_policies))
        .by_default("\"allowlist\""),
    set_in<access, &AccessSettings::group_allow_from>("groupAllowFrom", Reload::none),
    groups,
    map_in<access, &AccessSettings::direct>("direct", Reload::channel, direct_section),
    set_in<access, &AccessSettings::require_mention>("requireMention", Reload::channel),
    pattern_scope,
    group("streaming", streaming_section).and_worker(),
    set<&ChannelAccount::text_chunk_limit>("textChunkLimit", Reload::none)
        .bounds(1, 100'000)
        .and_worker(),
    set<&ChannelAccount::reply_to>("replyToMode", Reload::none, words_of(reply_modes))
        .by_default("\"off\"")
        .and_worker(),
    set<&ChannelAccount::ack_reaction>("ackReaction", Reload::channel),
    set<&ChannelAccount::response_prefix>("responsePrefix", Reload::channel),
    set<&ChannelAccount::history_limit>("historyLimit", Reload::channel).bounds(0, 200),
    known("actions", Reload::channel),
    known("capabilities", Reload::channel),
    known("configWrites", Reload::channel),
    known("contextVisibility", Reload::channel),
    known("defaultTo", Reload::channel),
    known("dmHistoryLimit", Reload::channel),
    known("dms", Reload::channel),
    known("healthMonitor", Reload::channel),
    known("heartbeat", Reload::channel),
    known("heartbeatVisibility", Reload::channel),
    known("implicitMentions", Reload::channel),
    known("markdown", Reload::channel),
};

} // namespace

constinit const Section common_channel_section{common_fields};

} // namespace openclaw::config
