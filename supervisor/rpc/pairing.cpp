#include "supervisor/rpc/pairing.h"

#include "common/json/write.h"
#include "supervisor/policy/pairing.h"
#include "supervisor/rpc/stability.h"

#include <array>
#include <set>

namespace openclaw::rpc {

namespace {

// The person's name, as the channel told it: {"name":…,"handle":…}.
std::string label_of(const std::string& meta_json) {
    const auto meta = json::Document::parse(meta_json);
    if (!meta) return {};
    const auto name = meta->root()["name"].text(), handle = meta->root()["handle"].text();
    if (handle.empty()) return std::string(name);
    return name.empty() ? "@" + std::string(handle)
                        : std::string(name) + " (@" + std::string(handle) + ")";
}

void write_request(json::Writer& out, const ledger::PairingRequest& request) {
    out.begin_object()
        .member("requestId", request.code)
        .member("code", request.code)
        .member("channel", request.channel);
    out.member("accountId", request.account).member("senderId", request.sender_id);
    if (const auto label = label_of(request.meta_json); !label.empty())
        out.member("senderLabel", label);
    out.member("createdAtMs", request.requested_at_ms)
        .member("expiresAtMs", request.expires_at_ms)
        .end_object();
}

// "telegram" → "Telegram"
std::string label_for(std::string channel) {
    if (!channel.empty() && channel[0] >= 'a' && channel[0] <= 'z')
        channel[0] = static_cast<char>(channel[0] - 32);
    return channel;
}

// The dashboard's words for the same (METHODS.md channels.pairing.list).
void write_published(json::Writer& out, const ledger::PairingRequest& request) {
    const auto label = label_of(request.meta_json);
    out.begin_object().member("requestId", request.code).member("channel", request.channel);
    out.member("channelLabel", label_for(request.channel)).member("accountId", request.account);
    out.member("senderId", request.sender_id);
    out.member("senderLabel", label.empty() ? request.sender_id : label);
    out.member("createdAt", iso_time(request.requested_at_ms))
        .member("lastSeenAt", iso_time(request.requested_at_ms))
        .member("expiresAt", iso_time(request.expires_at_ms));
    out.member("notifySupported", true).end_object();
}

enum class Words { ours, published };

void list(Call& call, PairingDesk& desk, Words words) {
    const auto account = call.params["accountId"].text(call.params["account"].text());
    const auto waiting = desk.waiting(call.params["channel"].text(), account);
    std::set<std::pair<std::string, std::string>> accounts;
    for (const auto& request : waiting)
        accounts.emplace(request.channel, request.account);
    json::Writer out;
    out.begin_object().key("accounts").begin_array();
    for (const auto& [channel, id] : accounts)
        out.begin_object()
            .member("channel", channel)
            .member("channelLabel", label_for(channel))
            .member("accountId", id)
            .member("notifySupported", true)
            .end_object();
    out.end_array().key("requests").begin_array();
    for (const auto& request : waiting)
        if (words == Words::ours)
            write_request(out, request);
        else
            write_published(out, request);
    out.end_array().member("commandOwnerConfigured", false).key("limits").begin_object();
    out.member("pendingPerAccount", policy::max_waiting_pairings)
        .member("ttlMs", policy::pairing_life.count())
        .end_object();
    call.reply.ok(out.end_object().text());
}

std::string approved_json(const std::string& code, const ledger::ApprovedSender& who,
                          std::string_view notification) {
    json::Writer out;
    out.begin_object()
        .member("ok", true)
        .member("requestId", code)
        .member("channel", who.channel)
        .member("accountId", who.account);
    out.member("senderId", who.sender_id).member("notification", notification);
    return out.member("commandOwnerBootstrap", "not-requested").end_object().take();
}

// Tells the person; that this fails does not undo the approval.
void notify(const Reply& reply, const std::string& code, const ledger::ApprovedSender& who,
            Outgoing& outgoing) {
    OutgoingMessage message{.channel = who.channel, .account = who.account, .to = who.sender_id};
    message.text = policy::pairing_approved_message();
    message.idempotency_key = "pairing:" + code;
    outgoing.send(std::move(message), [reply, code, who](Result<OutgoingReceipt> sent) {
        reply.ok(approved_json(code, who, sent ? "sent" : "failed"));
    });
}

void approve(Call& call, PairingDesk& desk, Outgoing& outgoing) {
    const auto typed = call.params["requestId"].text(call.params["code"].text());
    const auto code = policy::read_pairing_code(typed);
    if (!code)
        return call.reply.fail(
            invalid_request("\"" + std::string(typed) + "\" is no pairing code"));
    const bool tells = call.params["notify"].boolean();
    desk.approve(
        std::string(call.params["channel"].text()), *code,
        [reply = call.reply, code = *code, tells, &outgoing](Result<ledger::ApprovedSender> who) {
            if (!who) return reply.fail(who.error());
            if (tells) return notify(reply, code, *who, outgoing);
            reply.ok(approved_json(code, *who, "not-requested"));
        });
}

void dismiss(Call& call, PairingDesk& desk) {
    const std::string code(call.params["requestId"].text());
    desk.dismiss(std::string(call.params["channel"].text()), code,
                 [reply = call.reply, code](Result<void> gone) {
                     if (!gone) return reply.fail(gone.error());
                     reply.ok(json::Writer()
                                  .begin_object()
                                  .member("ok", true)
                                  .member("requestId", code)
                                  .end_object()
                                  .text());
                 });
}

constexpr std::array list_params = {text("channel"), text("accountId"), text("account")};
constexpr std::array short_params = {required_text("channel"), required_text("code"),
                                     text("account"), flag("notify")};
constexpr std::array approve_params = {required_text("channel"), required_text("accountId"),
                                       required_text("requestId"), flag("notify"),
                                       flag("bootstrapCommandOwner")};
constexpr std::array dismiss_params = {required_text("channel"), required_text("accountId"),
                                       required_text("requestId")};

} // namespace

void add_pairing(MethodTable& table, PairingDesk& desk, Outgoing& outgoing) {
    table.add({.name = "pairing.list",
               .scope = policy::scope::pairing,
               .params = list_params,
               .handler = [&desk](Call& call) { list(call, desk, Words::ours); }});
    table.add({.name = "channels.pairing.list",
               .scope = policy::scope::pairing,
               .params = list_params,
               .handler = [&desk](Call& call) { list(call, desk, Words::published); }});
    const auto let_in = [&desk, &outgoing](Call& call) { approve(call, desk, outgoing); };
    table.add({.name = "pairing.approve",
               .scope = policy::scope::pairing,
               .params = short_params,
               .handler = let_in});
    table.add({.name = "channels.pairing.approve",
               .scope = policy::scope::pairing,
               .params = approve_params,
               .handler = let_in});
    table.add({.name = "channels.pairing.dismiss",
               .scope = policy::scope::pairing,
               .params = dismiss_params,
               .handler = [&desk](Call& call) { dismiss(call, desk); }});
}

} // namespace openclaw::rpc
