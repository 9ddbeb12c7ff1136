// session.*, messages.*, commands.*, logging.*: CONFIG.md 7.
#include "common/config/choices.h"
#include "common/config/field_rows.h"
#include "common/config/session.h"
#include "common/config/tables.h"

namespace openclaw::config {

namespace {

constexpr std::array<std::string_view, 2> session_scopes = {"per-sender", "global"};
constexpr std::array<std::string_view, 3> reset_modes = {"none", "daily", "idle"};
constexpr std::array<std::string_view, 6> ack_scopes = {
    "group-mentions", "group-all", "direct", "all", "off", "none"};
constexpr std::array<std::string_view, 4> queue_modes = {"steer", "followup", "collect",
                                                         "interrupt"};
constexpr std::array<std::string_view, 3> overflows = {"old", "new", "summarize"};
// OPS.md 3: what OPENCLAW_LOG_LEVEL and --log-level know, too.
constexpr std::array<std::string_view, 7> levels = {"silent", "fatal", "error", "warn",
                                                    "info",   "debug", "trace"};
constexpr std::array<std::string_view, 3> styles = {"pretty", "compact", "json"};

constexpr std::array reset_fields = {
    set<&ResetRule::mode>("mode", Reload::none, words_of(reset_modes)).by_default("\"none\""),
    set<&ResetRule::at_hour>("atHour", Reload::none).bounds(0, 23).by_default("4"),
    set<&ResetRule::idle_minutes>("idleMinutes", Reload::none).bounds(1, 5'256'000),
};
constexpr Section reset_section{reset_fields};

// One rule of the map `resetByType`.
constexpr Field reset_of(std::string_view type) {
    return {.name = type,
            .type = Type::section,
            .use = Use::active,
            .reload = Reload::none,
            .section = &reset_section,
            .enter = detail::enter_map<&Session::reset_by_type>};
}

constexpr std::array reset_by_type_fields = {reset_of("direct"), reset_of("group"),
                                             reset_of("thread")};
constexpr Section reset_by_type_section{reset_by_type_fields};

constexpr Field people = plain_entry<std::vector<std::string>>();
constexpr Field queue_mode = plain_entry<Messages::QueueMode>(words_of(queue_modes));
constexpr Field pause = plain_entry<Milliseconds>().bounds(0, 600'000);

constexpr std::array session_fields = {
    set<&Session::scope>("scope", Reload::hot, words_of(session_scopes))
        .by_default("\"per-sender\""),
    set<&Session::dm_scope>("dmScope", Reload::none, words_of(dm_scopes)).by_default("\"main\""),
    set<&Session::group_scope>("groupScope", Reload::none, words_of(group_scopes))
        .by_default("\"per-group\""),
    map_of<&Session::identity_links>("identityLinks", Reload::none, people),
    part<&Session::reset>("reset", reset_section),
    group("resetByType", reset_by_type_section),
    map_of<&Session::reset_by_channel>("resetByChannel", Reload::none, reset_section),
    set<&Session::reset_triggers>("resetTriggers", Reload::none).by_default(R"(["/new","/reset"])"),
    known("agentToAgent", Reload::none),
    known("mainKey", Reload::none),
    known("maintenance", Reload::none),
    known("maxRecentTurns", Reload::none),
    known("notifyOnCreate", Reload::none),
    known("parentForkMaxTokens", Reload::none),
    known("sendPolicy", Reload::none),
    known("sharing", Reload::none),
    known("store", Reload::hot),
    known("threadBindings", Reload::none),
    known("transcriptRetentionDays", Reload::none),
    known("typingIntervalSeconds", Reload::none),
    known("typingMode", Reload::none),
    known("writeLock", Reload::none),
};

constexpr std::array queue_fields = {
    set<&Messages::queue_mode>("mode", Reload::none, words_of(queue_modes)).by_default("\"steer\""),
    set<&Messages::queue_cap>("cap", Reload::none).bounds(1, 10'000).by_default("20"),
    set<&Messages::overflow>("drop", Reload::none, words_of(overflows)).by_default("\"summarize\""),
    map_of<&Messages::queue_by_channel>("byChannel", Reload::none, queue_mode),
    known("debounceMs", Reload::none),
    known("debounceMsByChannel", Reload::none),
};
constexpr Section queue_section{queue_fields};

constexpr std::array inbound_fields = {
    set<&Messages::debounce>("debounceMs", Reload::channel).bounds(0, 600'000),
    map_of<&Messages::debounce_by_channel>("byChannel", Reload::channel, pause),
};
constexpr Section inbound_section{inbound_fields};

constexpr std::array group_chat_fields = {
    set<&Messages::mention_patterns>("mentionPatterns", Reload::none),
    set<&Messages::group_history_limit>("historyLimit", Reload::none)
        .bounds(0, 1000)
        .by_default("50"),
    known("unmentionedInbound", Reload::none),
    known("visibleReplies", Reload::none),
};
constexpr Section group_chat_section{group_chat_fields};

constexpr std::array messages_fields = {
    set<&Messages::response_prefix>("responsePrefix", Reload::none),
    set<&Messages::ack_reaction>("ackReaction", Reload::none),
    set<&Messages::ack_scope>("ackReactionScope", Reload::channel, words_of(ack_scopes))
        .by_default("\"group-mentions\""),
    group("queue", queue_section),
    group("inbound", inbound_section),
    group("groupChat", group_chat_section),
    known("removeAckAfterReply", Reload::none),
    known("responseUsage", Reload::none),
    known("statusReactions", Reload::none),
    known("suppressToolErrors", Reload::none),
    known("tts", Reload::none),
    known("usageTemplate", Reload::none),
    known("visibleReplies", Reload::none),
};

constexpr std::array commands_fields = {
    set<&Commands::text>("text", Reload::channel).by_default("true"),
    set<&Commands::restart>("restart", Reload::channel).by_default("true"),
    set<&Commands::owner_allow_from>("ownerAllowFrom", Reload::channel),
    map_of<&Commands::allow_from>("allowFrom", Reload::channel, people),
    known("bash", Reload::channel),
    known("bashForegroundMs", Reload::channel),
    known("config", Reload::channel),
    known("debug", Reload::channel),
    known("mcp", Reload::channel),
    known("modelsWrite", Reload::channel),
    known("native", Reload::channel),
    known("nativeSkills", Reload::channel),
    known("ownerDisplay", Reload::channel),
    known_secret("ownerDisplaySecret", Reload::channel),
    known("plugins", Reload::channel),
    known("useAccessGroups", Reload::channel),
};

constexpr std::array logging_fields = {
    set_word<&Logging::level>("level", Reload::none, words_of(levels)).by_default("\"info\""),
    set<&Logging::file>("file", Reload::none),
    set<&Logging::max_file_bytes>("maxFileBytes", Reload::none)
        .bounds(4096, 1e12)
        .by_default("104857600"),
    set_word<&Logging::console_level>("consoleLevel", Reload::none, words_of(levels))
        .by_default("\"info\""),
    set_word<&Logging::console_style>("consoleStyle", Reload::none, words_of(styles)),
    known("audit", Reload::none),
    known("redactPatterns", Reload::none),
    known("redactSensitive", Reload::none),
};

} // namespace

constinit const Section session_section{session_fields};
constinit const Section messages_section{messages_fields};
constinit const Section commands_section{commands_fields};
constinit const Section logging_section{logging_fields};

} // namespace openclaw::config
