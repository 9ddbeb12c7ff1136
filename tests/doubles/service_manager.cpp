// A service manager for tests: what systemd does for one unit of Type=notify with Restart=always,
// NotifyAccess=main, KillMode=mixed, RestartPreventExitStatus=78, a descriptor store, and the
// socket of a socket unit.
//
//   service_manager NOTIFY_SOCKET WATCHDOG_MS PROGRAM [ARGUMENTS…]
//
// With OPENCLAW_TEST_SOCKET_UNIT=PORT it listens there itself and gives the socket to every start.
// What is kept stays open here: closing it in the program frees nothing. It tells on stdout, a line
// each: "state active", "message READY=1|STATUS=…", "fd openclaw-kept", "hung up openclaw-kept",
// "exited code=0 signal=0", "orphans 0", "started 1234". It is told on stdin: "restart", "kill",
// "reload", "stop".
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

struct Kept {
    int fd;
    std::string name;
};

struct Unit {
    std::string notify_path;
    int watchdog_ms = 0;
    char** arguments = nullptr;
    int notify = -1;
    pid_t main = 0;
    std::string state = "inactive";
    bool is_wanted = true;
    std::vector<Kept> store;
    std::vector<Kept> sockets; // of its socket unit
};

void tell(const std::string& line) {
    printf("%s\n", line.c_str());
    fflush(stdout);
}

void enter(Unit& unit, std::string state) {
    if (unit.state == state) return;
    unit.state = std::move(state);
    tell("state " + unit.state);
}

[[noreturn]] void become_program(const Unit& unit) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    const std::string pid = std::to_string(getpid());
    setenv("NOTIFY_SOCKET", unit.notify_path.c_str(), 1);
    if (unit.watchdog_ms > 0) {
        setenv("WATCHDOG_USEC", std::to_string(unit.watchdog_ms * 1000).c_str(), 1);
        setenv("WATCHDOG_PID", pid.c_str(), 1);
    }
    std::vector<int> above; // out of the way of their places
    std::string names;
    for (const auto* group : {&unit.sockets, &unit.store})
        for (const auto& kept : *group) {
            above.push_back(fcntl(kept.fd, F_DUPFD, 100));
            names += (names.empty() ? "" : ":") + kept.name;
        }
    for (std::size_t i = 0; i < above.size(); ++i)
        dup2(above[i], static_cast<int>(3 + i));
    for (const int fd : above)
        close(fd);
    if (!above.empty()) {
        setenv("LISTEN_PID", pid.c_str(), 1);
        setenv("LISTEN_FDS", std::to_string(above.size()).c_str(), 1);
        setenv("LISTEN_FDNAMES", names.c_str(), 1);
    }
    execv(unit.arguments[0], unit.arguments);
    _exit(127);
}

void start(Unit& unit) {
    enter(unit, "activating");
    unit.main = fork();
    if (unit.main == 0) become_program(unit);
    tell("started " + std::to_string(unit.main));
}

// The cgroup's other processes: all that is left below us.
std::vector<pid_t> left_behind() {
    std::vector<pid_t> pids;
    const std::string file = "/proc/self/task/" + std::to_string(getpid()) + "/children"; // proc(5)
    std::ifstream children(file);
    for (pid_t pid; children >> pid;)
        pids.push_back(pid);
    return pids;
}

// Workers die with their parent, by a signal of the kernel; who is there after a second is an
// orphan.
void clear_cgroup() {
    for (int i = 0; i < 100; ++i) {
        while (waitpid(-1, nullptr, WNOHANG) > 0) {
        }
        if (left_behind().empty()) break;
        usleep(10'000);
    }
    const auto orphans = left_behind();
    tell("orphans " + std::to_string(orphans.size()));
    for (const pid_t pid : orphans)
        kill(pid, SIGKILL);
}

void on_exit(Unit& unit, int status) {
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
    const int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    unit.main = 0;
    tell("exited code=" + std::to_string(code) + " signal=" + std::to_string(signal));
    clear_cgroup();
    if (!unit.is_wanted || code == 78) {
        enter(unit, code == 0 && signal == 0 ? "inactive" : "failed");
        for (const auto& kept : unit.store)
            close(kept.fd);
        unit.store.clear();
        return;
    }
    enter(unit, "auto-restart");
    start(unit);
}

void reap(Unit& unit) {
    int status = 0;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;)
        if (pid == unit.main) return on_exit(unit, status);
}

void keep(Unit& unit, const std::vector<std::string>& lines, std::vector<int> fds) {
    const auto has = [&](std::string_view line) {
        return std::ranges::find(lines, line) != lines.end();
    };
    std::string name = "stored";
    for (const auto& line : lines)
        if (line.starts_with("FDNAME=")) name = line.substr(7);
    if (has("FDSTOREREMOVE=1"))
        std::erase_if(unit.store,
                      [&](const Kept& kept) { return kept.name == name && close(kept.fd) == 0; });
    for (const int fd : fds) {
        if (!has("FDSTORE=1")) {
            close(fd);
            continue;
        }
        unit.store.push_back({fd, name});
        tell("fd " + name);
    }
}

// sd_pid_notify_with_fds(3): what hangs up leaves the store.
void drop_what_hung_up(Unit& unit) {
    std::erase_if(unit.store, [](const Kept& kept) {
        pollfd look{kept.fd, 0, 0};
        if (poll(&look, 1, 0) <= 0 || (look.revents & (POLLHUP | POLLERR)) == 0) return false;
        tell("hung up " + kept.name);
        return close(kept.fd) == 0;
    });
}

void obey(Unit& unit, const std::vector<std::string>& lines) {
    for (const auto& line : lines) {
        if (line == "READY=1") enter(unit, "active");
        if (line == "RELOADING=1") enter(unit, "reloading");
        if (line == "STOPPING=1") enter(unit, "deactivating");
    }
}

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines(1);
    for (const char c : text) {
        if (c == '\n')
            lines.emplace_back();
        else
            lines.back() += c;
    }
    return lines;
}

void read_message(Unit& unit) {
    std::array<char, 4096> text{}; // NOTIFY_BUFFER_MAX
    alignas(cmsghdr) std::array<char, 1024> room{};
    iovec part{.iov_base = text.data(), .iov_len = text.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = room.data();
    message.msg_controllen = room.size();
    const ssize_t size = recvmsg(unit.notify, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    if (size <= 0) return;
    pid_t sender = 0;
    std::vector<int> fds;
    for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
         header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_type == SCM_CREDENTIALS) {
            ucred who{};
            std::memcpy(&who, CMSG_DATA(header), sizeof who);
            sender = who.pid;
        } else if (header->cmsg_type == SCM_RIGHTS) {
            fds.resize((header->cmsg_len - CMSG_LEN(0)) / sizeof(int));
            std::memcpy(fds.data(), CMSG_DATA(header), fds.size() * sizeof(int));
        }
    }
    if ((message.msg_flags & MSG_TRUNC) != 0) { // systemd ignores it, whatever it says
        for (const int fd : fds)
            close(fd);
        return tell("truncated message above " + std::to_string(text.size()) + " bytes");
    }
    std::string shown(text.data(), static_cast<std::size_t>(size));
    const auto lines = lines_of(shown);
    std::ranges::replace(shown, '\n', '|');
    if (sender != unit.main) return tell("foreign " + shown); // NotifyAccess=main
    tell("message " + shown);
    obey(unit, lines);
    drop_what_hung_up(unit);
    keep(unit, lines, std::move(fds));
}

void command(Unit& unit, const std::string& word) {
    if (word == "kill") kill(unit.main, SIGKILL);
    if (word == "reload") kill(unit.main, SIGHUP);
    if (word == "restart" || word == "stop") {
        unit.is_wanted = word == "restart";
        kill(unit.main, SIGTERM);
    }
}

int open_notify_socket(const std::string& path) {
    const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    unlink(path.c_str());
    const int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
    return bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 ? fd : -1;
}

// Null: there is no socket unit.
void open_socket_unit(Unit& unit, const char* port) {
    if (port == nullptr) return;
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(atoi(port)));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool listens = bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
                         listen(fd, 511) == 0;
    if (!listens) exit(2);
    unit.sockets.push_back({fd, "openclaw-http"});
}

int watch_children() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, nullptr);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 4) return 2;
    Unit unit;
    unit.notify_path = argv[1];
    unit.watchdog_ms = atoi(argv[2]);
    unit.arguments = argv + 3;
    unit.notify = open_notify_socket(unit.notify_path);
    if (unit.notify < 0) return 2;
    open_socket_unit(unit, getenv("OPENCLAW_TEST_SOCKET_UNIT"));
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int children = watch_children();
    start(unit);
    std::string typed;
    std::array<pollfd, 3> watched{
        {{unit.notify, POLLIN, 0}, {children, POLLIN, 0}, {0, POLLIN, 0}}};
    while (unit.main != 0 || unit.state == "activating") {
        poll(watched.data(), watched.size(), -1);
        // What it said before it died comes first.
        if (watched[0].revents != 0)
            for (int i = 0; i < 16; ++i)
                read_message(unit);
        if (watched[1].revents != 0) {
            signalfd_siginfo info{};
            (void)!read(children, &info, sizeof info);
            read_message(unit);
            reap(unit);
        }
        if ((watched[2].revents & POLLIN) != 0) {
            std::array<char, 256> bytes{};
            const ssize_t size = read(0, bytes.data(), bytes.size());
            if (size <= 0) return unit.main > 0 ? kill(unit.main, SIGKILL) : 0;
            for (const char c : std::string_view(bytes.data(), static_cast<std::size_t>(size))) {
                if (c != '\n') typed += c;
                if (c == '\n') command(unit, std::exchange(typed, {}));
            }
        }
    }
    return 0;
}
