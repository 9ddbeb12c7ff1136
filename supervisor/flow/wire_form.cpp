#include "supervisor/flow/wire_form.h"

#include "common/base/strings.h"

namespace openclaw::flow {

namespace {

policy::ChatKind chat_kind_of(wire::ChatKind kind) {
    switch (kind) {
    case wire::CHAT_GROUP:
        return policy::ChatKind::group;
    case wire::CHAT_CHANNEL:
        return policy::ChatKind::channel;
    default:
        return policy::ChatKind::direct;
    }
}

policy::Addressing addressing_of(wire::Addressing addressing) {
    switch (addressing) {
    case wire::ADDRESSED_MENTION:
        return policy::Addressing::mention;
    case wire::ADDRESSED_REPLY:
        return policy::Addressing::reply;
    case wire::ADDRESSED_COMMAND:
        return policy::Addressing::command;
    default:
        return policy::Addressing::none;
    }
}

constexpr std::size_t quoted_bytes =
    1000; // of a message that is replied to: enough to know which one is meant

} // namespace

policy::Facts facts_of(std::string_view worker, const wire::Inbound& message) {
    const auto colon = worker.find(':');
    policy::Facts facts;
    facts.channel = worker.substr(0, colon);
    if (colon != std::string_view::npos) facts.account = worker.substr(colon + 1);
    facts.chat_kind = chat_kind_of(message.chat().kind());
    facts.chat_id = message.chat().id();
    facts.thread_id = message.chat().thread_id();
    facts.guild_id = message.chat().space_id();
    facts.sender_id = message.sender().id();
    facts.sender_handle = message.sender().handle();
    facts.sender_name = message.sender().display_name();
    facts.sender_roles.assign(message.sender().roles().begin(), message.sender().roles().end());
    facts.sender_is_bot = message.sender().is_bot();
    facts.awaits_answer = message.awaits_answer();
    facts.addressing = addressing_of(message.addressing());
    facts.text = message.text().inline_text();
    facts.has_attachments = message.attachments_size() > 0 || message.files_size() > 0;
    facts.command = message.command();
    facts.command_arguments = message.command_arguments();
    facts.message_id = message.message_id();
    return facts;
}

std::string agent_text(const wire::Inbound& message) {
    std::string text = message.text().inline_text();
    for (const auto& attachment : message.attachments())
        text += (text.empty() ? "" : "\n") + attachment;
    if (!message.has_reply_to() || message.reply_to().text().empty()) return text;
    const std::string quoted(utf8_prefix(message.reply_to().text(), quoted_bytes));
    const std::string whom = message.reply_to().is_self() ? "your message" : "a message";
    return "[Replying to " + whom + ": " + quoted + "]\n" + text;
}

std::string sender_label(const wire::Inbound& message) {
    const auto& sender = message.sender();
    if (sender.display_name().empty())
        return sender.handle().empty() ? sender.id() : "@" + sender.handle();
    return sender.handle().empty() ? sender.display_name()
                                   : sender.display_name() + " (@" + sender.handle() + ")";
}

ledger::ChatKind chat_kind(policy::ChatKind kind) {
    switch (kind) {
    case policy::ChatKind::direct:
        return ledger::ChatKind::direct;
    case policy::ChatKind::group:
        return ledger::ChatKind::group;
    case policy::ChatKind::channel:
        return ledger::ChatKind::channel;
    }
    return ledger::ChatKind::unknown;
}

void put_chat(wire::Chat& chat, const ledger::Chat& value) {
    chat.set_id(value.id);
    chat.set_thread_id(value.thread_id);
    chat.set_kind(static_cast<wire::ChatKind>(value.kind));
}

} // namespace openclaw::flow
