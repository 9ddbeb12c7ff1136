// rpc/sources.h — what the methods need from the rest of the supervisor, as small interfaces.
//
// The flow room and main implement Outgoing, ListChannels, ReadConfig and Explain; rpc/live.h has
// the others over the process and ledger rooms. Tests bring fakes. Whatever is returned is copied
// before the call ends. `done` is called exactly once, on the loop, never from inside the function
// it was given to.
#pragma once

#include "common/base/result.h"
#include "supervisor/ledger/cron.h"
#include "supervisor/ledger/files.h"
#include "supervisor/ledger/pairings.h"
#include "supervisor/ledger/sessions.h"
#include "supervisor/ledger/transcript_reports.h"
#include "supervisor/ledger/transcripts.h"
#include "supervisor/process/worker_view.h"

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
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
    std::string text; // markdown; may be empty when there are files
    ledger::SharedFiles files = nullptr;
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
    Instant good_until{};   // when it last ceased to be connected
    Instant last_contact{}; // Instant{}: never
    std::int64_t last_inbound_ms = 0, last_outbound_ms = 0;
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
    // Stopped, and stays so over a restart of the gateway, until start, restart or resume.
    virtual Result<void> pause(const std::string& id) = 0;
    virtual Result<void> kill(const std::string& id) = 0;
    virtual Result<void> watch(const std::string& id, ipc::Link::Tap tap) = 0;
};

// What a new transcript begins with: rows of its own, then rows of another one.
struct Continuation {
    std::vector<ledger::TranscriptRow> opening = {};
    ledger::Excerpt excerpt;
};

// ledger/sessions, ledger/transcripts and ledger/transcript_reports. A change counts when it is on
// disk; lists and find() show it at once.
class Conversations {
  public:
    virtual ~Conversations() = default;
    virtual std::vector<const ledger::Session*> list() const = 0; // last updated first
    virtual const ledger::Session* find(std::string_view key) const = 0;
    virtual void page(std::string session_id, std::int64_t before_sequence, std::size_t limit,
                      Done<ledger::TranscriptPage> done) = 0;
    virtual void keep(ledger::Session session, Done<void> done) = 0;
    // The same for a session whose id is new: its transcript comes with it.
    virtual void keep_continued(ledger::Session session, Continuation continuation,
                                Done<void> done) = 0;
    virtual void erase(std::string key, bool with_transcript, Done<void> done) = 0;
    virtual void append(std::string session_id, ledger::TranscriptRow row,
                        Done<std::int64_t> done) = 0; // the row's sequence
    virtual void usage(ledger::UsageQuery query, Done<std::vector<ledger::UsageRow>> done) = 0;
    virtual void search(ledger::SearchQuery query, Done<std::vector<ledger::SearchHit>> done) = 0;
};

// ledger/worker_state, under names no worker can have: small things the methods want back after a
// restart. What is kept is in load() at once.
class Notes {
  public:
    virtual ~Notes() = default;
    virtual std::vector<std::pair<std::string, std::string>> load(std::string_view book) const = 0;
    // An empty value is forgotten. Error: invalid, above 256 notes of 64 KiB in a book.
    virtual void keep(std::string book, std::string key, std::string value, Done<void> done) = 0;
};

// ledger/cron.
class CronDesk {
  public:
    virtual ~CronDesk() = default;
    virtual const ledger::CronJob* find(std::string_view id) const = 0;
    virtual std::vector<const ledger::CronJob*> list() const = 0;
    virtual void keep(ledger::CronJob job, Done<void> done) = 0;
    virtual void erase(std::string id, Done<void> done) = 0;
    // The end of a run, and the job as it is after it, when the job is still there.
    virtual void note(ledger::CronRun run, const ledger::CronJob* job) = 0;
    virtual void runs(ledger::CronRunQuery query, Done<ledger::CronRunPage> done) = 0;
};

// common/config/edit: a change of the file, made off the loop.
struct ConfigChange {
    enum class Kind { replace, merge } kind = Kind::merge;
    std::string raw;                               // JSON5: the whole file, or a merge patch
    std::optional<std::string> expected_hash = {}; // unset: whatever the file holds now
    bool may_wait = false; // who asked is told when it is not in force; else that is a failure
};

struct ConfigChanged {
    std::string hash;
    std::string config_json_redacted;
    std::vector<std::string> paths;
    std::string_view reload;            // "none", "hot", "restart"
    bool is_left_for_a_restart = false; // by the operator: gateway.reload.mode wants none by itself
};

struct ConfigRefusal {
    Error error;
    std::vector<ConfigIssue> issues;
};

using ChangeConfig = std::function<void(
    ConfigChange change,
    std::move_only_function<void(std::expected<ConfigChanged, ConfigRefusal>)> done)>;

// Ends this process in an orderly way and begins it again. False: it is ending already.
using RestartGateway = std::function<bool(std::string reason)>;

// Lets `program` (empty: the installed one) rehearse and become this process. `done`: the build
// that will be, before anything has changed, or why not.
using UpgradeGateway = std::function<void(std::string program, Done<std::string> done)>;

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
