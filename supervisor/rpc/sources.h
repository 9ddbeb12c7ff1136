// rpc/sources.h — what the methods need from the rest of the supervisor, as small interfaces.
//
// The flow room and main implement Outgoing, ListChannels, ReadConfig and Explain; rpc/live.h has
// the others over the process and ledger rooms. Tests bring fakes. Whatever is returned is copied
// before the call ends. `done` is called exactly once, on the loop, never from inside the function
// it was given to.
#pragma once

#include "common/base/result.h"
#include "supervisor/ledger/pairings.h"
#include "supervisor/ledger/sessions.h"
#include "supervisor/ledger/transcripts.h"
#include "supervisor/process/worker_view.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::rpc {

template <class T>
using Done = std::move_only_function<void(Result<T>)>;

// flow/outbound: a message to a chat that is not an answer of a run.
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
    virtual void send(OutgoingMessage message, Done<OutgoingReceipt> done) = 0;
};

// One configured channel account: its configuration, and what its worker last said
// (wire::ChannelStatus).
struct ChannelFacts {
    std::string channel, label, account, name;
    bool is_default = false, enabled = true;
    bool configured = true;   // it has what it needs: a token
    std::string problem;      // why its configuration cannot be used; empty: it can
    std::string token_source; // "config", "env", "none"
    std::string connection;   // "connecting", "connected", "degraded", "needs_operator"; empty:
                              // nothing was said
    std::string detail, error_code, identity, identity_id;
    std::int64_t last_contact_ms = 0, last_inbound_ms = 0, last_outbound_ms = 0;
    std::uint64_t owed = 0; // messages in the outbox
};

using ListChannels = std::function<std::vector<ChannelFacts>()>; // in the order they are shown

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
using Explain = std::function<void(std::string id, Done<std::string> done)>;

// process/workers, as far as the methods use it.
class WorkerDesk {
  public:
    virtual ~WorkerDesk() = default;
    virtual std::vector<process::WorkerView> views(bool measured) const = 0;
    virtual Result<void> start(const std::string& id) = 0;
    virtual Result<void> stop(const std::string& id) = 0;
    virtual Result<void> restart(const std::string& id) = 0;
};

// ledger/sessions and ledger/transcripts, read only.
class Conversations {
  public:
    virtual ~Conversations() = default;
    virtual std::vector<const ledger::Session*> list() const = 0; // last updated first
    virtual const ledger::Session* find(std::string_view key) const = 0;
    virtual void page(std::string session_id, std::int64_t before_sequence, std::size_t limit,
                      Done<ledger::TranscriptPage> done) = 0;
};

// ledger/pairings: strangers who wait, and letting one in. An approval counts when it is on disk.
class PairingDesk {
  public:
    virtual ~PairingDesk() = default;
    virtual std::vector<ledger::PairingRequest> waiting(std::string_view channel,
                                                        std::string_view account) const = 0;
    virtual void approve(std::string channel, std::string code,
                         Done<ledger::ApprovedSender> done) = 0;
    virtual void dismiss(std::string channel, std::string code, Done<void> done) = 0;
};

} // namespace openclaw::rpc
