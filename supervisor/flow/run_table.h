// flow/run_table.h — every run there is: who waits for whom, who asked, who listens. Implements
// AgentRuns.
//
// A session has one running run and a line behind it; sessions do not wait for each other. When the
// agent worker dies or is replaced its runs begin again in the next life, a bounded number of
// times. A line that grows past its limit takes new messages into its last waiting turn, so that
// nothing is dropped and nothing grows without bound.
#pragma once

#include "supervisor/flow/deliveries.h"
#include "supervisor/flow/rooms.h"
#include "supervisor/flow/runs.h"

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <vector>

namespace openclaw::flow {

class AgentRun;

class RunTable final : public AgentRuns {
  public:
    RunTable(Rooms& rooms, Deliveries& deliveries);
    ~RunTable() override;

    Result<Begun> begin(RunRequest&& request) override;
    std::vector<std::string> abort(const std::string& session_key,
                                   const std::optional<std::string>& run_id) override;
    const Run* find(const std::string& run_id) const override;
    std::vector<const Run*> active(const std::string& session_key) const override;

    std::size_t active_count() const override { return live_.size(); }

    void wait(const std::string& run_id, Milliseconds timeout,
              std::move_only_function<void(const Run*)> done) override;

    void add_listener(RunListener& listener) override { listeners_.push_back(&listener); }

    // From the switchboard. News of runs that are over are late, not wrong.
    void on_delta(const wire::RunDelta& delta);
    bool on_end(const wire::RunEnd& end,
                const Fds& fds); // false: a text that was announced and did not come
    // A message that was taken back: its turn, when it is not joined with others and has not begun.
    void withdraw(const ledger::InboxKey& message);
    void on_agent_ready();
    void on_agent_down();

    // Called when the number of live runs has fallen: who held back may go on.
    void on_fewer(Task tell) { on_fewer_ = std::move(tell); }

    void refuse_new(std::string why); // while draining; empty: welcome

    // Called when new runs are welcome again: who was refused may come back.
    void on_welcome(Task tell) { on_welcome_ = std::move(tell); }

    // The gateway leaves: what the agent cannot finish now is not given to another.
    void expect_no_agent() { agent_returns_ = false; }

    // For AgentRun.
    bool agent_returns() const { return agent_returns_; }

    const std::vector<RunListener*>& listeners() const { return listeners_; }

    template <typename... Args>
    void tell(void (RunListener::*what)(Args...), std::type_identity_t<Args>... args) const {
        for (RunListener* listener : listeners_)
            (listener->*what)(args...);
    }

    // Of all sessions so many at a time: a picture is large, here and at the agent.
    bool may_show_images() const;
    void ended(AgentRun& run); // its fate is known: the next of the session may start

  private:
    struct Waiter {
        std::unique_ptr<Timer> limit;
        std::move_only_function<void(const Run*)> done;
    };

    AgentRun* live(const std::string& run_id) const;
    Result<void> keep_images(RunRequest& request);
    bool join_last_waiting(std::deque<AgentRun*>& line, const RunRequest& request);
    void remember_joined(RunRequest request);
    void start_next(const std::string& session_key);
    void start_all_waiting();
    void remember(std::unique_ptr<AgentRun> run);
    void forget_old();
    void release_waiters(const std::string& run_id, const Run* run);

    Rooms& rooms_;
    Deliveries& deliveries_;
    std::vector<RunListener*> listeners_;
    std::unordered_map<std::string, std::unique_ptr<AgentRun>> live_;
    std::unordered_map<std::string, std::deque<AgentRun*>> lines_; // by session key; the front runs
    std::deque<std::pair<Instant, std::string>> ended_order_;
    std::unordered_map<std::string, std::unique_ptr<AgentRun>> ended_;
    std::multimap<std::string, Waiter> waiters_;
    std::size_t running_ = 0;
    Task on_fewer_;
    Task on_welcome_;
    std::string refusal_;
    bool agent_returns_ = true;
    std::size_t image_bytes_ = 0; // on their way to the disk
};

} // namespace openclaw::flow
