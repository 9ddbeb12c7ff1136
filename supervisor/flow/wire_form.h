// flow/wire_form.h — wire messages to our values and back. Generated types are opened here and
// nowhere else in flow.
#pragma once

#include "proto/frame.pb.h"
#include "supervisor/ledger/outbox.h"
#include "supervisor/policy/facts.h"

#include <string>
#include <string_view>

namespace openclaw::flow {

// What a channel worker said about one message. `worker` is the id the link belongs to: the channel
// and account come from there, never from the message.
policy::Facts facts_of(std::string_view worker, const wire::Inbound& message);

// The same of one event in a chat; for the rules it stands as a message that means the bot.
policy::Facts facts_of(std::string_view worker, const wire::ChannelEvent& event);
// "Discord reaction added: 👍 by Ann (@ann) on msg 42 in #general": one line, whatever people call
// themselves.
std::string reaction_text(std::string_view platform, const wire::ChannelEvent& event);

// The text the agent gets: what was written, or the placeholders of what was attached, with what it
// replies to.
std::string agent_text(const wire::Inbound& message);
// "Ann (@ann)": who speaks, for groups.
std::string sender_label(const wire::Sender& sender);

ledger::ChatKind chat_kind(policy::ChatKind kind);
void put_chat(wire::Chat& chat, const ledger::Chat& value);

} // namespace openclaw::flow
