#include "workers/discord/settings.h"

#include "common/base/strings.h"
#include "common/json/read.h"
#include "common/version.h"
#include "workers/discord/intents.h"

#include <algorithm>

namespace openclaw::discord {

namespace {

std::string_view host_part(std::string_view root) {
    root.remove_prefix(root.find("://") + 3);
    if (root.starts_with('[')) return root.substr(0, root.find(']') + 1);
    return root.substr(0, root.find_first_of(":/"));
}

bool is_this_machine(std::string_view host) {
    const bool is_address = host.find_first_not_of("0123456789.") == std::string_view::npos;
    return host == "localhost" || host == "[::1]" || (is_address && host.starts_with("127."));
}

Result<void> read_api_root(Settings& settings, json::View root) {
    std::string address(root["apiRoot"].text(settings.api_root));
    while (address.ends_with('/'))
        address.pop_back();
    const bool is_plain = address.starts_with("http://");
    if (!is_plain && !address.starts_with("https://"))
        return fail(Code::invalid,
                    "channels.discord.apiRoot must begin with https:// (or http:// for "
                    "a server on this machine)");
    if (is_plain && !is_this_machine(host_part(address)))
        return fail(Code::invalid,
                    "channels.discord.apiRoot is plain http to another machine, which "
                    "would show the bot token to the network: use https");
    if (address != settings.api_root) { // the same server then is the gateway's
        const auto scheme = address.find("://");
        const auto path = std::min(address.find('/', scheme + 3), address.size());
        settings.gateway =
            (is_plain ? "ws" : "wss") + address.substr(scheme, path - scheme) + "/gateway";
        settings.file_origins = {address.substr(0, path)};
    }
    settings.api_root = std::move(address);
    return {};
}

std::string_view mode_of(json::View streaming) {
    return streaming.is_string() ? streaming.text() : streaming["mode"].text("off");
}

std::uint32_t read_intents(json::View intents) {
    std::uint32_t wanted = basic_intents;
    if (intents["messageContent"].boolean(true)) wanted |= message_content;
    if (intents["guildMembers"].boolean()) wanted |= guild_members;
    if (intents["presence"].boolean()) wanted |= guild_presences;
    return wanted;
}

Presence read_presence(json::View root) {
    Presence presence;
    presence.status = root["status"].text("online");
    presence.activity = root["activity"].text();
    presence.activity_url = root["activityUrl"].text();
    const int fallback = presence.activity_url.empty() ? 4 : 1; // custom, or streaming
    presence.activity_type = static_cast<int>(root["activityType"].integer(fallback));
    return presence;
}

bool is_switched_off(json::View native) {
    return native.is_string() ? native.text() == "off" || native.text() == "false"
                              : !native.boolean(true);
}

} // namespace

Result<Settings> read_settings(std::string_view instance, std::string_view json) {
    const auto document = TRY(json::Document::parse(json));
    const auto root = document.root();
    Settings settings;
    if (const auto colon = instance.find(':'); colon != std::string_view::npos)
        settings.account = instance.substr(colon + 1);
    TRY_VOID(read_api_root(settings, root));
    settings.user_agent =
        "DiscordBot (https://github.com/openclaw/openclaw, " + std::string(version) + ")";
    settings.chunk.limit = static_cast<std::size_t>(std::clamp<std::int64_t>(
        root["textChunkLimit"].integer(most_code_points), 50, most_code_points));
    settings.chunk.lines = static_cast<std::size_t>(
        std::clamp<std::int64_t>(root["maxLinesPerMessage"].integer(17), 0, 1000));
    settings.chunk.each_paragraph = root["streaming"]["chunkMode"].text() == "newline";
    settings.previews = mode_of(root["streaming"]) != "off";
    settings.reply_on_every_part = root["replyToMode"].text() == "all";
    settings.suppress_embeds = root["suppressEmbeds"].boolean(true);
    settings.ephemeral_commands = root["slashCommand"]["ephemeral"].boolean(true);
    settings.registers_commands = !is_switched_off(root["commands"]["native"]);
    settings.intents = read_intents(root["intents"]);
    settings.presence = read_presence(root);
    settings.most_media_bytes = static_cast<std::size_t>(
        std::clamp(root["mediaMaxMb"].number(100), 0.0, 100.0) * (1u << 20));
    return settings;
}

} // namespace openclaw::discord
