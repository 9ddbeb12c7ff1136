#include "supervisor/service_manager.h"

#include "common/base/unique_fd.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <span>

namespace openclaw {

namespace {

std::string variable(const char* name) {
    const char* text = std::getenv(name);
    return text == nullptr ? std::string() : std::string(text);
}

std::optional<std::int64_t> number_in(const char* name) {
    const std::string text = variable(name);
    std::int64_t number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || problem != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return number;
}

// sd_watchdog_enabled(3): the variables may be meant for another process of the unit.
std::optional<Milliseconds> watchdog_of_environment() {
    const auto microseconds = number_in("WATCHDOG_USEC");
    const auto pid = number_in("WATCHDOG_PID");
    if (!microseconds || *microseconds < 1000 || (pid && *pid != getpid())) return std::nullopt;
    return Milliseconds(*microseconds / 1000);
}

// A status is one line: what follows a line break would be another message.
std::string one_line(std::string_view text) {
    std::string line(text);
    std::ranges::replace_if(
        line, [](char c) { return c == '\n' || c == '\r'; }, ' ');
    return line;
}

std::int64_t monotonic_us() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000;
}

// "@name" is name in the abstract space: its first byte on the wire is 0 (unix(7)).
bool fill(sockaddr_un& address, socklen_t& size, const std::string& socket) {
    if (socket.size() < 2 || socket.size() >= sizeof address.sun_path ||
        (socket.front() != '/' && socket.front() != '@'))
        return false;
    address.sun_family = AF_UNIX;
    socket.copy(address.sun_path, socket.size());
    if (socket.front() == '@') address.sun_path[0] = '\0';
    size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket.size() +
                                  (socket.front() == '@' ? 0 : 1));
    return true;
}

void attach(msghdr& message, std::span<char> room, int descriptor) {
    message.msg_control = room.data();
    message.msg_controllen = room.size();
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof descriptor);
    std::memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
}

} // namespace

ServiceManager ServiceManager::of_environment() {
    return {variable("NOTIFY_SOCKET"), watchdog_of_environment()};
}

void ServiceManager::ready(std::string_view status) const {
    say("READY=1\nSTATUS=" + one_line(status));
}

void ServiceManager::reloading() const {
    say("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(monotonic_us()));
}

void ServiceManager::stopping(std::string_view status) const {
    say("STOPPING=1\nSTATUS=" + one_line(status));
}

void ServiceManager::status(std::string_view line) const {
    say("STATUS=" + one_line(line));
}

void ServiceManager::is_alive() const {
    say("WATCHDOG=1");
}

void ServiceManager::keep(int descriptor, std::string_view name) const {
    say("FDSTORE=1\nFDNAME=" + std::string(name), descriptor);
}

void ServiceManager::forget(std::string_view name) const {
    say("FDSTOREREMOVE=1\nFDNAME=" + std::string(name));
}

void ServiceManager::say(const std::string& message, int descriptor) const {
    sockaddr_un address{};
    socklen_t size = 0;
    if (!fill(address, size, socket_)) return;
    const UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!socket) return;
    iovec text{.iov_base = const_cast<char*>(message.data()), .iov_len = message.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> room{};
    msghdr datagram{};
    datagram.msg_name = &address;
    datagram.msg_namelen = size;
    datagram.msg_iov = &text;
    datagram.msg_iovlen = 1;
    if (descriptor >= 0) attach(datagram, room, descriptor);
    (void)!::sendmsg(socket.get(), &datagram, MSG_NOSIGNAL | MSG_DONTWAIT);
}

} // namespace openclaw
