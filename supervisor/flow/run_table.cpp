#include "supervisor/flow/run_table.h"

#include "common/base/strings.h"
#include "common/ipc/text.h"
#include "common/ipc/text_bounds.h"
#include "common/log/log.h"
#include "supervisor/flow/agent_run.h"

#include <algorithm>
#include <utility>

namespace openclaw::flow {

namespace {

constexpr std::size_t max_running = 200; // the agent worker takes 256
constexpr std::size_t max_line =
    100; // turns waiting in one session; more are joined to the last one
constexpr std::size_t max_joined_bytes = 256 * 1024;
constexpr Milliseconds remembered_for =
    std::chrono::minutes(5); // PROTOCOL.md 14: keys come back for minutes
constexpr std::size_t remembered = 1000;
// Four times 24 MiB, twice that as base64 in the agent, which may have 1 GiB.
constexpr std::ptrdiff_t max_showing_images = 4;
constexpr std::size_t max_image_bytes = 128u << 20; // of clients, on their way to the disk

bool is_failure(RunStatus status) {
    return status == RunStatus::failed;
}

bool is_joined_to(const Run& run, const RunRequest& request) {
    return run.status == RunStatus::queued && !request.inbox_event_id.empty() &&
           request.inbox_event_id != run.request.inbox_event_id &&
           std::ranges::find(run.request.joined_event_ids, request.inbox_event_id) ==
               run.request.joined_event_ids.end();
}

} // namespace

RunTable::RunTable(Rooms& rooms, Deliveries& deliveries)
    : rooms_(rooms)
    , deliveries_(deliveries) {}

RunTable::~RunTable() = default;

Result<Begun> RunTable::begin(RunRequest&& request) {
    if (request.run_id.empty()) request.run_id = uuid_v4();
    if (request.trace.empty()) request.trace = request.run_id;
    if (const Run* known = find(request.run_id)) {
        const auto status = !known->is_over()           ? Begun::Status::in_flight
                            : is_failure(known->status) ? Begun::Status::failed
                                                        : Begun::Status::completed;
        Begun begun{.run_id = request.run_id, .status = status};
        // Messages that were one turn before a restart come back one by one, under its id.
        if (AgentRun* run = live(request.run_id); run != nullptr && is_joined_to(*known, request))
            run->join(std::move(request));
        return begun;
    }
    if (!refusal_.empty())
        return Failure(Error{.code = Code::unavailable, .sentence = refusal_, .retryable = true});
    TRY_VOID(keep_images(request));
    Begun begun{.run_id = request.run_id};
    auto& line = lines_[request.session_key];
    const bool joins = request.joins_waiting || line.size() > max_line;
    if (joins && join_last_waiting(line, request)) {
        remember_joined(std::move(request));
        return begun;
    }
    const std::string session_key = request.session_key;
    auto run = std::make_unique<AgentRun>(rooms_, deliveries_, *this, std::move(request));
    line.push_back(run.get());
    live_[begun.run_id] = std::move(run);
    if (line.size() == 1) rooms_.loop.defer([this, session_key] { start_next(session_key); });
    return begun;
}

void RunTable::refuse_new(std::string why) {
    const bool was_refusing = !refusal_.empty();
    refusal_ = std::move(why);
    if (was_refusing && refusal_.empty() && on_welcome_) on_welcome_();
}

// On their way to the disk, so that a run that waits for its turn does not keep them in memory.
Result<void> RunTable::keep_images(RunRequest& request) {
    const auto bytes = bytes_of(request.images);
    if (bytes == 0) return {};
    if (const auto& why = rooms_.ledger.store->degraded(); !why.empty())
        return Failure(Error{.code = Code::unavailable, .sentence = why, .retryable = true});
    if (image_bytes_ + bytes > max_image_bytes)
        return Failure(Error{.code = Code::busy,
                             .sentence = "too many images wait for the disk; try again in a moment",
                             .retryable = true});
    auto images = std::make_shared<const AttachedFiles>(std::exchange(request.images, {}));
    const auto owner = ledger::files_of_run(request.run_id);
    auto write = rooms_.ledger.files.add(owner, std::move(images));
    image_bytes_ += bytes;
    write.settled = [this, bytes](bool) { image_bytes_ -= bytes; };
    rooms_.ledger.store->note(std::move(write));
    request.file_owners.push_back(owner);
    return {};
}

bool RunTable::may_show_images() const {
    return std::ranges::count_if(live_, [](const auto& entry) {
               return entry.second->shows_images();
           }) < max_showing_images;
}

bool RunTable::join_last_waiting(std::deque<AgentRun*>& line, const RunRequest& request) {
    if (line.empty()) return false;
    const auto& last = line.back()->run().request;
    const bool same_chat = last.target.has_value() == request.target.has_value() &&
                           (!last.target || last.target->to == request.target->to);
    const auto files = last.file_owners.size() + request.file_owners.size();
    if (line.back()->is_started() || !same_chat || last.message.size() > max_joined_bytes ||
        files > max_attached_files)
        return false;
    line.back()->join(request);
    return true;
}

// Its key may come again, and somebody may wait for it.
void RunTable::remember_joined(RunRequest request) {
    const std::string run_id = request.run_id;
    auto run = std::make_unique<AgentRun>(rooms_, deliveries_, *this, std::move(request));
    run->end_joined();
    remember(std::move(run));
    rooms_.loop.defer([this, run_id] {
        const Run* joined = find(run_id);
        if (joined == nullptr) return;
        for (auto* listener : listeners_)
            listener->on_run_ended(*joined);
        release_waiters(run_id, joined);
    });
}

void RunTable::start_next(const std::string& session_key) {
    const auto line = lines_.find(session_key);
    if (line == lines_.end() || line->second.empty() || line->second.front()->is_started() ||
        running_ >= max_running)
        return;
    ++running_;
    line->second.front()->start();
}

void RunTable::ended(AgentRun& run) {
    const auto& request = run.run().request;
    const std::string run_id = request.run_id, session_key = request.session_key;
    auto& line = lines_[session_key];
    const bool was_running = !line.empty() && line.front() == &run && run.is_started();
    const bool had_slot = run.run().started_at_ms != 0;
    std::erase(line, &run);
    const bool had_files = !request.file_owners.empty();
    if (had_slot) --running_;
    if (line.empty()) lines_.erase(session_key);
    auto node = live_.extract(run_id);
    if (!node.empty()) remember(std::move(node.mapped()));
    release_waiters(run_id, find(run_id));
    // A slot is free: first this session's next, then whoever found all slots taken.
    rooms_.loop.defer([this, session_key, was_running, had_files] {
        if (was_running) start_next(session_key);
        if (running_ + 1 >= max_running) start_all_waiting();
        if (on_fewer_) on_fewer_();
        if (had_files) on_agent_ready(); // who waits to show his
    });
}

void RunTable::start_all_waiting() {
    std::vector<std::string> keys;
    for (const auto& [key, line] : lines_)
        if (!line.empty() && !line.front()->is_started()) keys.push_back(key);
    for (const auto& key : keys)
        start_next(key);
}

void RunTable::remember(std::unique_ptr<AgentRun> run) {
    const std::string id = run->run().request.run_id;
    ended_order_.emplace_back(rooms_.loop.clock().now(), id);
    ended_[id] = std::move(run);
    rooms_.loop.defer([this] { forget_old(); });
}

void RunTable::forget_old() {
    const auto now = rooms_.loop.clock().now();
    while (!ended_order_.empty() && (ended_order_.size() > remembered ||
                                     now - ended_order_.front().first > remembered_for)) {
        ended_.erase(ended_order_.front().second);
        ended_order_.pop_front();
    }
}

AgentRun* RunTable::live(const std::string& run_id) const {
    const auto found = live_.find(run_id);
    return found == live_.end() ? nullptr : found->second.get();
}

const Run* RunTable::find(const std::string& run_id) const {
    if (const auto* run = live(run_id)) return &run->run();
    const auto found = ended_.find(run_id);
    return found == ended_.end() ? nullptr : &found->second->run();
}

std::vector<const Run*> RunTable::active(const std::string& session_key) const {
    std::vector<const Run*> runs;
    const auto line = lines_.find(session_key);
    if (line == lines_.end()) return runs;
    for (const auto* run : line->second)
        runs.push_back(&run->run());
    return runs;
}

std::vector<std::string> RunTable::abort(const std::string& session_key,
                                         const std::optional<std::string>& run_id) {
    std::vector<AgentRun*> chosen;
    if (const auto line = lines_.find(session_key); line != lines_.end())
        for (auto* run : line->second)
            if (!run_id || run->run().request.run_id == *run_id) chosen.push_back(run);
    std::ranges::reverse(chosen); // those who wait first, or the next one would start for nothing
    std::vector<std::string> ids;
    for (auto* run : chosen) {
        if (run->run().is_over()) continue; // its answer is being recorded: too late
        ids.push_back(run->run().request.run_id);
        run->abort("stopped by a person");
    }
    return ids;
}

void RunTable::wait(const std::string& run_id, Milliseconds timeout,
                    std::move_only_function<void(const Run*)> done) {
    if (const Run* run = find(run_id); run != nullptr && run->is_over()) {
        rooms_.loop.defer([this, run_id, done = std::move(done)]() mutable { done(find(run_id)); });
        return;
    }
    auto limit = std::make_unique<Timer>(rooms_.loop);
    Timer* timer = limit.get();
    const auto place =
        waiters_.emplace(run_id, Waiter{.limit = std::move(limit), .done = std::move(done)});
    timer->start(timeout, [this, place] {
        auto node = waiters_.extract(place);
        node.mapped().done(nullptr);
    });
}

void RunTable::release_waiters(const std::string& run_id, const Run* run) {
    for (auto node = waiters_.extract(run_id); !node.empty(); node = waiters_.extract(run_id))
        node.mapped().done(run);
}

void RunTable::on_delta(const wire::RunDelta& delta) {
    if (auto* run = live(delta.run_id())) run->on_delta(delta.text());
}

bool RunTable::on_end(const wire::RunEnd& end, const Fds& fds) {
    auto* run = live(end.run_id());
    if (run == nullptr) return true;
    if (end.text().blob_bytes() > ipc::max_answer_bytes) return run->on_too_long(), true;
    auto text = ipc::take_text(end.text(), fds);
    if (!text) return false;
    run->on_end(end, std::move(*text));
    return true;
}

void RunTable::withdraw(const ledger::InboxKey& message) {
    for (const auto& [id, run] : live_)
        if (!run->is_started() && run->run().request.is_just(message))
            return run->abort(taken_back); // it leaves live_
}

void RunTable::on_agent_ready() {
    std::vector<AgentRun*> waiting;
    for (const auto& [id, run] : live_)
        if (run->waits_for_agent()) waiting.push_back(run.get());
    for (auto* run : waiting)
        run->try_agent();
}

void RunTable::on_agent_down() {
    std::vector<AgentRun*> all;
    all.reserve(live_.size());
    for (const auto& [id, run] : live_)
        all.push_back(run.get());
    for (auto* run : all)
        run->on_agent_down();
}

} // namespace openclaw::flow
