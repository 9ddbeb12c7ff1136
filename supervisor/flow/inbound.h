// flow/inbound.h — one message from a stranger, from arrival to its run.
//
//   begin        parsed by the worker, trusted by nobody
//   on_recorded  ours now: acknowledged, the worker may forget it
//   judge        may this sender speak here, is it a command, which agent, which session
//   …            it waits a moment for more of it, a run begins, a command is obeyed, a pairing is
//   offered, or it is dropped with a reason
//
// The disk refusing a record does not lose the message: it is tried again and the worker waits.
// When more runs live than the agent can take, acknowledgements are held back: the platform's own
// queue is the best one. While new runs are refused, messages wait here: a gateway that goes on
// after all gives them to the agent, any other leaves them to the next start.
#pragma once

#include "common/ipc/attached_files.h"
#include "common/worker/line_budget.h"
#include "supervisor/flow/bursts.h"
#include "supervisor/flow/commands.h"
#include "supervisor/flow/deliveries.h"
#include "supervisor/flow/rooms.h"
#include "supervisor/flow/runs.h"
#include "supervisor/policy/access.h"

#include <deque>
#include <memory>
#include <optional>
#include <string>

namespace openclaw::flow {

class Inbounds {
  public:
    Inbounds(Rooms& rooms, AgentRuns& runs, Deliveries& deliveries, Commands& commands);

    // From the switchboard. False: the frame's descriptors are wrong, it came without a credit, or
    // more words came than any platform has.
    bool on_inbound(const std::string& worker, const wire::Inbound& message, const Fds& fds);
    // Rows found unfinished at start: each is resumed once.
    void recover(const std::vector<ledger::InboxRow>& rows);
    // A message that was taken back is not answered. False: it is not here, or not alone.
    bool withdraw(const ledger::InboxKey& key);
    void on_fewer_runs();
    void on_runs_welcome();                         // after a time in which new ones were refused
    void on_worker_down(const std::string& worker); // its next life has all its credits
    std::int64_t last_inbound_ms(const std::string& worker) const;

  private:
    static constexpr std::string_view inbound_room = "flow/inbound"; // in traces

    struct Message { // in the hands of this room
        std::string worker;
        wire::Inbound inbound;
        ledger::SharedFiles images; // until they are on disk
        std::size_t file_bytes = 0; // counted in both accounts of files, until then
        std::size_t word_bytes = 0; // counted in its worker's account, until then
        ledger::InboxKey key;
        std::string run_id, trace;
        int charged_resumes = 0;
        bool had_begun = false; // its run was lost with a former process
        int record_tries = 0;
        bool is_taken_back = false;
    };

    using Held = std::shared_ptr<Message>;

    static std::string name_of(const ledger::InboxKey& key);

    // What it brings besides its words (inbound_files.cpp).
    void take_files(Message& message, const std::vector<ipc::FileView>& files);
    bool take_room(Message& message, std::size_t bytes);
    void leave_out(Message& message, std::size_t bytes);
    void release_files(Message& message);
    bool admit(const std::string& worker, const wire::Inbound& inbound);
    void on_disk(Message& message);
    void record(const Held& message);
    void on_recorded(const Held& message, Result<void> kept, const ledger::Recorded& found);

    struct Open { // what a worker has told
        std::uint32_t unacknowledged = 0;
        std::size_t unrecorded_bytes = 0; // files have accounts of their own
    };

    struct Ack {
        std::string worker, event_id, trace;
        bool is_duplicate = false;
    };

    void acknowledge(Ack ack);
    void send_ack(const Ack& ack);
    void judge(const Held& message);
    void offer_pairing(const Held& message, const policy::Facts& facts);
    void begin_run(const Held& message, const policy::Facts& facts, const policy::Route& route);
    void give_to_agent(RunRequest request);
    void begin_or_keep(RunRequest request);
    std::optional<RunRequest> withdraw_refused(const ledger::InboxKey& key);
    void react(const policy::Facts& facts, const policy::Admission& admission,
               const config::ChannelAccount& account, const std::string& agent_id);
    void take_back(const ledger::InboxKey& key, const std::string& trace);
    void drop(const Held& message, std::string_view word, std::string_view sentence);
    void park(const Held& message);
    void park_with(const Held& message, const ledger::OutboxRow& notice);

    // Live runs, and those that were refused for now.
    std::size_t owed_runs() const { return runs_.active_count() + refused_.size(); }

    ledger::OutboxRow notice_for(const Message& message, const policy::Facts& facts,
                                 std::string markdown) const;
    void settle_with(const Held& message, const ledger::OutboxRow& notice);
    void commit_notice(const Held& message, ledger::Writes unit, ledger::OutboxRow notice,
                       Task again);

    Rooms& rooms_;
    AgentRuns& runs_;
    Deliveries& deliveries_;
    Commands& commands_;
    Bursts bursts_;
    std::deque<RunRequest> refused_; // until runs are welcome again, in their order
    std::deque<Ack> held_back_;
    std::unordered_map<std::string, Open> open_; // of each worker's life
    std::unordered_map<std::string, std::int64_t> last_inbound_ms_;
    std::size_t file_bytes_ = 0; // of messages that are not on disk yet
    // The same of each worker, whatever becomes of it: a new life frees no memory.
    std::unordered_map<std::string, std::size_t> file_bytes_of_;
    worker::LineBudget lines_{5};                     // of files that were left out
    std::unordered_map<std::string, Held> recording_; // by name_of()
    Timer record_again_;
    std::deque<Held> to_record_again_;
};

} // namespace openclaw::flow
