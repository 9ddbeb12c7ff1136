// rpc/run_events.h — runs told to the clients: chat, agent, sessions.changed, session.message, in
// the order of PROTOCOL.md 12.5.
//
// Listens to flow/runs. Text is told at most every 75 ms; what is left is told right before the
// end. `seq` inside the payloads counts per run and is shared by both streams. This class tells
// what belongs to a run's life by itself; the flow calls on_session_changed for everything else
// ("reset", "delete", "patch").
#pragma once

#include "common/loop/timer.h"
#include "supervisor/flow/runs.h"
#include "supervisor/rpc/events.h"
#include "supervisor/rpc/facts.h"
#include "supervisor/rpc/sources.h"

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::rpc {

struct RunEventSources {
    Loop& loop;
    Events& events;
    const Conversations& conversations;
    const GatewayFacts& facts;
    const flow::AgentRuns& runs;
};

class RunEvents final : public flow::RunListener {
  public:
    using OnEnd = std::function<void(const flow::Run&)>;

    explicit RunEvents(RunEventSources sources);

    // chat.send's runs also tell their phases in the chat stream; the others do not.
    void narrate(const std::string& run_id) { narrated_.insert(run_id); }

    // Called once, after everything about the end has been told.
    void when_ended(const std::string& run_id, OnEnd then);

    void tell_session_changed(const std::string& session_key, std::string_view reason);
    void tell_session_patched(const std::string& session_key, bool model_changed);
    // It has no row any more; its last id tells which one it was.
    void tell_session_deleted(const std::string& session_key, std::string_view session_id);

    // A message that no run made: a final with the number 0 (PROTOCOL.md 12.5).
    void tell_injected(const std::string& session_key, const flow::TranscriptRow& row);

    void on_run_started(const flow::Run& run) override;
    void on_run_delta(const flow::Run& run, std::string_view appended) override;
    void on_run_ended(const flow::Run& run) override;
    void on_transcript_row(const std::string& session_key, const flow::TranscriptRow& row) override;
    void on_session_changed(const std::string& session_key, std::string_view reason) override;

  private:
    struct Told { // what was told about a run so far
        std::uint64_t sequence = 0;
        std::size_t text = 0; // bytes of the answer
        Instant last_text{};
        bool model = false, model_is_news = false; // those who watch sessions have not heard yet
        bool is_whole = false;                     // the agent stream has all of the text
    };

    // Which words a sessions.changed event carries.
    struct Change {
        std::string_view reason, phase;
        const flow::Run* run = nullptr;
        bool catalog_changed = false;
        std::string_view session_id = {}; // of one that is gone
    };

    void phase(const flow::Run& run, Told& told, std::string_view phase);
    void lifecycle(const flow::Run& run, Told& told, std::string_view data_json);
    void model_chosen(const flow::Run& run, Told& told);
    void agent_text(const flow::Run& run, Told& told, std::string_view appended);
    void chat_text(const flow::Run& run, Told& told, std::string_view appended, bool replaces);
    void text(const flow::Run& run, Told& told);
    void tell_late_text();
    void whole_text(const flow::Run& run, Told& told);
    void model_is_known(const flow::Run& run, Told& told);
    void completed(const flow::Run& run, Told& told);
    void failed(const flow::Run& run, Told& told);
    void aborted(const flow::Run& run, Told& told);
    void dropped(const flow::Run& run, Told& told);
    void session_changed(const std::string& session_key, const Change& change);

    RunEventSources from_;
    Timer late_text_;
    std::map<std::string, Told, std::less<>> told_;
    std::set<std::string, std::less<>> narrated_;
    std::map<std::string, std::vector<OnEnd>, std::less<>> waiting_;
};

} // namespace openclaw::rpc
