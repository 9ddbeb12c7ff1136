#include "workers/egress/service.h"

#include "common/log/log.h"
#include "common/worker/wipe.h"

#include <nss.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdlib>

namespace openclaw::egress {

namespace {

// What is left of the drain's budget for the last frames to reach the supervisor.
constexpr Milliseconds farewell{200};

// libuv lets lookups, slow work as it calls them, have half of its threads (docs.libuv.org,
// threadpool; src/threadpool.c).
constexpr std::size_t threads = 2 * Lookups::at_once;

bool is_stream_socket(int fd) {
    int domain = 0, type = 0;
    socklen_t size = sizeof domain;
    if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) != 0) return false;
    size = sizeof type;
    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && domain == AF_UNIX &&
           type == SOCK_STREAM;
}

wire::Dialled::Outcome outcome_of(const Error& error) {
    switch (error.code) {
    case Code::denied:
    case Code::invalid:
        return wire::Dialled::REFUSED;
    case Code::not_found:
        return wire::Dialled::NO_ADDRESS;
    case Code::timeout:
        return wire::Dialled::TIMED_OUT;
    case Code::busy:
        return wire::Dialled::BUSY;
    default:
        return wire::Dialled::UNREACHABLE;
    }
}

} // namespace

Result<std::unique_ptr<worker::Service>> Egress::create(worker::Context& context) {
    setenv("UV_THREADPOOL_SIZE", std::to_string(threads).c_str(), 1); // read at the first lookup
    // What else nsswitch.conf names would be loaded as code, which nothing may be any more.
    __nss_configure_lookup("hosts", "files dns");
    return std::make_unique<Egress>(context);
}

Egress::Egress(worker::Context& context)
    : context_(context)
    , lookups_(context.loop())
    , burial_(context.loop())
    , last_moment_(context.loop()) {}

void Egress::on_frame(const wire::Frame& frame, Fds fds) {
    if (frame.has_dial_order())
        on_order(frame, std::move(fds));
    else if (frame.has_stream_counters_file())
        on_counters(fds);
}

void Egress::on_counters(const Fds& fds) {
    if (fds.empty()) return;
    auto opened = ipc::StreamCounters::open(fds.front());
    if (!opened) return log::warn("egress.no_counters", {{"why", opened.error().sentence}});
    counters_.emplace(std::move(*opened));
}

void Egress::on_order(const wire::Frame& frame, Fds fds) {
    const auto& order = frame.dial_order();
    if (const auto error = refusal(order, fds)) return answer(frame.id(), &*error);
    const auto id = ++last_id_;
    ++streams_of_[order.slot()];
    auto& passage = passages_[id];
    passage.request = frame.id();
    passage.slot = order.slot();
    passage.worker_end = std::move(fds.front());
    passage.connector = std::make_unique<Connector>(
        context_.loop(), lookups_, order,
        [this, id](Result<Connected> outcome) { on_connected(id, std::move(outcome)); });
    if (!order.has_proxy()) return;
    // The connector has its own. The frame is the link's own object and nobody reads it after us.
    worker::wipe_credentials(*const_cast<wire::Frame&>(frame).mutable_dial_order());
    ipc::Link::wipe_buffer();
}

std::optional<Error> Egress::refusal(const wire::DialOrder& order, const Fds& fds) const {
    if (fds.size() != 1 || !is_stream_socket(fds.front().get()))
        return Error{.code = Code::invalid, .sentence = "what came with Dial is no stream socket"};
    const auto own = streams_of_.find(order.slot());
    const bool is_full = passages_.size() >= max_streams ||
                         (own != streams_of_.end() && own->second >= max_streams_of_a_worker);
    if (is_full)
        return Error{.code = Code::busy, .sentence = "too many streams at once", .retryable = true};
    return std::nullopt;
}

void Egress::on_connected(std::uint64_t id, Result<Connected> outcome) {
    auto& passage = passages_.at(id);
    if (!outcome) {
        answer(passage.request, &outcome.error());
        return close(id);
    }
    last_contact_unix_ms_ = context_.loop().clock().unix_ms();
    answer(passage.request, nullptr); // before a byte is read from the worker (proto/dial.proto)
    relay(id, passage, std::move(*outcome));
}

void Egress::relay(std::uint64_t id, Passage& passage, Connected connected) {
    passage.stream = std::make_unique<Stream>(
        context_.loop(), std::move(passage.worker_end), std::move(connected.socket),
        std::move(connected.early), counters_ ? &*counters_ : nullptr, passage.slot,
        [this, id] { close(id); });
    ended_.push_back({.connector = std::move(passage.connector)}); // it is still on the stack
    bury();
}

void Egress::answer(std::uint64_t request, const Error* error) {
    wire::Frame frame;
    auto& dialled = *frame.mutable_dialled();
    dialled.set_outcome(error == nullptr ? wire::Dialled::CONNECTED : outcome_of(*error));
    if (error != nullptr) {
        dialled.set_sentence(error->sentence);
        dialled.set_system_errno(error->system_errno);
    }
    (void)context_.link().reply(request, frame); // the supervisor has its own deadline
}

void Egress::close(std::uint64_t id) {
    auto node = passages_.extract(id);
    if (!node) return;
    const auto own = streams_of_.find(node.mapped().slot);
    if (--own->second == 0) streams_of_.erase(own);
    ended_.push_back(std::move(node.mapped()));
    bury();
}

// From the next turn: the one that has just ended is still being called.
void Egress::bury() {
    if (burial_.is_active()) return;
    burial_.start(Milliseconds(0), [this] {
        ended_.clear();
        leave_when_empty();
    });
}

void Egress::drain(Milliseconds within) {
    is_draining_ = true;
    last_moment_.start(std::max(within - farewell, Milliseconds(0)), [this] {
        passages_.clear();
        streams_of_.clear();
        leave_when_empty();
    });
    leave_when_empty();
}

void Egress::leave_when_empty() {
    if (!is_draining_ || !passages_.empty()) return;
    if (!std::exchange(has_left_, true)) context_.drained();
}

worker::Vitals Egress::vitals() const {
    worker::Vitals vitals;
    for (const auto& [id, passage] : passages_)
        ++(passage.stream ? vitals.in_flight : vitals.queued);
    vitals.last_upstream_unix_ms = last_contact_unix_ms_;
    return vitals;
}

} // namespace openclaw::egress
