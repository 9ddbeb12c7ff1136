#include "supervisor/rpc/worker_traces.h"

#include "common/ipc/body_name.h"
#include "common/json/write.h"

#include <algorithm>
#include <array>
#include <utility>

namespace openclaw::rpc {

namespace {

constexpr std::int64_t longest_wait_ms = 30'000;
constexpr std::int64_t default_wait_ms = 10'000;

void write_frame(json::Writer& out, std::uint64_t number, std::int64_t at_ms,
                 const ipc::FramePassed& frame) {
    out.begin_object()
        .member("number", number)
        .member("atMs", at_ms)
        .member("direction", frame.is_outgoing ? "to-worker" : "from-worker")
        .member("type", ipc::body_name(frame.body))
        .member("bytes", frame.bytes);
    if (frame.id != 0) out.member("id", frame.id);
    if (frame.re != 0) out.member("re", frame.re);
    if (frame.fds != 0) out.member("fds", frame.fds);
    if (!frame.trace.empty()) out.member("trace", frame.trace);
    out.end_object();
}

constexpr std::array trace_params = {required_text("id"), integer("cursor", 0),
                                     integer("waitMs", 0, longest_wait_ms)};

} // namespace

WorkerTraces::WorkerTraces(Loop& loop, WorkerDesk& desk)
    : loop_(loop)
    , desk_(desk) {}

WorkerTraces::~WorkerTraces() {
    for (const auto& [id, watched] : watched_)
        (void)desk_.watch(id, {}); // not_found: the worker has gone, and its tap with it
}

void WorkerTraces::answer(Call& call) {
    const std::string id(call.params["id"].text());
    const auto found = watch(id);
    if (!found) return call.reply.fail(found.error());
    Watched& watched = **found;
    watched.forgetting.start(forget_after + Milliseconds(longest_wait_ms),
                             [this, id] { forget(id); });
    if (!call.params["cursor"].is_integer()) return call.reply.ok(page(id, watched, watched.next));
    const auto cursor = static_cast<std::uint64_t>(call.params["cursor"].integer());
    if (cursor < watched.next) return call.reply.ok(page(id, watched, cursor));
    if (watched.waiting.size() >= most_waiting)
        return call.reply.fail(Error{.code = Code::busy,
                                     .sentence = "too many watch worker \"" + id + "\" already",
                                     .retryable = true});
    wait(id, watched, call.reply, cursor,
         Milliseconds(call.params["waitMs"].integer(default_wait_ms)));
}

Result<WorkerTraces::Watched*> WorkerTraces::watch(const std::string& id) {
    if (const auto known = watched_.find(id); known != watched_.end()) return known->second.get();
    TRY_VOID(desk_.watch(id, [this, id](const ipc::FramePassed& frame) { note(id, frame); }));
    return watched_.emplace(id, std::make_unique<Watched>(loop_)).first->second.get();
}

void WorkerTraces::note(const std::string& id, const ipc::FramePassed& frame) {
    Watched& watched = *watched_.at(id);
    watched.lines.push_back({.at_ms = loop_.clock().unix_ms(), .frame = frame});
    ++watched.next;
    if (watched.lines.size() > capacity) watched.lines.pop_front();
    if (!watched.waiting.empty() && !watched.gathering.is_active())
        watched.gathering.start(gather_for, [this, id] { answer_all(id); });
}

void WorkerTraces::answer_all(const std::string& id) {
    Watched& watched = *watched_.at(id);
    for (const auto& one : std::exchange(watched.waiting, {}))
        one->reply.ok(page(id, watched, one->cursor));
}

void WorkerTraces::wait(const std::string& id, Watched& watched, const Reply& reply,
                        std::uint64_t cursor, Milliseconds at_most) {
    auto one = std::make_shared<Waiting>(
        Waiting{.reply = reply, .cursor = cursor, .limit = std::make_unique<Timer>(loop_)});
    one->limit->start(at_most, [this, id, weak = std::weak_ptr(one)] {
        if (const auto late = weak.lock()) give_up_waiting(id, late);
    });
    watched.waiting.push_back(std::move(one));
}

void WorkerTraces::give_up_waiting(const std::string& id, const std::shared_ptr<Waiting>& waiting) {
    Watched& watched = *watched_.at(id);
    std::erase(watched.waiting, waiting);
    waiting->reply.ok(page(id, watched, waiting->cursor));
}

void WorkerTraces::forget(const std::string& id) {
    (void)desk_.watch(id, {}); // not_found: the worker has gone, and its tap with it
    watched_.erase(id);
}

std::string WorkerTraces::page(const std::string& id, const Watched& watched,
                               std::uint64_t cursor) {
    const std::uint64_t first = watched.next - watched.lines.size();
    std::uint64_t number = std::clamp(cursor, first, watched.next);
    json::Writer out;
    out.begin_object().member("id", id).member("dropped", number - std::min(cursor, number));
    const std::uint64_t end = std::min(watched.next, number + most_in_answer);
    out.key("frames").begin_array();
    for (; number < end; ++number) {
        const Line& line = watched.lines[static_cast<std::size_t>(number - first)];
        write_frame(out, number, line.at_ms, line.frame);
    }
    return out.end_array().member("cursor", number).end_object().take();
}

void add_worker_traces(MethodTable& table, Loop& loop, WorkerDesk& desk) {
    table.add({.name = "workers.trace",
               .scope = policy::scope::admin,
               .params = trace_params,
               .handler = [traces = std::make_shared<WorkerTraces>(loop, desk)](Call& call) {
                   traces->answer(call);
               }});
}

} // namespace openclaw::rpc
