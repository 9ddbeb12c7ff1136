// rpc/sources.h — what the methods need from the rest of the supervisor, as small interfaces.
//
// The flow room and main implement them; tests bring fakes. Whatever they return is copied before
// the call ends. `done` is called exactly once, on the loop, never from inside the function it was
// given to.
#pragma once

#include "common/base/result.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace openclaw::rpc {

// flow/outbound: a message to a chat, not an answer of a run.
struct OutgoingMessage {
    std::string channel;   // empty: the only configured one
    std::string account;   // empty: the channel's default
    std::string to;        // as the channel writes it: "123456", "-100123:topic:7", "@name"
    std::string thread_id; // empty: none, or part of `to`
    std::string reply_to_message_id;
    std::string text; // markdown
    std::string idempotency_key;
};

struct OutgoingReceipt {
    std::string channel, account, chat_id, message_id; // of the last part
};

class Outgoing {
  public:
    virtual ~Outgoing() = default;
    // Ends when the channel has delivered it, or not. Errors: not_found (no such channel or
    // account), invalid (`to`), unavailable (the worker cannot send now, or the outcome is
    // unknown), timeout, busy.
    virtual void send(OutgoingMessage message,
                      std::move_only_function<void(Result<OutgoingReceipt>)> done) = 0;
};

// common/config, read for showing: every secret is replaced by the sentinel already.
struct ConfigIssue {
    std::string path, message;
};

struct ConfigSnapshot {
    std::string path;
    bool exists = false;
    std::string raw_redacted;         // the file's text
    std::string parsed_json_redacted; // the same as plain JSON
    std::string hash;                 // of the file; opaque
    std::string applied_hash;         // of what is in force
    bool valid = true;
    std::vector<ConfigIssue> issues;
};

using ReadConfig = std::function<ConfigSnapshot()>;

// The story of one message or run, for `openclaw explain`: JSON text.
using Explain =
    std::function<void(std::string id, std::move_only_function<void(Result<std::string>)> done)>;

} // namespace openclaw::rpc
