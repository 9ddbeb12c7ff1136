// channels.discord: CONFIG.md 5.4.
#include "common/config/channels/discord.h"

#include "common/config/choices.h"
#include "common/config/field_rows.h"

namespace openclaw::config {

namespace {

constexpr std::array<std::string_view, 4> dm_policy_words = {"pairing", "allowlist", "open",
                                                             "disabled"};
constexpr std::array<std::string_view, 4> reaction_words = {"off", "own", "all", "allowlist"};
constexpr std::array<std::string_view, 4> status_words = {"online", "idle", "dnd", "invisible"};

constexpr auto account_access = &ChannelAccount::access;

// A channel, or a thread named by itself.
constexpr std::array guild_channel_fields = {
    set<&RoomRules::enabled>("enabled", Reload::none),
    set<&RoomRules::require_mention>("requireMention", Reload::none),
    set<&RoomRules::allow_from>("users", Reload::none),
    set<&RoomRules::roles>("roles", Reload::none),
    set<&RoomRules::system_prompt>("systemPrompt", Reload::none),
    known("autoArchiveDuration", Reload::none),
    known("autoThread", Reload::none),
    known("ignoreOtherMentions", Reload::none),
    known("includeThreadStarter", Reload::none),
    known("skills", Reload::none),
    known("tools", Reload::none),
    known("toolsBySender", Reload::none),
};
constexpr Section guild_channel_section{guild_channel_fields};

// While a server is read, `target` is its RoomRules: the rows fill that, and the one row of its own
// goes down from there.
void* enter_guild(void* target, std::string_view key) {
    auto& spaces = static_cast<ChannelAccount*>(target)->access.spaces;
    return static_cast<RoomRules*>(&spaces[std::string(key)]);
}

void* enter_guild_channel(void* target, std::string_view key) {
    return &static_cast<SpaceRules*>(static_cast<RoomRules*>(target))->rooms[std::string(key)];
}

constexpr std::array guild_fields = {
    Field{.name = "channels",
          .type = Type::map,
          .use = Use::active,
          .reload = Reload::none,
          .section = &guild_channel_section,
          .enter = enter_guild_channel},
    set<&RoomRules::require_mention>("requireMention", Reload::none),
    set<&RoomRules::allow_from>("users", Reload::none),
    set<&RoomRules::roles>("roles", Reload::none),
    known("ignoreOtherMentions", Reload::none),
    known("presenceEvents", Reload::none),
    set<&RoomRules::reactions>("reactionNotifications", Reload::none, words_of(reaction_words)),
    known("slug", Reload::none),
    known("tools", Reload::none),
    known("toolsBySender", Reload::none),
};
constexpr Section guild_section{guild_fields};

constexpr Field guild_rows = {.name = "guilds",
                              .type = Type::map,
                              .use = Use::active,
                              .reload = Reload::none,
                              .section = &guild_section,
                              .enter = enter_guild};

// false | true | "mentions".
void read_allow_bots(void* target, const Node& node, const std::string& path,
                     const Reading& reading) {
    auto& allowed = static_cast<ChannelAccount*>(target)->access.allow_bots;
    if (node.is_string() && node.text == "mentions")
        allowed = AllowBots::mentions;
    else if (node.kind == Kind::boolean)
        allowed = node.boolean ? AllowBots::yes : AllowBots::no;
    else
        expect(reading, path, node, R"(true, false or "mentions")");
}

// Switched off for everybody; a rule for one person in `direct` still stands above it.
void read_dm_enabled(void* target, const Node& node, const std::string& path,
                     const Reading& reading) {
    if (node.kind != Kind::boolean) return expect(reading, path, node, "true or false");
    auto& direct = static_cast<ChannelAccount*>(target)->access.direct;
    if (!node.boolean) direct["*"].dm_policy = DmPolicy::disabled;
}

// The older way to write what dmPolicy and allowFrom say.
constexpr std::array dm_fields = {
    custom("enabled", Reload::none, read_dm_enabled),
    set_in<account_access, &AccessSettings::dm_policy>("policy", Reload::none,
                                                       words_of(dm_policy_words)),
    set_in<account_access, &AccessSettings::allow_from>("allowFrom", Reload::none),
    known("groupChannels", Reload::none), // a bot cannot be in a group conversation
    known("groupEnabled", Reload::none),
};
constexpr Section dm_section{dm_fields};

// Not granted in the Developer Portal, an intent is refused: the worker says which.
constexpr std::array intent_fields = {
    for_worker("guildMembers", Type::boolean),
    for_worker("messageContent", Type::boolean).by_default("true"),
    for_worker("presence", Type::boolean),
    known("voiceStates", Reload::channel),
};
constexpr Section intent_section{intent_fields};

constexpr std::array slash_command_fields = {
    for_worker("ephemeral", Type::boolean).by_default("true"),
};
constexpr Section slash_command_section{slash_command_fields};

constexpr std::array discord_fields = {
    // token is read by channel_accounts.cpp: tokenFile and the environment can stand in for it.
    Field{.name = "token", .type = Type::secret, .use = Use::active, .reload = Reload::channel},
    Field{.name = "tokenFile", .type = Type::text, .use = Use::active, .reload = Reload::channel},
    for_worker("activity", Type::text),
    for_worker("activityType", Type::integer).bounds(0, 5),
    for_worker("activityUrl", Type::text),
    custom("allowBots", Reload::none, read_allow_bots),
    for_worker("apiRoot", Type::text), // ours, for the original's DISCORD_API_URL
    for_worker("commands", Type::any),
    group("dm", dm_section, Reload::none),
    guild_rows,
    for_worker("intents", intent_section),
    for_worker("maxLinesPerMessage", Type::integer).bounds(0, 1000).by_default("17"),
    for_worker("mediaMaxMb", Type::number).by_default("100"),
    proxy_row,
    for_worker("slashCommand", slash_command_section),
    for_worker("status", Type::word, words_of(status_words)),
    for_worker("suppressEmbeds", Type::boolean).by_default("true"),
    known("ackReactionScope", Reload::channel),
    known("agentComponents", Reload::channel),
    known("applicationId", Reload::channel), // the platform is asked
    known("autoPresence", Reload::channel),
    known("botLoopProtection", Reload::channel), // the worker's rule is fixed
    known("dangerouslyAllowNameMatching", Reload::channel),
    known("eventQueue", Reload::channel),
    known("execApprovals", Reload::channel),
    known("inboundWorker", Reload::channel),
    known("joinIntro", Reload::channel),
    known("mentionAliases", Reload::channel),
    known("pluralkit", Reload::channel),
    known("retry", Reload::channel), // the worker has its own rule
    known("thread", Reload::channel),
    known("threadBindings", Reload::channel),
    known("ui", Reload::channel),
    known("voice", Reload::channel),
};

} // namespace

constinit const Section discord_section{.fields = discord_fields, .also = &common_channel_section};

} // namespace openclaw::config
