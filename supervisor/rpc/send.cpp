#include "supervisor/rpc/send.h"

#include "common/json/write.h"

#include <array>
#include <optional>

namespace openclaw::rpc {

namespace {

// How a file is to be shown. No channel of this build does it, and a message that looks otherwise
// than asked for would be wrong without saying so.
struct Presentation {
    std::string_view name, why_not;
};

constexpr std::array presentations = {
    Presentation{"asVoice", "this build sends sound as a file, not as a voice message"},
    Presentation{"gifPlayback", "this build sends files as they are, none as a looping film"},
    Presentation{"forceDocument", "this build leaves it to the channel how a file is shown"},
};

std::optional<WireError> refusal_of_presentation(json::View params) {
    for (const auto& one : presentations)
        if (params[one.name].boolean())
            return invalid_request(std::string(one.name) + " cannot be asked for: " +
                                   std::string(one.why_not) + "; leave it out");
    return std::nullopt;
}

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
    if (const auto refused = refusal_of_presentation(params)) return reply.fail(*refused);
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
