// ledger/sessions.h — every conversation the gateway knows: who, where, with which model, how it
// stands.
//
// All sessions are in memory (fields are bounded), so that listing and looking up cost no I/O.
// put() changes memory at once and the disk with its unit; it always writes the whole row, so
// memory that ran ahead of a broken disk is caught up by the next put(). What was said is in
// transcripts.h, under the session id; a reset makes a new session id and leaves the old transcript
// where it is.
#pragma once

#include "common/base/clock.h"
#include "supervisor/ledger/address.h"
#include "supervisor/ledger/session_settings.h"
#include "supervisor/ledger/store.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::ledger {

struct Session {
    std::string key; // canonical; made and read by policy/session_key only
    std::string agent_id;
    std::string session_id; // uuid of the present transcript
    ChatKind chat_kind = ChatKind::unknown;
    std::string label;        // given by a person, at most 512 bytes
    std::string display_name; // made from the chat, at most 512 bytes
    Route last_route;         // where an answer without an address of its own goes
    std::string provider, model;
    std::uint64_t input_tokens = 0, output_tokens = 0; // of the last run
    std::uint64_t total_tokens = 0;                    // in context after the last run
    std::string last_run_id,
        last_run_status; // status in the words of the wire: "running", "done", "failed", …
    std::int64_t run_started_at_ms = 0, run_ended_at_ms = 0;
    bool aborted_last_run = false;
    SessionSettings settings; // what people chose; at most 16 KiB as JSON
    std::int64_t created_at_ms = 0;
    std::int64_t session_started_at_ms = 0;  // of this session id
    std::int64_t last_interaction_at_ms = 0; // a person spoke
    std::int64_t updated_at_ms = 0;          // set by put()
};

// The same session with a new session id and without the counters and marks of the last run.
Session reborn(const Session& session, std::int64_t now_ms);

class Sessions {
  public:
    // Loads every session.
    static Result<Sessions> load(Store& store, const Clock& clock);

    const Session* find(std::string_view key) const; // valid until the next put() or erase()
    std::vector<const Session*> list() const;        // last updated first

    std::size_t size() const { return by_key_.size(); }

    // Adds or replaces. Too long texts are cut; settings above their limit makes the unit fail
    // (invalid) and changes nothing.
    Write put(Session session);
    Write erase(std::string key); // transcripts stay; see Transcripts::erase

    // Every session id this key has had, newest first.
    void session_ids(std::string key,
                     std::move_only_function<void(Result<std::vector<std::string>>)> done);

  private:
    Sessions(Store& store, const Clock& clock)
        : store_(&store)
        , clock_(&clock) {}

    Store* store_;
    const Clock* clock_;
    std::map<std::string, Session, std::less<>> by_key_;
};

} // namespace openclaw::ledger
