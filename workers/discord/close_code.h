// discord/close_code.h — what the end of a gateway connection means, as a table (DISCORD.md 3.3).
#pragma once

#include "proto/worker.pb.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace openclaw::discord {

enum class AfterClose : std::uint8_t {
    resume,       // the session goes on
    resume_later, // the same, after the five seconds that a rate limit asks for
    report,       // our own fault: resume, but stop when it happens again and again
    identify,     // the session is lost
    reduce,       // without the privileged intents, once (that helps); then it is fatal
    refused,      // asking again does not help before a person acts
    give_up,      // the token is not valid (any more)
};

struct CloseMeaning {
    std::uint16_t code;
    AfterClose after;
    wire::Cause cause;         // what helps
    std::string_view word;     // ChannelStatus.error_code
    std::string_view sentence; // what happened, and what to do about it
};

std::span<const CloseMeaning> close_meanings();

// 0: the connection broke without a code. Codes without a row count as a broken connection.
const CloseMeaning& close_meaning(std::uint16_t code);

// 1000 and 1001, sent by us, end the session; this one does not.
inline constexpr std::uint16_t close_and_resume = 4000;

} // namespace openclaw::discord
