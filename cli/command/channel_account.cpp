#include "cli/command/channel_account.h"

#include "common/base/strings.h"
#include "common/config/channels/all.h"
#include "common/json/write.h"

namespace openclaw::cli {

namespace {

constexpr std::string_view default_account = "default";

bool has_members(json::View block) {
    return block.is_object() && block.size() > 0;
}

std::string known_channels() {
    std::string names;
    for (const auto& row : config::channel_rows)
        names += (names.empty() ? "" : ", ") + std::string(row.spec->name);
    return names;
}

} // namespace

std::string AccountPlace::words() const {
    return std::string(row->spec->label) + " account \"" + account + "\"";
}

bool AccountPlace::is_below_accounts(json::View config) const {
    return account != default_account ||
           config["channels"][channel()]["accounts"][default_account].is_object();
}

json::View AccountPlace::block_in(json::View config) const {
    const auto channel_block = config["channels"][channel()];
    return is_below_accounts(config) ? channel_block["accounts"][account] : channel_block;
}

bool AccountPlace::is_in(json::View config) const {
    const auto block = block_in(config);
    if (!block.is_object()) return false;
    if (is_below_accounts(config)) return true;
    // A block that only holds accounts says nothing of a default one.
    const auto& credential = row->credential;
    return !has_members(block["accounts"]) || credential.field.empty() ||
           block[credential.field].is_string() || block[credential.file_key].is_string();
}

bool AccountPlace::is_alone_in(json::View config) const {
    const auto accounts = config["channels"][channel()]["accounts"];
    return !has_members(accounts) || (accounts.size() == 1 && accounts[account]);
}

std::string AccountPlace::patch_of_channel(std::string_view block) const {
    json::Writer out;
    out.begin_object().key("channels").begin_object().raw_member(channel(), block);
    return out.end_object().end_object().take();
}

std::string AccountPlace::patch(json::View config, std::string_view block) const {
    if (!is_below_accounts(config)) return patch_of_channel(block);
    json::Writer out;
    out.begin_object().key("accounts").begin_object().raw_member(account, block);
    return patch_of_channel(out.end_object().end_object().take());
}

CallResult<AccountPlace> account_place(const std::string& channel, const std::string& account) {
    if (channel.empty())
        return std::unexpected(cli_error("Which channel? It is one of: " + known_channels() + "."));
    const auto* row = config::find_channel_row(to_lower(channel));
    if (row == nullptr)
        return std::unexpected(cli_error("OpenClaw has no channel \"" + channel +
                                         "\"; it has: " + known_channels() + "."));
    return AccountPlace{row, account.empty() ? std::string(default_account) : to_lower(account)};
}

} // namespace openclaw::cli
