// channels.telegram: CONFIG.md 5.3.
#include "common/config/channels/telegram.h"

namespace openclaw::config {

namespace {

constexpr std::array<std::string_view, 2> dns_orders = {"ipv4first", "verbatim"};

constexpr std::array network_fields = {
    elsewhere("autoSelectFamily", Reload::channel),
    for_worker("dnsResultOrder", Type::word, words_of(dns_orders)),
    for_worker("dangerouslyAllowPrivateNetwork", Type::boolean),
};
constexpr Section network_section{network_fields};

constexpr std::array retry_fields = {
    // retired upstream; honoured here
    for_worker("attempts", Type::integer).bounds(1, 20),
    for_worker("minDelayMs", Type::integer).bounds(0, 600'000),
    for_worker("maxDelayMs", Type::integer).bounds(0, 600'000),
    for_worker("jitter", Type::number).bounds(0, 1),
};
constexpr Section retry_section{retry_fields};

constexpr std::array telegram_fields = {
    // botToken is read by channel_accounts.cpp: tokenFile and the environment can stand in for it.
    Field{.name = "botToken", .type = Type::secret, .use = Use::active, .reload = Reload::channel},
    Field{.name = "tokenFile", .type = Type::text, .use = Use::active, .reload = Reload::channel},
    for_worker("apiRoot", Type::text),
    for_worker("linkPreview", Type::boolean),
    for_worker("network", network_section),
    for_worker("pollingStallThresholdMs", Type::integer).bounds(30'000, 600'000),
    for_worker("proxy", Type::text),
    for_worker("retry", retry_section),
    for_worker("timeoutSeconds", Type::integer).bounds(1, 3600),
    known("autoTopicLabel", Reload::channel),
    known("commands", Reload::channel),
    known("customCommands", Reload::channel),
    known("errorCooldownMs", Reload::channel),
    known("errorPolicy", Reload::channel),
    known("execApprovals", Reload::channel),
    known("joinIntro", Reload::channel),
    known("reactionLevel", Reload::channel),
    known("reactionNotifications", Reload::channel),
    known("richMessages", Reload::channel),
    known("silentErrorReplies", Reload::channel),
    known("threadBindings", Reload::channel),
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
