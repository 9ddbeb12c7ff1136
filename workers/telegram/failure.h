// telegram/failure.h — what an answer of the Bot API means for us, as a table (TELEGRAM.md 7).
//
// The server's descriptions are no interface: rows match lower-cased parts of them, first match
// wins, and the raw text is kept for people.
#pragma once

#include "proto/worker.pb.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace openclaw::telegram {

enum class Trouble : std::uint8_t {
    none,
    unchanged,   // "not modified": as good as done
    format,      // the markup is wrong: send it plain
    too_long,    // cut it smaller
    empty,       // nothing was left to send
    target_gone, // the message to edit, delete or react to
    reply_gone,  // the message to reply to
    thread_gone, // the topic is closed, deleted or unknown
    route_gone,  // the chat is gone for us
    peer_gone,   // the person does not want us
    migrated,    // the group has become a supergroup with another id
    rights,      // we may not do this here
    media,       // the file is refused
    markup,      // the keyboard is refused
    cosmetic,    // a reaction that is not allowed: nothing worth a word
    refused,     // some other reason that asking again does not change
    auth,        // the token is not valid (any more)
    misdirected, // this server does not serve this bot
    webhook,     // somebody has set a webhook, so polling is refused
    rival,       // another poller uses the token
    rate,        // too many requests
    server,      // the server failed; it may have acted before
    lost,        // the request left and no answer came; it may have acted
    not_sent,    // nothing left this machine
};

struct FailureRow {
    int status;            // 0: any
    std::string_view part; // of the lower-cased description; empty: any
    Trouble trouble;
    std::string_view word; // Delivery.error_code
};

// What helps when a call for the account itself (polling, signing in) fails so. Troubles with one
// message or one chat are not in the table: they say nothing of the account.
struct CauseRow {
    Trouble trouble;
    wire::Cause cause;
    std::string_view remedy; // what this worker does about it
};

std::span<const CauseRow> cause_rows();
wire::Cause cause_of(Trouble trouble); // unspecified for what is not in the table

std::span<const FailureRow> failure_rows();
const FailureRow& failure_row(int status, std::string_view description);
std::string_view word_for(Trouble trouble);

// May the server have done what was asked although we do not know it?
constexpr bool is_ambiguous(Trouble trouble) {
    return trouble == Trouble::server || trouble == Trouble::lost || trouble == Trouble::webhook ||
           trouble == Trouble::rival;
}

} // namespace openclaw::telegram
