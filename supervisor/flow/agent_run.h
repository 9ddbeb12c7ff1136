// flow/agent_run.h — one run, from its place in the line to its record.
//
//   begin      waits in the session's line (RunTable)
//   start      session and question are noted
//   recall     the transcript's tail, from memory or from the file
//   on_recalled  question and model are known
//   fetch      the images that came with it, each time it is given to an agent
//   send_start RunStart goes to the agent worker
//   on_delta…  text grows: listeners are told, a preview is shown in the chat
//   on_end     answer, session, inbox and outbox become one unit
//   on_kept    the unit is on disk: the answer may leave
//   finish     listeners are told, exactly once, whatever happened
#pragma once

#include "supervisor/flow/preview.h"
#include "supervisor/flow/rooms.h"
#include "supervisor/flow/run_table.h"
#include "supervisor/flow/runs.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::flow {

inline constexpr std::string_view run_room = "flow/agent_run"; // in traces

class AgentRun {
  public:
    AgentRun(Rooms& rooms, Deliveries& deliveries, RunTable& table, RunRequest request);
    ~AgentRun();

    const Run& run() const { return run_; }

    bool is_started() const { return state_ != State::waiting; }

    bool waits_for_agent() const { return state_ == State::wants_agent; }

    // Images of it are in memory, or at the agent.
    bool shows_images() const {
        return !run_.request.file_owners.empty() &&
               (state_ == State::fetching || state_ == State::running);
    }

    void start();                  // its turn in the session has come
    void join(RunRequest request); // one more message for a turn that has not started
    void end_joined();             // this one's message became part of another's turn
    void try_agent();              // the agent worker is there, or has room
    void on_delta(std::string_view text);
    void on_end(const wire::RunEnd& end, std::string text);
    void on_too_long(); // its answer, as the agent announces it
    void on_agent_down();
    void abort(std::string_view reason);

  private:
    enum class State { waiting, reading, wants_agent, fetching, running, keeping, over };

    void recall(ledger::Write put_session);
    void on_tail(Result<ledger::TranscriptPage> page);
    void quote(const std::string& role, const std::string& text, std::int64_t at_ms,
               std::string_view idempotency_key);
    void on_recalled();
    ipc::Link* agent_with_room() const;
    void fetch_images();
    void on_images(Result<ledger::Files::Loaded> images);
    bool may_begin_again() const;
    void on_cut_short();
    void stop_agent() const;
    void put_back();
    void give_up(int times);
    void mention(const std::vector<std::string>& left_out);
    void send_start(const AttachedFiles& images);
    ledger::Session session_now() const;
    void note_earlier();
    void note_question();
    void complete(RunStatus status, std::string text, std::string stop_reason);
    void keep(std::string answer, bool is_notice);
    ledger::Writes unit_for(const std::string& answer, bool is_notice);
    ledger::TranscriptRow answer_row(const std::string& text) const;
    void note_end_of_session(ledger::Writes& unit, const std::string& answer);
    void owe_answer(ledger::Writes& unit, const ReplyTarget& target, const std::string& answer,
                    bool is_notice);
    void on_kept(Result<void> kept);
    void finish();
    void show_typing(bool on);

    std::vector<ledger::InboxKey> settles() const; // the messages this turn answers

    std::string action_id() const { return run_.request.run_id + ":reply"; }

    Rooms& rooms_;
    Deliveries& deliveries_;
    RunTable& table_;
    Run run_;
    State state_ = State::waiting;
    std::string question_key_;      // of the question's transcript row
    std::string transcript_;        // serialised wire::Transcript
    int lives_lost_ = 0;            // agent workers that died under this run
    int times_cut_short_ = 0;       // and that were asked to leave before it had ended
    bool is_owed_ = false;          // the unit holds an answer for a chat
    bool began_as_preview_ = false; // its outbox row was on disk before the answer was whole
    bool is_typing_ = false;
    bool has_mentioned_ = false;                      // what was left out
    std::string abort_reason_ = "ended by the agent"; // unless somebody asks
    std::unique_ptr<Preview> preview_;
    Timer deadline_;
    Timer typing_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

} // namespace openclaw::flow
