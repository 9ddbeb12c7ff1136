#include "supervisor/flow/wire_form.h"

#include "common/base/strings.h"

#include <algorithm>

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

policy::Facts facts_about(std::string_view worker, const wire::Chat& chat,
                          const wire::Sender& sender) {
    const auto colon = worker.find(':');
    policy::Facts facts;
    facts.channel = worker.substr(0, colon);
    if (colon != std::string_view::npos) facts.account = worker.substr(colon + 1);
    facts.chat_kind = chat_kind_of(chat.kind());
    facts.chat_id = chat.id();
    facts.thread_id = chat.thread_id();
    facts.guild_id = chat.space_id();
    facts.sender_id = sender.id();
    facts.sender_handle = sender.handle();
    facts.sender_name = sender.display_name();
    facts.sender_roles.assign(sender.roles().begin(), sender.roles().end());
    facts.sender_is_bot = sender.is_bot();
    return facts;
}

// What a stranger wrote, inside a line of ours: without line breaks, and short.
std::string in_line(std::string_view text, std::size_t max_bytes) {
    std::string line(utf8_prefix(text, max_bytes));
    std::ranges::replace_if(
        line, [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
    return line;
}

} // namespace

policy::Facts facts_of(std::string_view worker, const wire::Inbound& message) {
    auto facts = facts_about(worker, message.chat(), message.sender());
    facts.awaits_answer = message.awaits_answer();
    facts.addressing = addressing_of(message.addressing());
    facts.text = message.text().inline_text();
    facts.has_attachments = message.attachments_size() > 0 || message.files_size() > 0;
    facts.command = message.command();
    facts.command_arguments = message.command_arguments();
    facts.message_id = message.message_id();
    return facts;
}

policy::Facts facts_of(std::string_view worker, const wire::ChannelEvent& event) {
    auto facts = facts_about(worker, event.chat(), event.sender());
    facts.addressing = policy::Addressing::mention;
    facts.message_id = event.message_id();
    return facts;
}

std::string reaction_text(std::string_view platform, const wire::ChannelEvent& event) {
    const bool is_added = event.kind() == wire::ChannelEvent::REACTION_ADDED;
    std::string text = std::string(platform) + " reaction " + (is_added ? "added" : "removed") +
                       ": " + in_line(event.emoji(), 64) + " by " +
                       in_line(sender_label(event.sender()), 128) + " on msg " +
                       in_line(event.message_id(), 64);
    if (!event.chat().title().empty()) text += " in " + in_line(event.chat().title(), 128);
    return text;
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

std::string sender_label(const wire::Sender& sender) {
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
