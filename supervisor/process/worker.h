// process/worker.h — one instance ("telegram:default") over all its lives: what is wanted of it,
// where it is in the life cycle's table, how it died before, when it is tried again. Performs the
// table's actions on its process.
#pragma once

#include "supervisor/process/adoption.h"
#include "supervisor/process/judgement.h"
#include "supervisor/process/life.h"
#include "supervisor/process/programs.h"
#include "supervisor/process/wanted.h"
#include "supervisor/process/worker_log.h"
#include "supervisor/process/workers.h"

#include <memory>
#include <optional>
#include <string>

namespace openclaw::process {

class Worker final : WorkerProcess::Owner {
  public:
    // All references outlive the worker.
    Worker(Loop& loop, const Programs& programs, const StateOf& state_of, Listener& listener,
           std::string id);
    ~Worker() override;

    const std::string& id() const { return id_; }

    std::uint64_t fingerprint() const { return fingerprint_; }

    State state() const { return state_; }

    bool is_wanted() const { return is_wanted_; }

    bool leaves_last() const { return wanted_.spec != nullptr && wanted_.spec->leaves_last; }

    bool is_gone() const { return state_ == State::down && !is_wanted_; }

    // The roster's wish.
    void want(WantedWorker wanted);
    void unwant(Milliseconds within = Milliseconds::max());
    void kill_now();
    // The operator's wish.
    void start();
    void stop();
    void pause();
    void restart();
    void kill_once();
    void watch(ipc::Link::Tap tap);

    // A new image of the supervisor takes over (process/adoption.h). adopt() comes before the first
    // want() and is told `wanted` for the row alone; nothing is read from the worker until
    // take_over(). True: its process goes on.
    bool adopt(WorkerFacts facts, WantedWorker wanted);
    void take_over();
    void hold();             // nothing is read, and nothing begins but its burial
    WorkerFacts hand_over(); // holds, too; a process that cannot go along is killed and reaped
    void keep();             // it was not handed over after all

    ipc::Link* link();
    WorkerView view(Measure measure);

  private:
    void show_crashes(WorkerView& view, Instant now) const;
    void happen(Event event);
    void perform(Action action, Event event);
    void enter(State state, std::string reason);
    void arm(Milliseconds deadline);
    void on_deadline();
    void note_exit();
    void note_wish();
    void look_at_memory();

    // The table's actions.
    void report(Event event) const;
    void begin_life();
    void bury_soon();
    void send_configure();
    void serve();
    void drain();
    void terminate();
    void kill();
    void bury();

    void go_on_failing(WorkerFacts facts);
    Result<void> adopt_process(ServingProcess process);
    ServingProcess serving_process();
    void log_death(const Death& death, pid_t pid) const;
    void follow(const Judgement& judgement);
    void take_hello(const wire::Hello& hello);
    void note_fault(const wire::Fault& fault);
    void take_ready(const wire::Ready& ready);

    bool should_run() const { return is_wanted_ && hold_ == Hold::none; }

    // From the process.
    void on_frame(const wire::Frame& frame, Fds fds) override;
    void on_room() override;
    void on_output(std::string_view line) override;
    void on_link_lost(const std::string& reason) override;
    void on_misbehaved(const std::string& reason) override;
    void on_health() override;
    void on_ping_lost() override;
    void on_exited(ExitStatus status) override;

    Loop& loop_;
    const Programs& programs_;
    const StateOf& state_of_;
    Listener& listener_;
    std::string id_;
    WantedWorker wanted_;
    std::uint64_t fingerprint_ = 0;
    bool is_wanted_ = false;
    enum class Hold { none, stopped, paused } hold_ = Hold::none; // the operator's
    Instant wanted_since_{}; // it should run since; Instant{}: it should not
    ipc::Link::Tap tap_;
    Milliseconds drain_at_most_ = Milliseconds::max();

    State state_ = State::down;
    std::string reason_;
    Instant since_;
    std::int64_t since_ms_;
    Timer deadline_;
    std::optional<Instant> deadline_at_; // none: nothing is waited for
    bool is_frozen_ = false;             // between two images

    WorkerLog log_;
    DeathTally tally_;
    std::uint64_t lives_ = 0;
    std::uint64_t generation_ = 0;
    std::string fault_code_;
    std::uint32_t attempt_ = 0;
    Instant next_try_{}; // Instant{}: none is planned
    std::int64_t next_try_ms_ = 0;
    std::unique_ptr<Life> life_; // null: no process
};

} // namespace openclaw::process
