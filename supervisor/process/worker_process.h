// process/worker_process.h — one life of a worker: its pid, link, output and heartbeat, from spawn
// to burial.
//
// Performs what process/worker decides and tells it what happened. Its death is told once, when the
// process has exited and everything it left behind (frames, lines of stderr) has been read, or 300
// ms later. Destruction before that kills the process and waits for it.
#pragma once

#include "common/ipc/link.h"
#include "common/loop/child_watch.h"
#include "supervisor/process/heartbeat.h"
#include "supervisor/process/output_reader.h"
#include "supervisor/process/spawn.h"

#include <memory>
#include <optional>
#include <string>

namespace openclaw::process {

class WorkerProcess final : ipc::LinkHandler {
  public:
    class Owner {
      public:
        virtual ~Owner() = default;
        virtual void on_frame(const wire::Frame& frame, Fds fds) = 0;
        virtual void on_room() = 0;
        virtual void on_output(std::string_view line) = 0;
        virtual void
        on_link_lost(const std::string& reason) = 0; // before on_exited; frames come no more
        virtual void on_misbehaved(const std::string& reason) = 0;
        virtual void on_health() = 0;
        virtual void on_ping_lost() = 0;
        virtual void on_exited(ExitStatus status) = 0; // may destroy this object
    };

    static Result<std::unique_ptr<WorkerProcess>> start(Loop& loop, const std::string& program,
                                                        const std::string& id,
                                                        const WorkerSpec& spec, Owner& owner);
    // One that serves already: it came with an exec of this program. Its link is held until
    // go_on().
    static Result<std::unique_ptr<WorkerProcess>>
    adopt(Loop& loop, Birth birth, ipc::LinkFacts facts, const WorkerSpec& spec, Owner& owner);
    ~WorkerProcess() override;

    // For the next image: nothing is read any more, until go_on().
    void hold();
    void go_on();
    Birth duplicate() const; // its descriptors survive exec

    pid_t pid() const { return pid_; }

    ipc::Link* link() { return is_link_open_ ? &link_ : nullptr; }

    const ipc::LinkCounters& counters() const { return link_.counters(); }

    const std::optional<ExitStatus>& exit() const { return exit_; } // known before it is told

    const std::string& last_line() const { return output_.last_line(); }

    const Heartbeat* heartbeat() const { return heartbeat_.get(); } // null before begin_pings()

    void begin_pings();

    void end_pings() { heartbeat_.reset(); }

    void signal(int number) const { child_->signal(number); }

  private:
    WorkerProcess(Loop& loop, Birth birth, const WorkerSpec& spec, Owner& owner,
                  ipc::LinkFacts facts = {});
    static Result<std::unique_ptr<WorkerProcess>> watch(std::unique_ptr<WorkerProcess> life);

    void on_frame(const wire::Frame& frame, Fds fds) override;
    void on_closed(const ipc::LinkEnd& end) override;
    void on_room() override;
    void on_child_exit(ExitStatus status);
    void tell_when_all_is_read();

    Loop& loop_;
    const WorkerSpec& spec_;
    Owner& owner_;
    pid_t pid_;
    ipc::Link link_;
    OutputReader output_;
    std::unique_ptr<ChildWatch> child_;
    std::unique_ptr<Heartbeat> heartbeat_; // asks over link_: dies before it
    Timer stray_;                          // the link is closed and the process still lives
    Timer farewell_;
    bool is_link_open_ = true;
    bool is_output_open_ = true;
    std::optional<ExitStatus> exit_;
};

} // namespace openclaw::process
