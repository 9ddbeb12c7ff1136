// channels.telegram: CONFIG.md 5.3.
#include "common/config/channels/telegram.h"

#include "common/config/field_rows.h"

namespace openclaw::config {

namespace {

constexpr std::array<std::string_view, 2> dns_orders = {"ipv4first", "verbatim"};

constexpr std::array network_fields = {
    elsewhere("autoSelectFamily", Reload::channel),
    for_worker("dnsResultOrder", Type::word, words_of(dns_orders)),
    for_worker("dangerouslyAllowPrivateNetwork", Type::boolean),
};
constexpr Section network_section{network_fields};

// Ours, for tests and for servers of one's own: how much may be sent where in which time; 0: no
// limit.
constexpr std::array pacing_fields = {
    for_worker("chatPer3Seconds", Type::integer).bounds(0, 1000),
    for_worker("groupPerMinute", Type::integer).bounds(0, 1000),
    for_worker("botPerSecond", Type::integer).bounds(0, 1000),
};
constexpr Section pacing_section{pacing_fields};

constexpr std::array telegram_fields = {
    // botToken is read by channel_accounts.cpp: tokenFile and the environment can stand in for it.
    Field{.name = "botToken", .type = Type::secret, .use = Use::active, .reload = Reload::channel},
    Field{.name = "tokenFile", .type = Type::text, .use = Use::active, .reload = Reload::channel},
    for_worker("apiRoot", Type::text),
    for_worker("commands", Type::any),
    for_worker("customCommands", Type::any),
    for_worker("linkPreview", Type::boolean),
    for_worker("network", network_section),
    for_worker("pacing", pacing_section),
    proxy_row,
    known("autoTopicLabel", Reload::channel),
    known("errorCooldownMs", Reload::channel),
    known("errorPolicy", Reload::channel),
    known("execApprovals", Reload::channel),
    known("joinIntro", Reload::channel),
    known("mediaMaxMb", Reload::channel),
    known("pollingStallThresholdMs", Reload::channel),
    known("reactionLevel", Reload::channel),
    known("reactionNotifications", Reload::channel),
    known("retry", Reload::channel), // retired upstream: the worker has its own rule
    known("richMessages", Reload::channel),
    known("silentErrorReplies", Reload::channel),
    known("threadBindings", Reload::channel),
    known("timeoutSeconds", Reload::channel),
    known("trustedLocalFileRoots", Reload::channel),
    known("webhookCertPath", Reload::channel),
    known("webhookHost", Reload::channel),
    known("webhookPath", Reload::channel),
    known("webhookPort", Reload::channel),
    known_secret("webhookSecret", Reload::channel),
    known("webhookUrl", Reload::channel),
};

} // namespace

constinit const Section telegram_section{.fields = telegram_fields,
                                         .also = &common_channel_section};

} // namespace openclaw::config
