#include "supervisor/rpc/send.h"

#include "common/json/write.h"

#include <array>

namespace openclaw::rpc {

namespace {

void hand_over(const Reply& reply, Outgoing& outgoing, OutgoingMessage message) {
    if (message.text.empty() && !message.files)
        return reply.fail(invalid_request("send requires text or a file: message, buffer or "
                                          "mediaUrl"));
    const std::string key = message.idempotency_key;
    outgoing.send(std::move(message), [reply, key](Result<OutgoingReceipt> sent) {
        if (!sent) return reply.fail(sent.error());
        json::Writer out;
        out.begin_object()
            .member("ok", true)
            .member("runId", key)
            .member("messageId", sent->message_id);
        out.member("channel", sent->channel)
            .member("accountId", sent->account)
            .member("chatId", sent->chat_id);
        reply.ok(out.end_object().text());
    });
}

} // namespace

void deliver_message(const Reply& reply, Outgoing& outgoing, OutgoingMessage message,
                     SendFiles& files, json::View params) {
    if (message.to.empty()) return reply.fail(invalid_request("send needs a target: to"));
    files.gather(params, [reply, &outgoing, message = std::move(message)](
                             Result<ledger::SharedFiles> gathered) mutable {
        if (!gathered) return reply.fail(gathered.error());
        message.files = std::move(*gathered);
        hand_over(reply, outgoing, std::move(message));
    });
}

namespace {

void send(Call& call, Outgoing& outgoing, SendFiles& files) {
    const auto params = call.params;
    deliver_message(call.reply, outgoing,
                    {.channel = text_in(params, "channel"),
                     .account = text_in(params, "accountId"),
                     .to = text_in(params, "to"),
                     .thread_id = text_in(params, "threadId"),
                     .reply_to_message_id = text_in(params, "replyToId"),
                     .text = text_in(params, "message"),
                     .files = nullptr,
                     .idempotency_key = text_in(params, "idempotencyKey")},
                    files, params);
}

constexpr std::array send_params = {
    required_text("to"), required_text("idempotencyKey"),
    text("message"),     text("channel"),
    text("accountId"),   text("agentId"),
    text("replyToId"),   text("threadId"),
    text("mediaUrl"),    Field{.name = "mediaUrls", .kind = Kind::string_list},
    text("buffer"),      text("filename"),
    text("contentType"), flag("asVoice"),
    flag("gifPlayback"), flag("forceDocument"),
    flag("silent"),      text("parseMode"),
    text("sessionKey"),
};

} // namespace

void add_send(MethodTable& table, Outgoing& outgoing, std::shared_ptr<SendFiles> files) {
    table.add({.name = "send",
               .scope = policy::scope::write,
               .admission = Admission::work,
               .idempotency = Idempotency::by_key,
               .params = send_params,
               .handler = [&outgoing, files = std::move(files)](Call& call) {
                   send(call, outgoing, *files);
               }});
}

} // namespace openclaw::rpc
