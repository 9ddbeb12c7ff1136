// flow/runs.h — runs as the rest of the supervisor sees them: begin, watch, wait, abort.
//
// A run is one turn of one session with the agent worker. Runs of one session happen one after the
// other, in the order they came; runs of different sessions do not know each other. The run id is
// the idempotency key: the same key never starts a second run. Channel messages and clients enter
// through the same door (HOUSE 3.1, 3.2).
#pragma once

#include "common/base/attached_file.h"
#include "common/base/clock.h"
#include "common/base/result.h"
#include "supervisor/ledger/address.h"
#include "supervisor/ledger/inbox.h"
#include "supervisor/ledger/transcripts.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::flow {

// Where an answer goes besides the listeners. Empty channel: nowhere (a client reads it).
struct ReplyTarget {
    ledger::Route to;
    std::string reply_to_message_id;

    bool is_direct() const { return to.chat.kind == ledger::ChatKind::direct; }
};

// What a client says was said before.
struct EarlierMessage {
    std::string role; // "user", "assistant"
    std::string text;
};

struct RunRequest {
    std::string run_id;      // idempotency key of the caller; made up when empty
    std::string session_key; // canonical
    std::string agent_id = "main";
    std::string message;
    std::string sender_label;          // for the transcript; empty: the owner
    std::optional<ReplyTarget> target; // set: the answer is owed to a channel, through the outbox
    std::string inbox_event_id;        // the inbox record this run settles; empty for clients
    std::vector<std::string> joined_event_ids; // of messages that were joined to it
    int charged_resumes = 0;                   // how often a restart has begun this run again
    std::string trace;
    std::optional<Milliseconds> timeout;
    std::string model; // "provider/model"; empty: the session's choice, or the agent's
    std::string extra_system_prompt;     // after the agent's own
    bool joins_waiting = false;          // part of the session's waiting turn, when there is one
    std::vector<EarlierMessage> earlier; // begins the transcript of a session that has none
    int max_output_tokens = 0;           // 0: the model's own limit
    // Images that the model shall see. A client's come as `images` and are in the ledger before the
    // run begins; from then on, as of a channel's message from the start, it knows their owners.
    AttachedFiles images = {};
    std::vector<std::string> file_owners = {}; // ledger/files.h

    // Made of this one message and no other.
    bool is_just(const ledger::InboxKey& one) const {
        return inbox_event_id == one.event_id && joined_event_ids.empty() && target &&
               target->to.channel == one.channel && target->to.account == one.account;
    }

    // Another message of the same chat, answered by the same run.
    void join(RunRequest more) {
        message += "\n" + more.message;
        if (inbox_event_id.empty())
            inbox_event_id = std::move(more.inbox_event_id);
        else if (!more.inbox_event_id.empty())
            joined_event_ids.push_back(std::move(more.inbox_event_id));
        std::ranges::move(more.joined_event_ids, std::back_inserter(joined_event_ids));
        std::ranges::move(more.file_owners, std::back_inserter(file_owners));
    }
};

// Why a message has no turn.
inline constexpr std::string_view taken_back = "deleted before its turn had begun";

enum class RunStatus { queued, running, completed, failed, aborted };

struct Run {
    RunRequest request;
    RunStatus status = RunStatus::queued;
    std::string session_id;
    std::string provider, model;
    std::string text;        // the answer so far, or whole
    std::string stop_reason; // "stop", "abort", "timeout", "error"
    std::string error;       // one sentence for the user
    std::string error_kind;
    std::uint64_t input_tokens = 0, output_tokens = 0;
    std::uint64_t sequence =
        0; // of events told about this run (PROTOCOL.md 12.3: chat and agent share it)
    std::int64_t accepted_at_ms = 0, started_at_ms = 0, ended_at_ms = 0;

    bool is_over() const {
        return status == RunStatus::completed || status == RunStatus::failed ||
               status == RunStatus::aborted;
    }
};

using ledger::TranscriptRow;

// Told everything about every run, in order. Calls come from the loop, never from inside
// AgentRuns::begin or abort… except `on_run_ended` of an aborted run, which PROTOCOL.md 12.5 wants
// before the answer to chat.abort. A run that joined another's turn ends without having started:
// its answer is the other's.
class RunListener {
  public:
    virtual ~RunListener() = default;
    virtual void on_run_started(const Run& run) = 0;
    virtual void on_run_delta(const Run& run,
                              std::string_view appended) = 0; // run.text holds it already
    virtual void on_run_ended(const Run& run) = 0;            // exactly once
    virtual void on_transcript_row(const std::string& session_key, const TranscriptRow& row) = 0;
    virtual void on_session_changed(const std::string& session_key, std::string_view reason) = 0;
};

struct Begun {
    std::string run_id;
    enum class Status { started, in_flight, completed, failed } status = Status::started;
};

class AgentRuns {
  public:
    virtual ~AgentRuns() = default;

    // Errors: busy (too many waiting for this session), unavailable (draining). Refused, the
    // request is still the caller's.
    virtual Result<Begun> begin(RunRequest&& request) = 0;
    // Stops what runs and drops what waits: of one run, or of the whole session. Returns the ids it
    // touched.
    virtual std::vector<std::string> abort(const std::string& session_key,
                                           const std::optional<std::string>& run_id) = 0;
    // Live runs, and ended ones for some minutes after (PROTOCOL.md 14). Null: unknown.
    virtual const Run* find(const std::string& run_id) const = 0;
    virtual std::vector<const Run*>
    active(const std::string& session_key) const = 0; // running first, then waiting
    virtual std::size_t active_count() const = 0;
    // Calls `done` once: with the ended run, or with null when `timeout` passed first or the id is
    // unknown (PROTOCOL.md 12.2: both wait the full timeout).
    virtual void wait(const std::string& run_id, Milliseconds timeout,
                      std::move_only_function<void(const Run*)> done) = 0;
    virtual void add_listener(RunListener& listener) = 0;
};

} // namespace openclaw::flow
