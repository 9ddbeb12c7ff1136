#include "supervisor/control/control_socket.h"

#include "common/log/log.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace openclaw::control {

namespace {

constexpr int backlog = 64;
constexpr std::size_t max_connections = 256; // of one user: ours

Result<sockaddr_un> address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) // unix(7)
        return fail(Code::invalid,
                    "the control socket's path " + path + " has " + std::to_string(path.size()) +
                        " bytes and a socket address holds " +
                        std::to_string(sizeof address.sun_path - 1) +
                        "; choose a shorter state directory with OPENCLAW_STATE_DIR");
    path.copy(address.sun_path, path.size());
    return address;
}

Result<UniqueFd> make_socket() {
    UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd) return Failure(system_error(Code::internal, "cannot make the control socket", errno));
    return fd;
}

bool somebody_answers(const sockaddr_un& address) {
    const auto probe = make_socket();
    return probe && (::connect(probe->get(), reinterpret_cast<const sockaddr*>(&address),
                               sizeof address) == 0 ||
                     errno == EAGAIN);
}

Result<void> make_way(const std::string& path, const sockaddr_un& address) {
    std::error_code ignored;
    const auto directory = std::filesystem::path(path).parent_path();
    if (std::filesystem::create_directories(directory, ignored))
        std::filesystem::permissions(directory, std::filesystem::perms::owner_all, ignored);
    if (somebody_answers(address))
        return fail(Code::busy,
                    "another gateway answers on the control socket " + path + "; stop it first");
    if (::unlink(path.c_str()) != 0 && errno != ENOENT)
        return Failure(
            system_error(Code::internal, "cannot remove the old control socket " + path, errno));
    return {};
}

// The mode is right from the start: between bind and chmod nobody else could get in.
Result<void> bind_private(int fd, const std::string& path, const sockaddr_un& address) {
    const mode_t before = ::umask(0177);
    const int bound = ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    const int number = errno;
    ::umask(before);
    if (bound != 0)
        return Failure(
            system_error(Code::internal, "cannot open the control socket " + path, number));
    if (::listen(fd, backlog) != 0)
        return Failure(
            system_error(Code::internal, "cannot listen on the control socket " + path, errno));
    return {};
}

bool is_owner(int fd) {
    ucred peer{};
    socklen_t size = sizeof peer;
    if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
    if (peer.uid == ::geteuid() || peer.uid == 0) return true;
    log::warn("control.refused", {{"uid", peer.uid}, {"pid", peer.pid}});
    return false;
}

} // namespace

Result<std::unique_ptr<ControlSocket>> ControlSocket::create(Loop& loop, const std::string& path,
                                                             rpc::FrontDoor& door) {
    const sockaddr_un address = TRY(address_of(path));
    TRY_VOID(make_way(path, address));
    UniqueFd fd = TRY(make_socket());
    TRY_VOID(bind_private(fd.get(), path, address));
    std::unique_ptr<ControlSocket> socket(new ControlSocket(loop, path, std::move(fd), door));
    socket->is_ours_ = true;
    return socket;
}

std::unique_ptr<ControlSocket> ControlSocket::adopt(Loop& loop, const std::string& path,
                                                    UniqueFd socket, rpc::FrontDoor& door) {
    return std::unique_ptr<ControlSocket>(new ControlSocket(loop, path, std::move(socket), door));
}

ControlSocket::ControlSocket(Loop& loop, std::string path, UniqueFd socket, rpc::FrontDoor& door)
    : loop_(loop)
    , path_(std::move(path))
    , socket_(std::move(socket))
    , door_(door)
    , watch_(loop, socket_.get(), [this](Ready) { accept_all(); }) {
    watch_.want(true, false);
}

// The image before this one may yet need the path of an adopted socket: until resume().
ControlSocket::~ControlSocket() {
    if (is_ours_) ::unlink(path_.c_str());
}

void ControlSocket::accept_all() {
    while (connections_.size() < max_connections) {
        UniqueFd peer(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        if (!peer) return;
        if (!is_owner(peer.get())) continue;
        connections_.push_back(std::make_unique<ControlConnection>(
            loop_, std::move(peer), door_, [this](ControlConnection& gone) { drop(gone); }));
    }
    watch_.want(false, false); // the others wait in the kernel until somebody leaves
}

void ControlSocket::drop(ControlConnection& connection) {
    connections_.remove_if([&](const auto& mine) { return mine.get() == &connection; });
    if (connections_.size() + 1 == max_connections) watch_.want(true, false);
}

void ControlSocket::pause() {
    watch_.want(false, false);
}

void ControlSocket::resume() {
    is_ours_ = true;
    watch_.want(true, false);
}

UniqueFd ControlSocket::duplicate() const {
    return UniqueFd(fcntl(socket_.get(), F_DUPFD, 3));
}

void ControlSocket::close_all() {
    watch_.want(false, false);
    for (const auto& connection : connections_)
        connection->close_after_sending();
}

} // namespace openclaw::control
