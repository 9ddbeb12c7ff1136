#include "supervisor/service_manager.h"

#include "common/base/backoff.h"
#include "common/base/strings.h"
#include "common/base/unique_fd.h"
#include "common/log/log.h"
#include "common/loop/timer.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <span>
#include <utility>

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

// A status is one line: what follows a line break would be another message. It is short, or the
// manager would not read what stands beside it.
std::string one_line(std::string_view text) {
    constexpr std::string_view more = "…";
    std::string line = to_valid_utf8(text.substr(0, 2 * max_status_bytes));
    std::ranges::replace_if(
        line, [](char c) { return c == '\n' || c == '\r'; }, ' ');
    if (line.size() <= max_status_bytes) return line;
    return std::string(utf8_prefix(line, max_status_bytes - more.size())) + std::string(more);
}

std::string microseconds(Milliseconds time) {
    return std::to_string(std::chrono::microseconds(time).count());
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

enum class Sent { yes, no_room, never };

Sent send(const std::string& socket_name, const std::string& message, int descriptor) {
    sockaddr_un address{};
    socklen_t size = 0;
    if (!fill(address, size, socket_name)) return Sent::never;
    const UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!socket) return Sent::no_room;
    iovec text{.iov_base = const_cast<char*>(message.data()), .iov_len = message.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> room{};
    msghdr datagram{};
    datagram.msg_name = &address;
    datagram.msg_namelen = size;
    datagram.msg_iov = &text;
    datagram.msg_iovlen = 1;
    if (descriptor >= 0) attach(datagram, room, descriptor);
    if (::sendmsg(socket.get(), &datagram, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0) return Sent::yes;
    const bool may_pass = errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM || errno == EINTR;
    return may_pass ? Sent::no_room : Sent::never;
}

} // namespace

// What did not fit into the manager's queue, in order: READY after RELOADING, not before.
class ServiceManager::Owed {
  public:
    Owed(Loop& loop, std::string socket)
        : clock_(loop.clock())
        , socket_(std::move(socket))
        , again_(loop) {}

    void add(std::string message, int descriptor) {
        if (waiting_.empty() && send(socket_, message, descriptor) != Sent::no_room) return;
        if (waiting_.size() >= most_waiting) waiting_.pop_front(); // what is true now matters more
        waiting_.push_back({std::move(message),
                            UniqueFd(descriptor < 0 ? -1 : fcntl(descriptor, F_DUPFD_CLOEXEC, 3)),
                            clock_.now() + owed_for});
        plan();
    }

  private:
    struct Word {
        std::string message;
        UniqueFd descriptor;
        Instant until;
    };

    void plan() {
        if (!again_.is_active()) again_.start(pause_.next(), [this] { try_again(); });
    }

    void try_again() {
        while (!waiting_.empty()) {
            const auto& word = waiting_.front();
            const bool has_room =
                send(socket_, word.message, word.descriptor.get()) != Sent::no_room;
            if (!has_room && clock_.now() < word.until) return plan();
            if (!has_room) log::warn("service_manager.deaf", {{"unsaid", one_line(word.message)}});
            waiting_.pop_front();
        }
        pause_.reset();
    }

    static constexpr std::size_t most_waiting = 32;

    const Clock& clock_;
    std::string socket_;
    std::deque<Word> waiting_;
    Backoff pause_{Milliseconds(5), std::chrono::seconds(1)};
    Timer again_;
};

ServiceManager::ServiceManager(Loop& loop, std::string notify_socket,
                               std::optional<Milliseconds> watchdog)
    : socket_(std::move(notify_socket))
    , watchdog_(watchdog)
    , owed_(std::make_unique<Owed>(loop, socket_)) {}

ServiceManager::ServiceManager(Loop& loop)
    : ServiceManager(loop, variable("NOTIFY_SOCKET"), watchdog_of_environment()) {}

ServiceManager::~ServiceManager() = default;

void ServiceManager::ready(std::string_view status) const {
    must_say("READY=1\nSTATUS=" + one_line(status));
}

void ServiceManager::reloading() const {
    must_say("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(monotonic_us()));
}

void ServiceManager::stopping(std::string_view status) const {
    must_say("STOPPING=1\nSTATUS=" + one_line(status));
}

void ServiceManager::status(std::string_view line) const {
    say("STATUS=" + one_line(line));
}

void ServiceManager::is_alive() const {
    say("WATCHDOG=1");
}

// The watchdog runs already when this process became another program.
void ServiceManager::extend(Milliseconds within, std::string_view status) const {
    must_say("EXTEND_TIMEOUT_USEC=" + microseconds(within) + "\nSTATUS=" + one_line(status));
    if (watchdog_) must_say("WATCHDOG_USEC=" + microseconds(std::max(within, *watchdog_)));
}

void ServiceManager::extend_no_more() const {
    if (watchdog_) must_say("WATCHDOG_USEC=" + microseconds(*watchdog_));
}

void ServiceManager::keep(int descriptor, std::string_view name) const {
    must_say("FDSTORE=1\nFDNAME=" + std::string(name), descriptor);
}

void ServiceManager::forget(std::string_view name) const {
    must_say("FDSTOREREMOVE=1\nFDNAME=" + std::string(name));
}

void ServiceManager::say(const std::string& message) const {
    (void)send(socket_, message, -1);
}

void ServiceManager::must_say(std::string message, int descriptor) const {
    owed_->add(std::move(message), descriptor);
}

} // namespace openclaw
