#include "supervisor/rpc/sign_out.h"

#include "common/config/channels/all.h"
#include "common/json/write.h"
#include "supervisor/rpc/account_meant.h"

#include <algorithm>
#include <array>
#include <vector>

namespace openclaw::rpc {

namespace {

using Credential = config::ChannelRow::Credential;

// {"<field>":null,"<file_key>":null} of what is there; empty: nothing is.
std::string without_credential(json::View block, const Credential& credential) {
    json::Writer out;
    bool has_any = false;
    out.begin_object();
    for (const auto name : {credential.field, credential.file_key}) {
        if (name.empty() || !block[name] || block[name].is_null()) continue;
        out.key(name).null();
        has_any = true;
    }
    return has_any ? out.end_object().take() : std::string();
}

// The merge patch that takes an account's credential away; empty: the file has none. The block of
// the channel itself is the default account's.
std::string logout_patch(json::View tree, const ChannelFacts& account,
                         const Credential& credential) {
    const auto channel = tree["channels"][account.channel];
    const auto own = without_credential(channel["accounts"][account.account], credential);
    const auto shared =
        account.is_default ? without_credential(channel, credential) : std::string();
    if (own.empty() && shared.empty()) return {};
    std::string block = shared.empty() ? "{}" : shared;
    if (!own.empty()) {
        json::Writer accounts;
        accounts.begin_object().key("accounts").begin_object();
        accounts.raw_member(account.account, own).end_object().end_object();
        const auto inner = accounts.take();
        block =
            shared.empty() ? inner : shared.substr(0, shared.size() - 1) + "," + inner.substr(1);
    }
    json::Writer out;
    out.begin_object().key("channels").begin_object().raw_member(account.channel, block);
    return out.end_object().end_object().take();
}

std::string logged_out_json(const ChannelFacts& account, bool is_cleared, bool is_in_environment) {
    json::Writer out;
    out.begin_object().member("channel", account.channel).member("accountId", account.account);
    out.member("cleared", is_cleared).member("loggedOut", !is_in_environment);
    if (is_in_environment) out.member("envToken", true);
    return out.end_object().take();
}

void log_out(Call& call, const SignOutParts& parts) {
    const auto account = account_meant(call.params, parts.health.sources().channels());
    if (!account) return call.reply.fail(invalid_request("invalid channels.logout channel"));
    const auto* row = config::find_channel_row(account->channel);
    if (row == nullptr || row->credential.field.empty())
        return call.reply.fail(
            invalid_request("channel " + account->channel + " does not support logout"));
    const auto snapshot = parts.read_config();
    const auto file = json::Document::parse(snapshot.parsed_json_redacted);
    std::string patch =
        file ? logout_patch(file->root(), *account, row->credential) : std::string();
    if (patch.empty()) {
        const bool is_in_environment = account->token_source != "none";
        if (is_in_environment) // it stays there; what can be done is to let it rest
            if (const auto rests = parts.workers.stop(account->channel + ":" + account->account);
                !rests)
                return call.reply.fail(rests.error());
        return call.reply.ok(logged_out_json(*account, false, is_in_environment));
    }
    change_config(call.reply, {.raw = std::move(patch)}, parts.config,
                  [reply = call.reply, account = *account](const ConfigChanged&) {
                      reply.ok(logged_out_json(account, true, false));
                  });
}

std::string forgotten_json(std::string_view provider, bool is_cleared) {
    json::Writer out;
    out.begin_object().member("ok", true).member("provider", provider);
    out.key("removedProfiles").begin_array();
    if (is_cleared) out.value(std::string(provider) + ":default"); // a provider has one here
    return out.end_array().member("cleared", is_cleared).end_object().take();
}

void forget_provider(Call& call, const SignOutParts& parts) {
    const std::string id = text_in(call.params, "provider");
    if (std::ranges::find(parts.config.facts.providers, id, &ShownProvider::id) ==
        parts.config.facts.providers.end())
        return call.reply.fail(invalid_request("unknown provider: " + id +
                                               "; models.authStatus names those there are"));
    const auto snapshot = parts.read_config();
    const auto file = json::Document::parse(snapshot.parsed_json_redacted);
    const bool has_key = file && file->root()["models"]["providers"][id]["apiKey"];
    if (!has_key) return call.reply.ok(forgotten_json(id, false));
    json::Writer patch;
    patch.begin_object().key("models").begin_object().key("providers").begin_object();
    patch.raw_member(id, R"({"apiKey":null})").end_object().end_object().end_object();
    change_config(
        call.reply, {.raw = patch.take()}, parts.config,
        [reply = call.reply, id](const ConfigChanged&) { reply.ok(forgotten_json(id, true)); });
}

// No channel of this build is entered by scanning a picture.
void no_web_login(Call& call) {
    call.reply.fail(invalid_request("web login provider is not available"));
}

constexpr std::size_t max_picture = 16'384; // published: WebLoginWaitParams
constexpr std::array logout_params = {required_text("channel"), text("accountId")};
constexpr std::array forget_params = {required_text("provider"),
                                      Field{.name = "profileIds", .kind = Kind::string_list},
                                      text("agentId")};
constexpr std::array begin_params = {flag("force"), integer("timeoutMs", 0), flag("verbose"),
                                     text("accountId")};
constexpr std::array wait_params = {integer("timeoutMs", 0), text("accountId"),
                                    text("currentQrDataUrl", 0, max_picture)};

} // namespace

void add_sign_out(MethodTable& table, const SignOutParts& parts) {
    const auto add = [&](std::string_view name, std::span<const Field> params, bool is_rationed,
                         Handler handler) {
        table.add({.name = name,
                   .scope = policy::scope::admin,
                   .params = params,
                   .is_rationed = is_rationed,
                   .handler = std::move(handler)});
    };
    add("channels.logout", logout_params, true, [parts](Call& call) { log_out(call, parts); });
    add("models.authLogout", forget_params, true,
        [parts](Call& call) { forget_provider(call, parts); });
    add("web.login.start", begin_params, false, no_web_login);
    add("web.login.wait", wait_params, false, no_web_login);
}

} // namespace openclaw::rpc
