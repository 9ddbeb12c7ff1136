#include "workers/egress/stream.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace openclaw::egress {

namespace {

// One process, one loop, one thread: a buffer for the bytes in hand is enough. 64 KiB: measured
// against 16 and 256 KiB in docs/decisions/0001-egress.md.
std::array<char, 64u << 10> buffer;

// For the last bytes of a worker that has gone, when the internet does not take them.
constexpr unsigned last_bytes_within_ms = 30'000;

bool is_pause(int error) {
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

// A Unix socket tells a peer that closed from one that will only say nothing more: TCP does not.
bool has_gone(int socket) {
    pollfd look{.fd = socket, .events = 0, .revents = 0};
    return poll(&look, 1, 0) == 1 && (look.revents & (POLLHUP | POLLERR)) != 0;
}

} // namespace

Stream::Stream(Loop& loop, UniqueFd worker, UniqueFd internet, std::string early,
               ipc::StreamCounters* counters, std::size_t slot, Task over)
    : counters_(counters)
    , slot_(slot)
    , over_(std::move(over))
    , worker_{.socket = std::move(worker), .watch = nullptr, .waiting = std::move(early)}
    , internet_{.socket = std::move(internet), .watch = nullptr, .waiting = {}} {
    worker_.watch = std::make_unique<FdWatch>(
        loop, worker_.socket.get(), [this](Ready ready) { on_ready(worker_, internet_, ready); });
    internet_.watch = std::make_unique<FdWatch>(
        loop, internet_.socket.get(), [this](Ready ready) { on_ready(internet_, worker_, ready); });
    if (counters_ != nullptr) counters_->opened(slot_);
    watch();
}

Stream::~Stream() {
    if (counters_ != nullptr) counters_->closed(slot_);
}

void Stream::on_ready(End& end, End& other, Ready ready) {
    const bool may_write = ready.writable || ready.hung_up;
    if (may_write && !end.waiting.empty() && !flush(end)) return finish();
    const bool may_read = ready.readable || ready.hung_up;
    if (may_read && end.reads && other.waiting.empty() && !pump(end, other)) return finish();
    if (!worker_.reads && !internet_.reads && worker_.waiting.empty() && internet_.waiting.empty())
        return finish();
    watch();
}

bool Stream::pump(End& from, End& to) {
    const ssize_t got = recv(from.socket.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got < 0) return is_pause(errno);
    if (got == 0) {
        end_of(from, to);
        if (&from == &worker_ && has_gone(from.socket.get())) forget_worker();
        return true;
    }
    const auto bytes = static_cast<std::size_t>(got);
    count(from, bytes);
    return write(to, {buffer.data(), bytes});
}

bool Stream::write(End& to, std::string_view bytes) {
    if (!to.writes) return true; // it has closed for good: nobody wants this
    const ssize_t wrote =
        send(to.socket.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (wrote < 0 && !is_pause(errno)) return false;
    const auto done = wrote < 0 ? 0 : static_cast<std::size_t>(wrote);
    if (done < bytes.size()) to.waiting.assign(bytes.substr(done));
    return true;
}

bool Stream::flush(End& to) {
    const std::string bytes = std::exchange(to.waiting, {});
    if (!write(to, bytes)) return false;
    End& from = &to == &worker_ ? internet_ : worker_;
    if (to.waiting.empty() && !from.reads) end_of(from, to);
    return true;
}

// `from` has said its last word. `to` hears that when all before it is written.
void Stream::end_of(End& from, End& to) {
    from.reads = false;
    if (!to.waiting.empty() || !std::exchange(to.writes, false)) return;
    shutdown(to.socket.get(), SHUT_WR);
}

// Nobody will read what the internet still says. What the worker has said is delivered.
void Stream::forget_worker() {
    worker_.waiting.clear();
    worker_.writes = false;
    internet_.reads = false;
    setsockopt(internet_.socket.get(), IPPROTO_TCP, TCP_USER_TIMEOUT, &last_bytes_within_ms,
               sizeof last_bytes_within_ms);
}

void Stream::count(const End& from, std::size_t bytes) {
    if (counters_ == nullptr) return;
    if (&from == &worker_)
        counters_->add_out(slot_, bytes);
    else
        counters_->add_in(slot_, bytes);
}

void Stream::watch() {
    worker_.watch->want(worker_.reads && internet_.waiting.empty(), !worker_.waiting.empty());
    internet_.watch->want(internet_.reads && worker_.waiting.empty(), !internet_.waiting.empty());
}

void Stream::finish() {
    worker_.watch->want(false, false);
    internet_.watch->want(false, false);
    if (auto over = std::exchange(over_, nullptr)) over();
}

} // namespace openclaw::egress
