#include "supervisor/process/workers.h"

#include "common/loop/timer.h"
#include "supervisor/process/reconcile.h"
#include "supervisor/process/worker.h"

#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <set>

namespace openclaw::process {

namespace {

// KILL has been sent and the kernel has not let go: a process waiting for a disk. We leave without
// it.
constexpr Milliseconds kill_takes_at_most{2000};

// Of the image before this one, and wanted no more: nobody watches it yet.
void end_process(pid_t pid) {
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
}

Failure unknown(const std::string& id) {
    return fail(Code::not_found,
                "no worker is called \"" + id + "\"; `openclaw workers list` names them");
}

} // namespace

// Stands between the workers and the listener: passes on what concerns it, collects what has
// changed.
struct Workers::Inside final : Listener {
    Inside(Loop& on, Programs where, StateOf state)
        : loop(on)
        , programs(std::move(where))
        , state_of(std::move(state))
        , soon(on)
        , drain_deadline(on) {}

    void on_ready(const std::string& id, std::uint64_t generation) override {
        if (listener != nullptr) listener->on_ready(id, generation);
    }

    void on_frame(const std::string& id, const wire::Frame& frame, Fds fds) override {
        if (listener != nullptr) listener->on_frame(id, frame, std::move(fds));
    }

    void on_room(const std::string& id) override {
        if (listener != nullptr) listener->on_room(id);
    }

    void on_down(const std::string& id, const std::string& reason, Whose whose) override {
        if (listener != nullptr) listener->on_down(id, reason, whose);
    }

    void on_view_changed(const std::string& id) override {
        changed.insert(id);
        if (!soon.is_active()) soon.start(Milliseconds(0), [this] { tell_changes(); });
    }

    void tell_changes();
    void apply(const Plan& plan, std::vector<WantedWorker>& wanted);
    void note_pause(const std::string& id, bool is_paused);
    Worker* find(const std::string& id) const;
    void sort_as(const std::vector<std::string>& order);
    void begin_drain(Milliseconds within, Task done);
    void let_go();
    void end_drain();

    Loop& loop;
    Programs programs;
    StateOf state_of;
    Listener* listener = nullptr;
    std::vector<pid_t> not_wanted; // processes of the image before this one, until take_over()
    std::vector<std::string> held; // paused by the operator, wanted at present or not
    std::vector<std::unique_ptr<Worker>>
        workers; // in the order they are wanted; the leaving ones last
    std::set<std::string> changed;
    Timer soon;
    Timer drain_deadline;
    Task drained; // set: no worker is started any more
    bool is_draining = false;
    bool is_frozen = false; // between two images: the next one reads what is wanted
    Milliseconds drain_within{0};
};

Workers::Workers(Loop& loop, Programs programs, StateOf state_of)
    : inside_(std::make_unique<Inside>(loop, std::move(programs), std::move(state_of))) {
    // Some launchers ignore it, and so would we: the kernel would then reap our workers unseen.
    std::signal(SIGCHLD, SIG_DFL);
}

Workers::~Workers() = default;

void Workers::set_listener(Listener* listener) {
    inside_->listener = listener;
}

void Workers::want(std::vector<WantedWorker> wanted) {
    if (inside_->is_draining || inside_->is_frozen) return;
    std::vector<Running> running;
    running.reserve(inside_->workers.size());
    for (const auto& worker : inside_->workers)
        running.push_back({worker->id(), worker->fingerprint()});
    std::vector<std::string> order;
    order.reserve(wanted.size());
    for (const auto& worker : wanted)
        order.push_back(worker.id);
    for (const Plan& plan : reconcile(wanted, running))
        inside_->apply(plan, wanted);
    inside_->sort_as(order);
}

void Workers::Inside::apply(const Plan& plan, std::vector<WantedWorker>& wanted) {
    if (plan.step == Step::drain_stop) return find(plan.id)->unwant();
    if (plan.step == Step::spawn) {
        workers.push_back(std::make_unique<Worker>(loop, programs, state_of, *this, plan.id));
        if (std::ranges::find(held, plan.id) != held.end()) workers.back()->pause();
    }
    find(plan.id)->want(std::move(*std::ranges::find(wanted, plan.id, &WantedWorker::id)));
}

// A pause is the account's, whether there is a worker of it or not.
void Workers::Inside::note_pause(const std::string& id, bool is_paused) {
    std::erase(held, id);
    if (is_paused) held.push_back(id);
}

void Workers::Inside::sort_as(const std::vector<std::string>& order) {
    const auto place = [&](const auto& worker) {
        return std::ranges::find(order, worker->id()) - order.begin();
    };
    std::ranges::stable_sort(workers, {}, place);
}

Worker* Workers::Inside::find(const std::string& id) const {
    const auto found =
        std::ranges::find(workers, id, [](const auto& worker) { return worker->id(); });
    return found == workers.end() ? nullptr : found->get();
}

void Workers::Inside::tell_changes() {
    std::erase_if(workers, [](const auto& worker) { return worker->is_gone(); });
    const std::set<std::string> tell = std::exchange(changed, {});
    for (const auto& id : tell)
        if (listener != nullptr) listener->on_view_changed(id);
    if (is_draining && workers.empty()) return end_drain();
    if (is_draining) let_go();
}

ipc::Link* Workers::link(const std::string& id) {
    Worker* worker = inside_->find(id);
    return worker == nullptr ? nullptr : worker->link();
}

Result<void> Workers::start(const std::string& id) {
    Worker* worker = inside_->find(id);
    if (worker == nullptr) return unknown(id);
    worker->start();
    inside_->note_pause(id, false);
    return {};
}

Result<void> Workers::stop(const std::string& id) {
    Worker* worker = inside_->find(id);
    if (worker == nullptr) return unknown(id);
    worker->stop();
    return {};
}

Result<void> Workers::restart(const std::string& id) {
    Worker* worker = inside_->find(id);
    if (worker == nullptr) return unknown(id);
    worker->restart();
    inside_->note_pause(id, false);
    return {};
}

Result<void> Workers::pause(const std::string& id) {
    Worker* worker = inside_->find(id);
    if (worker == nullptr) return unknown(id);
    worker->pause();
    inside_->note_pause(id, true);
    return {};
}

Result<void> Workers::kill(const std::string& id) {
    Worker* worker = inside_->find(id);
    if (worker == nullptr) return unknown(id);
    worker->kill_once();
    return {};
}

void Workers::hold(std::vector<std::string> ids) {
    inside_->held = std::move(ids);
}

Result<void> Workers::watch(const std::string& id, ipc::Link::Tap tap) {
    Worker* worker = inside_->find(id);
    if (worker == nullptr) return unknown(id);
    worker->watch(std::move(tap));
    return {};
}

std::vector<WorkerView> Workers::views(Measure measure) const {
    std::vector<WorkerView> list;
    for (const auto& worker : inside_->workers)
        list.push_back(worker->view(measure));
    return list;
}

std::optional<WorkerView> Workers::view(const std::string& id, Measure measure) const {
    Worker* worker = inside_->find(id);
    if (worker == nullptr) return std::nullopt;
    return worker->view(measure);
}

bool Workers::is_settled() const {
    return std::ranges::none_of(inside_->workers, [](const auto& worker) {
        return worker->state() == State::starting || worker->state() == State::draining ||
               worker->state() == State::stopping;
    });
}

void Workers::hold() {
    inside_->is_frozen = true;
    for (const auto& worker : inside_->workers)
        worker->hold();
}

std::vector<WorkerFacts> Workers::hand_over() {
    std::vector<WorkerFacts> list;
    for (const auto& worker : inside_->workers)
        list.push_back(worker->hand_over());
    return list;
}

void Workers::keep() {
    inside_->is_frozen = false;
    for (const auto& worker : inside_->workers)
        worker->keep();
}

std::vector<std::string> Workers::adopt(std::vector<WorkerFacts> facts,
                                        const std::vector<WantedWorker>& rows) {
    std::vector<std::string> serving;
    for (auto& one : facts) {
        const auto row = std::ranges::find(rows, one.id, &WantedWorker::id);
        if (row == rows.end()) {
            if (one.process) inside_->not_wanted.push_back(one.process->birth.pid);
            continue;
        }
        if (!one.is_held) inside_->note_pause(one.id, false); // it knows better than the ledger
        inside_->workers.push_back(std::make_unique<Worker>(inside_->loop, inside_->programs,
                                                            inside_->state_of, *inside_, one.id));
        if (inside_->workers.back()->adopt(std::move(one), *row)) serving.push_back(row->id);
    }
    return serving;
}

void Workers::take_over() {
    for (const pid_t pid : std::exchange(inside_->not_wanted, {}))
        end_process(pid);
    for (const auto& worker : inside_->workers)
        worker->take_over();
}

void Workers::drain_all(Milliseconds within, Task done) {
    inside_->begin_drain(within, std::move(done));
}

void Workers::Inside::begin_drain(Milliseconds within, Task done) {
    is_draining = true;
    drained = std::move(done);
    drain_within = within;
    let_go();
    drain_deadline.start(within, [this] {
        for (const auto& worker : workers)
            worker->kill_now();
        drain_deadline.start(kill_takes_at_most, [this] { end_drain(); });
    });
    soon.start(Milliseconds(0), [this] { tell_changes(); });
}

// Those that the others need to finish leave when they are alone (WorkerSpec::leaves_last).
void Workers::Inside::let_go() {
    const bool is_the_last_round =
        std::ranges::all_of(workers, [](const auto& worker) { return worker->leaves_last(); });
    for (const auto& worker : workers)
        if (worker->is_wanted() && (is_the_last_round || !worker->leaves_last()))
            worker->unwant(drain_within);
}

void Workers::Inside::end_drain() {
    drain_deadline.stop();
    if (auto tell = std::exchange(drained, nullptr)) tell();
}

} // namespace openclaw::process
