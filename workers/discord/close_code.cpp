#include "workers/discord/close_code.h"

#include <algorithm>
#include <array>

namespace openclaw::discord {

namespace {

// The last row stands for every code that is not named.
constexpr auto meanings = std::to_array<CloseMeaning>({
    {1000, AfterClose::resume, wire::CAUSE_TRANSIENT, "closed", "Discord closed the connection"},
    {1001, AfterClose::resume, wire::CAUSE_TRANSIENT, "closed", "Discord closed the connection"},
    {4000, AfterClose::resume, wire::CAUSE_TRANSIENT, "closed",
     "Discord closed the connection after an error of its own"},
    {4001, AfterClose::report, wire::CAUSE_TRANSIENT, "protocol",
     "Discord did not know an opcode we sent"},
    {4002, AfterClose::report, wire::CAUSE_TRANSIENT, "protocol",
     "Discord could not read what we sent"},
    {4003, AfterClose::identify, wire::CAUSE_TRANSIENT, "session",
     "Discord did not know the connection yet"},
    {4004, AfterClose::give_up, wire::CAUSE_NEEDS_OPERATOR, "auth_failed",
     "Discord refuses the bot token: set channels.discord.token to the one the Developer Portal "
     "shows under Bot"},
    {4005, AfterClose::report, wire::CAUSE_TRANSIENT, "protocol",
     "we identified twice on one connection"},
    {4007, AfterClose::identify, wire::CAUSE_TRANSIENT, "session",
     "Discord did not accept the place we resumed from"},
    {4008, AfterClose::resume_later, wire::CAUSE_RATE, "rate",
     "Discord asks us to send less over the gateway"},
    {4009, AfterClose::resume, wire::CAUSE_TRANSIENT, "session",
     "Discord let the session time out"},
    {4010, AfterClose::refused, wire::CAUSE_NEEDS_OPERATOR, "shard",
     "Discord refuses the shard: this build uses none"},
    {4011, AfterClose::refused, wire::CAUSE_NEEDS_OPERATOR, "shard",
     "Discord asks for sharding: the bot is in more than 2,500 servers, which this build does not "
     "serve"},
    {4012, AfterClose::refused, wire::CAUSE_NEEDS_OPERATOR, "version",
     "Discord no longer speaks gateway version 10: install a newer release"},
    {4013, AfterClose::refused, wire::CAUSE_NEEDS_OPERATOR, "intents",
     "Discord does not know an intent we ask for"},
    {4014, AfterClose::reduce, wire::CAUSE_TRANSIENT, "intents",
     "Discord does not grant the privileged intents: switch on Message Content Intent (and the "
     "others you configured under channels.discord.intents) in the Developer Portal under Bot"},
    {0, AfterClose::resume, wire::CAUSE_TRANSIENT, "network", "the connection to Discord broke"},
});

} // namespace

std::span<const CloseMeaning> close_meanings() {
    return meanings;
}

const CloseMeaning& close_meaning(std::uint16_t code) {
    const auto* found = std::ranges::find(meanings, code, &CloseMeaning::code);
    return found == meanings.end() ? meanings.back() : *found;
}

} // namespace openclaw::discord
