#include "supervisor/rpc/message_action.h"

#include "supervisor/rpc/account_meant.h"
#include "supervisor/rpc/send.h"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace openclaw::rpc {

namespace {

// The original's clients have more than one name for a thing.
std::string first_text(json::View params, std::initializer_list<std::string_view> names) {
    for (const auto name : names)
        if (const auto value = params[name]; value.is_string() && !value.text().empty())
            return std::string(value.text());
        else if (value.is_integer())
            return std::to_string(value.integer());
    return {};
}

// {action:"send", params:{to|target, message, …}}: the command line of the original.
void send_message(Call& call, Outgoing& outgoing, SendFiles& files) {
    const auto inner = call.params["params"];
    deliver_message(
        call.reply, outgoing,
        {.channel = text_in(call.params, "channel"),
         .account = std::string(call.params["accountId"].text(inner["accountId"].text())),
         .to = first_text(inner, {"to", "target"}),
         .thread_id = first_text(inner, {"threadId"}),
         .reply_to_message_id = first_text(inner, {"replyTo", "replyToId"}),
         .text = text_in(inner, "message"),
         .files = nullptr,
         .idempotency_key = text_in(call.params, "idempotencyKey")},
        files, inner);
}

flow::ActionOrder order_of(json::View params, std::string name, std::string key) {
    return {.name = std::move(name),
            .to = first_text(params, {"to", "target", "chatId", "channelId"}),
            .thread_id = first_text(params, {"threadId"}),
            .message_id = first_text(params, {"messageId"}),
            .emoji = first_text(params, {"emoji"}),
            .text = first_text(
                params, {"message", "text", "pollQuestion", "question", "threadName", "name"}),
            .remove = params["remove"].boolean(),
            .limit = static_cast<std::uint32_t>(
                std::clamp<std::int64_t>(params["limit"].integer(), 0, 1000)),
            .arguments_json = params.dump(),
            .key = std::move(key)};
}

std::string done_json(const ChannelFacts& account, const std::string& action,
                      const std::string& key, const flow::ActionReport& report) {
    json::Writer out;
    out.begin_object()
        .member("ok", true)
        .member("action", action)
        .member("channel", account.channel)
        .member("accountId", account.account)
        .member("runId", key);
    if (!report.message_id.empty()) out.member("messageId", report.message_id);
    if (!report.result_json.empty()) out.raw_member("result", report.result_json);
    return out.end_object().take();
}

void carry_out(Call& call, flow::ActionOrder order, HealthSnapshot& health,
               flow::Questions& questions) {
    const auto account = account_meant(call.params, health.sources().channels());
    if (!account)
        return call.reply.fail(invalid_request("channel \"" + text_in(call.params, "channel") +
                                               "\" has no such account in the config"));
    questions.act({.channel = account->channel, .account = account->account}, order,
                  [reply = call.reply, account = *account, action = order.name,
                   key = order.key](Result<flow::ActionReport> report) {
                      if (!report) return reply.fail(report.error());
                      reply.ok(done_json(account, action, key, *report));
                  });
}

void act_on_message(Call& call, Outgoing& outgoing, SendFiles& files, HealthSnapshot& health,
                    flow::Questions& questions) {
    const std::string action = text_in(call.params, "action");
    if (action == "send") return send_message(call, outgoing, files);
    carry_out(call, order_of(call.params["params"], action, text_in(call.params, "idempotencyKey")),
              health, questions);
}

void make_poll(Call& call, HealthSnapshot& health, flow::Questions& questions) {
    carry_out(call, order_of(call.params, "poll", text_in(call.params, "idempotencyKey")), health,
              questions);
}

constexpr std::array message_action_params = {
    required_text("channel"),
    required_text("action"),
    Field{.name = "params", .kind = Kind::object, .required = true},
    required_text("idempotencyKey"),
    anything("reply"),
    text("accountId"),
    text("requesterAccountId"),
    text("requesterSenderId"),
    flag("senderIsOwner"),
    text("sessionKey"),
    text("sessionId"),
    text("inboundTurnKind"),
    text("agentId"),
    anything("toolContext"),
    text("conversationReadOrigin"),
};

constexpr std::array poll_params = {
    required_text("to"),
    required_text("question"),
    Field{.name = "options", .kind = Kind::string_list, .required = true},
    required_text("idempotencyKey"),
    integer("maxSelections", 1, 12),
    integer("durationSeconds", 1, 604'800),
    integer("durationHours", 1),
    flag("silent"),
    flag("isAnonymous"),
    text("threadId"),
    text("channel"),
    text("accountId"),
};

} // namespace

void add_message_action(MethodTable& table, Outgoing& outgoing, std::shared_ptr<SendFiles> files,
                        HealthSnapshot& health, flow::Questions& questions) {
    table.add({.name = "message.action",
               .scope = policy::scope::write,
               .admission = Admission::work,
               .idempotency = Idempotency::by_key,
               .params = message_action_params,
               .handler = [&outgoing, &health, &questions, files = std::move(files)](Call& call) {
                   act_on_message(call, outgoing, *files, health, questions);
               }});
    table.add(
        {.name = "poll",
         .scope = policy::scope::write,
         .admission = Admission::work,
         .idempotency = Idempotency::by_key,
         .params = poll_params,
         .handler = [&health, &questions](Call& call) { make_poll(call, health, questions); }});
}

} // namespace openclaw::rpc
