#include "supervisor/process/worker_process.h"

#include <fcntl.h>
#include <sys/wait.h>

#include <csignal>

namespace openclaw::process {

namespace {

// A dying process closes its link a moment before it can be reaped. One that lives on has cut us
// off.
constexpr Milliseconds stray_after{1000};
// For what a dead worker left behind. A grandchild may hold the pipe open for ever.
constexpr Milliseconds farewell_within{300};

} // namespace

Result<std::unique_ptr<WorkerProcess>> WorkerProcess::start(Loop& loop, const std::string& program,
                                                            const std::string& id,
                                                            const WorkerSpec& spec, Owner& owner) {
    Birth birth = TRY(process::spawn(program, id, spec.limits));
    std::unique_ptr<WorkerProcess> life(new WorkerProcess(loop, std::move(birth), spec, owner));
    life->go_on();
    return watch(std::move(life));
}

Result<std::unique_ptr<WorkerProcess>> WorkerProcess::adopt(Loop& loop, Birth birth,
                                                            ipc::LinkFacts facts,
                                                            const WorkerSpec& spec, Owner& owner) {
    return watch(std::unique_ptr<WorkerProcess>(
        new WorkerProcess(loop, std::move(birth), spec, owner, std::move(facts))));
}

Result<std::unique_ptr<WorkerProcess>> WorkerProcess::watch(std::unique_ptr<WorkerProcess> life) {
    auto watch = ChildWatch::create(life->loop_, life->pid_, [raw = life.get()](ExitStatus status) {
        raw->on_child_exit(status);
    });
    if (!watch) return Failure(std::move(watch).error()); // ~WorkerProcess kills and reaps it
    life->child_ = std::move(*watch);
    return life;
}

WorkerProcess::WorkerProcess(Loop& loop, Birth birth, const WorkerSpec& spec, Owner& owner,
                             ipc::LinkFacts facts)
    : loop_(loop)
    , spec_(spec)
    , owner_(owner)
    , pid_(birth.pid)
    , link_(loop, std::move(birth.link), ipc::Side::supervisor, spec.permits, *this,
            std::move(facts))
    , output_(
          loop, std::move(birth.error_output),
          [this](std::string_view line) { owner_.on_output(line); },
          [this] {
              is_output_open_ = false;
              tell_when_all_is_read();
          })
    , stray_(loop)
    , farewell_(loop) {}

WorkerProcess::~WorkerProcess() {
    if (exit_) return;
    ::kill(pid_, SIGKILL); // not reaped: the pid is still this process
    waitpid(pid_, nullptr, 0);
}

void WorkerProcess::hold() {
    heartbeat_.reset(); // the answer comes to another image
    link_.hold();
}

void WorkerProcess::go_on() {
    link_.go_on();
}

Birth WorkerProcess::duplicate() const {
    return {.pid = pid_,
            .link = UniqueFd(fcntl(link_.socket(), F_DUPFD, 3)),
            .error_output = UniqueFd(fcntl(output_.descriptor(), F_DUPFD, 3))};
}

void WorkerProcess::begin_pings() {
    heartbeat_ = std::make_unique<Heartbeat>(
        loop_, link_, spec_.limits, [this] { owner_.on_health(); },
        [this] { owner_.on_ping_lost(); });
}

void WorkerProcess::on_frame(const wire::Frame& frame, Fds fds) {
    owner_.on_frame(frame, std::move(fds));
}

void WorkerProcess::on_room() {
    owner_.on_room();
}

void WorkerProcess::on_closed(const ipc::LinkEnd& end) {
    is_link_open_ = false;
    heartbeat_.reset(); // there is nobody to ask: what comes next is its exit
    tell_when_all_is_read();
    owner_.on_link_lost(end.reason);
    if (end.misbehaved) return owner_.on_misbehaved(end.reason);
    if (!exit_)
        stray_.start(stray_after,
                     [this] { owner_.on_misbehaved("it closed its link and stayed"); });
}

void WorkerProcess::on_child_exit(ExitStatus status) {
    exit_ = status;
    stray_.stop();
    heartbeat_.reset();
    output_.finish();
    farewell_.start(farewell_within, [this] { owner_.on_exited(*exit_); });
    tell_when_all_is_read();
}

// From the next turn, never from here: the callers are parts of this object.
void WorkerProcess::tell_when_all_is_read() {
    if (exit_ && !is_link_open_ && !is_output_open_)
        farewell_.start(Milliseconds(0), [this] { owner_.on_exited(*exit_); });
}

} // namespace openclaw::process
