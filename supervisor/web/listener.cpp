#include "supervisor/web/listener.h"

#include "common/log/log.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace openclaw::web {

namespace {

constexpr int accepted_in_one_turn = 64; // then the others get their turn
constexpr Milliseconds rest_for{100};    // when descriptors ran out

} // namespace

Listener::Listener(Loop& loop, std::vector<UniqueFd> sockets, OnConnection on_connection)
    : on_connection_(std::move(on_connection))
    , resting_(loop) {
    for (auto& socket : sockets) {
        const int fd = socket.get();
        auto watch = std::make_unique<FdWatch>(loop, fd, [this, fd](Ready) { accept_from(fd); });
        sockets_.push_back({std::move(socket), std::move(watch)});
    }
    resume();
}

Listener::~Listener() = default;

std::uint16_t Listener::port() const {
    return sockets_.empty() ? std::uint16_t{0} : port_of(sockets_.front().socket.get());
}

bool Listener::is_at(const ListenAddress& address) const {
    return std::ranges::all_of(sockets_, [&](const Watched& watched) {
        return web::is_at(watched.socket.get(), address);
    });
}

Result<std::vector<UniqueFd>> Listener::open_beside(const ListenAddress& address) const {
    if (address.port != port()) return open_listen_sockets(address);
    std::vector<int> ours;
    for (const auto& watched : sockets_)
        ours.push_back(watched.socket.get());
    return open_listen_sockets_beside(ours, address);
}

void Listener::retire() {
    pause();
    for (const auto& watched : sockets_) {
        for (int turns = 0; turns <= queue_length / accepted_in_one_turn; ++turns)
            accept_from(watched.socket.get());
        listen_no_more(watched.socket.get());
    }
    sockets_.clear();
    resting_.stop();
}

void Listener::pause() {
    resting_.stop();
    for (auto& watched : sockets_)
        watched.watch->want(false, false);
}

void Listener::resume() {
    for (auto& watched : sockets_)
        watched.watch->want(true, false);
}

Fds Listener::duplicates() const {
    Fds copies;
    for (const auto& watched : sockets_)
        copies.emplace_back(fcntl(watched.socket.get(), F_DUPFD, 3));
    return copies;
}

void Listener::accept_from(int socket) {
    for (int i = 0; i < accepted_in_one_turn; ++i) {
        UniqueFd connection(::accept4(socket, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        if (connection) {
            on_connection_(std::move(connection));
            continue;
        }
        if (errno == EINTR || errno == ECONNABORTED) continue;
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) rest();
        return;
    }
}

void Listener::rest() {
    log::warn("web.accept_resting",
              {{"reason", std::strerror(errno)}, {"for_ms", rest_for.count()}});
    pause();
    resting_.start(rest_for, [this] { resume(); });
}

} // namespace openclaw::web
