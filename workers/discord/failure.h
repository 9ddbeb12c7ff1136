// discord/failure.h — what an answer of the REST API means for us, as a table (DISCORD.md 1.3).
//
// Rows match HTTP status and Discord's own code; first match wins. The server's words are kept for
// people only.
#pragma once

#include "proto/worker.pb.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace openclaw::discord {

enum class Trouble : std::uint8_t {
    none,
    form,        // the body breaks a rule: which one is in the answer
    reply_gone,  // the message to reply to
    empty,       // nothing was left to send
    target_gone, // the message to edit, delete or react to
    route_gone,  // the channel is gone for us, or we may not see it
    peer_gone,   // the person cannot be written to
    rights,      // we may not do this here
    is_forum,    // takes posts, not messages
    archived,    // the thread must be opened first
    locked,      // the thread is closed for good
    foreign,     // another's message cannot be edited
    too_late,    // the interaction is over
    answered,    // the interaction was acknowledged before
    too_large,   // the upload
    refused,     // some other reason that asking again does not change
    auth,        // the token is not valid (any more)
    rate,        // too many requests
    server,      // the server failed; it may have acted before
    lost,        // the request left and no answer came; it may have acted
    not_sent,    // nothing left this machine
    dropped,     // left away by ourselves: it could wait for ever and nobody would miss it
};

struct FailureRow {
    int status;        // 0: any
    std::int64_t code; // Discord's; 0: any
    Trouble trouble;
    std::string_view word; // Delivery.error_code
    // What helps when a call for the account itself (signing in) fails so: unless it is told
    // otherwise, this worker asks again, with growing pauses.
    wire::Cause cause = wire::CAUSE_TRANSIENT;
};

std::span<const FailureRow> failure_rows();
const FailureRow& failure_row(int status, std::int64_t code);
std::string_view word_for(Trouble trouble);
wire::Cause cause_for(Trouble trouble); // for what is no answer of the server's

// Worth another try of the same request, when a repeat does no harm.
constexpr bool may_pass(Trouble trouble) {
    return trouble == Trouble::server || trouble == Trouble::lost || trouble == Trouble::not_sent ||
           trouble == Trouble::rate;
}

// May the server have done what was asked although we do not know it?
constexpr bool is_ambiguous(Trouble trouble) {
    return trouble == Trouble::server || trouble == Trouble::lost;
}

} // namespace openclaw::discord
