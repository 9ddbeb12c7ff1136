// process/workers.h — every worker there is: wanted, kept alive, shown.
//
// want() is the only way workers come and go; the rest is the operator's hand (start, stop,
// restart) and the table in process/lifecycle.h. Log and Fault frames end here; all others go to
// the listener. Lives on one Loop, which must outlive it. Destruction kills what still runs:
// drain_all() first. Contract: docs/ipc.md. Tests: tests/unit/supervisor/process.
#pragma once

#include "common/ipc/link.h"
#include "supervisor/process/adoption.h"
#include "supervisor/process/programs.h"
#include "supervisor/process/wanted.h"
#include "supervisor/process/worker_view.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace openclaw::process {

// Whose doing a death was: what a worker had in hand when it died of itself is suspect.
enum class Whose { its_own, somebodys };

// Told about every life, in this order: on_ready, on_frame…, on_down. Calls come from the loop,
// never from inside a function of Workers. All functions of Workers may be called from here.
class Listener {
  public:
    virtual ~Listener() = default;
    // It serves: link(id) is usable until on_down. `generation` tells this life from earlier ones.
    virtual void on_ready(const std::string& id, std::uint64_t generation) = 0;
    // A permitted frame that is not a reply. Valid during the call only; the descriptors are yours.
    virtual void on_frame(const std::string& id, const wire::Frame& frame, Fds fds) = 0;

    // The link has room again after can_send() was false.
    virtual void on_room(const std::string&) {}

    // Once for each on_ready, after the last frame of that life; link(id) is null. What it had in
    // hand is unknown.
    // `whose`: its own doing, or somebody's hand (an order, a kill from outside).
    virtual void on_down(const std::string& id, const std::string& reason, Whose whose) = 0;

    // Something a view shows has changed; at most once in a turn for each worker.
    virtual void on_view_changed(const std::string&) {}
};

// What a flow needs of the workers: a link, when there is one. Separate so that a flow can be
// tested without processes.
class Links {
  public:
    virtual ~Links() = default;
    // Null unless the worker is ready or draining. Valid until on_down; do not keep it over a turn.
    // While it drains, send() refuses (unavailable) what the permit table allows only in `serving`:
    // new work.
    virtual ipc::Link* link(const std::string& id) = 0;
};

// What this instance wrote with StateWrite in earlier lives; asked at each birth.
using StateOf =
    std::function<std::vector<std::pair<std::string, std::string>>(const std::string& id)>;

enum class Measure { no, yes }; // yes: reads /proc, about a millisecond for each process

class Workers final : public Links {
  public:
    Workers(Loop& loop, Programs programs, StateOf state_of);
    ~Workers() override;
    Workers(const Workers&) = delete;
    Workers& operator=(const Workers&) = delete;

    void set_listener(Listener* listener); // null: nobody listens

    // Starts, keeps, drains and replaces, or drains and stops, so that exactly `wanted` runs.
    // A worker the operator has stopped stays stopped.
    void want(std::vector<WantedWorker> wanted);

    ipc::Link* link(const std::string& id) override;

    // The operator's hand. Errors: not_found.
    Result<void> start(const std::string& id);   // also ends a pause, and forgets a breaker
    Result<void> stop(const std::string& id);    // drains first; holds until start or restart
    Result<void> restart(const std::string& id); // drains first
    // As stop(), but meant to stay, also when the worker goes and comes again: whoever keeps the
    // list tells it with hold() after a restart.
    Result<void> pause(const std::string& id);
    // KILL; it comes back as after any death.
    Result<void> kill(const std::string& id);
    // These are paused from their beginning, until start() or restart(). Before the first want().
    void hold(std::vector<std::string> ids);

    // Every frame of this worker, in all its lives, goes by `tap`; empty: no longer. Errors:
    // not_found.
    Result<void> watch(const std::string& id, ipc::Link::Tap tap);

    std::vector<WorkerView>
    views(Measure measure = Measure::no) const; // in the order they are wanted
    std::optional<WorkerView> view(const std::string& id, Measure measure = Measure::no) const;

    // A new image of the supervisor (process/adoption.h). Before exec, when is_settled(): hold(),
    // from which on no life begins and no wish is heard, then hand_over(); keep() when exec did not
    // happen. After exec: adopt() the serving ones and answer which these are, in
    // take_over() they are told to the listener and heard again, then want(). A worker whose row is
    // not among `rows` is killed then, not before: this image may yet go back.
    bool is_settled() const; // none is starting or leaving
    void hold();
    std::vector<WorkerFacts> hand_over();
    void keep();
    std::vector<std::string> adopt(std::vector<WorkerFacts> facts,
                                   const std::vector<WantedWorker>& rows);
    void take_over();

    // Drains all and starts none any more; who has not left in `within` is killed. `done` is called
    // once, from the loop.
    void drain_all(Milliseconds within, Task done);

  private:
    struct Inside;
    std::unique_ptr<Inside> inside_;
};

} // namespace openclaw::process
