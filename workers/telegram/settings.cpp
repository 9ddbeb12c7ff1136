#include "workers/telegram/settings.h"

#include "common/base/strings.h"
#include "common/json/read.h"

#include <algorithm>

namespace openclaw::telegram {

namespace {

constexpr std::size_t longest_token =
    80; // tdlib/telegram-bot-api, ClientManager: longer ones are refused

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::string_view host_of(std::string_view root) {
    root.remove_prefix(root.find("://") + 3);
    if (root.starts_with('[')) return root.substr(0, root.find(']') + 1);
    return root.substr(0, root.find_first_of(":/"));
}

bool is_loopback(std::string_view host) {
    const bool is_address = host.find_first_not_of("0123456789.") == std::string_view::npos;
    return host == "localhost" || host == "[::1]" || (is_address && host.starts_with("127."));
}

// "https://host/bot<token>" is a common slip: the method path is ours to add.
std::string without_bot_part(std::string root, std::vector<std::string>& notes) {
    while (root.ends_with('/'))
        root.pop_back();
    const auto slash = root.rfind("/bot");
    if (slash == std::string::npos || !root.substr(slash).contains(':')) return root;
    root.resize(slash);
    notes.emplace_back("apiRoot ended in /bot<token>; that part was taken off");
    while (root.ends_with('/'))
        root.pop_back();
    return root;
}

Result<std::string> read_api_root(json::View root, std::vector<std::string>& notes) {
    auto address =
        without_bot_part(std::string(root["apiRoot"].text("https://api.telegram.org")), notes);
    const bool plain = address.starts_with("http://");
    if (!plain && !address.starts_with("https://"))
        return fail(Code::invalid, "channels.telegram.apiRoot must begin with https:// (or http:// "
                                   "for a server on this machine)");
    const bool trusted = root["network"]["dangerouslyAllowPrivateNetwork"].boolean();
    if (plain && !is_loopback(host_of(address)) && !trusted)
        return fail(Code::invalid,
                    "channels.telegram.apiRoot is plain http to another machine, which would show "
                    "the bot token to the "
                    "network: use https, or set "
                    "channels.telegram.network.dangerouslyAllowPrivateNetwork to true");
    return address;
}

// "streaming" was a word before it became an object (CONFIG.md, retired keys).
std::string_view streaming_mode(json::View streaming) {
    return streaming.is_string() ? streaming.text() : streaming["mode"].text("partial");
}

bool wants_commands(json::View native) {
    return native.is_string() ? native.text() != "off" && native.text() != "false"
                              : native.boolean(true);
}

std::vector<MenuCommand> read_commands(json::View list) {
    std::vector<MenuCommand> commands;
    list.each_element([&](json::View entry) {
        commands.push_back(
            {std::string(entry["command"].text()), std::string(entry["description"].text())});
        return true;
    });
    return commands;
}

// 0: no limit.
void read_limit(json::View value, Limit& limit) {
    if (value.is_integer())
        limit.count = static_cast<std::size_t>(std::clamp<std::int64_t>(value.integer(), 0, 1000));
}

PaceRules read_pace(json::View pacing) {
    PaceRules rules;
    read_limit(pacing["chatPer3Seconds"], rules.chat);
    read_limit(pacing["groupPerMinute"], rules.group);
    read_limit(pacing["botPerSecond"], rules.bot);
    return rules;
}

} // namespace

Result<Settings> read_settings(std::string_view text) {
    const auto document = TRY(json::Document::parse(text));
    const auto root = document.root();
    Settings settings;
    settings.api_root = TRY(read_api_root(root, settings.notes));
    settings.ipv4_first = root["network"]["dnsResultOrder"].text("ipv4first") == "ipv4first";
    const auto limit = root["textChunkLimit"].integer(4000);
    settings.split.limit =
        static_cast<std::size_t>(std::clamp<std::int64_t>(limit, 100, most_units));
    settings.split.each_paragraph = root["streaming"]["chunkMode"].text() == "newline";
    settings.previews = streaming_mode(root["streaming"]) != "off";
    if (root["linkPreview"]) settings.link_preview = root["linkPreview"].boolean(true);
    settings.reply_on_every_part = root["replyToMode"].text() == "all";
    settings.show_commands = wants_commands(root["commands"]["native"]);
    settings.custom_commands = read_commands(root["customCommands"]);
    settings.pace = read_pace(root["pacing"]);
    return settings;
}

Result<void> check_token(std::string_view token) {
    const auto colon = token.find(':');
    const bool shaped = colon != std::string_view::npos && colon > 0 && token.front() != '0' &&
                        std::ranges::all_of(token.substr(0, colon), is_digit) &&
                        colon + 1 < token.size() && token.size() <= longest_token &&
                        token.find_first_of("/ \t\r\n?#%") == std::string_view::npos;
    if (shaped) return {};
    return fail(Code::invalid, "channels.telegram.botToken does not look like \"123456789:AA…\": "
                               "copy it again from @BotFather");
}

} // namespace openclaw::telegram
