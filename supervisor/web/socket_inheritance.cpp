#include "supervisor/web/socket_inheritance.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <cstring>

namespace openclaw::web {

namespace {

constexpr int first_inherited = 3; // sd_listen_fds(3): SD_LISTEN_FDS_START

int number_in(const char* variable) {
    const char* text = std::getenv(variable);
    int number = 0;
    if (text != nullptr) std::from_chars(text, text + std::strlen(text), number);
    return number;
}

// Separated by colons (sd_listen_fds_with_names(3)).
std::vector<std::string> socket_names() {
    const char* text = std::getenv("LISTEN_FDNAMES");
    std::vector<std::string> names(1);
    for (const char c : std::string_view(text == nullptr ? "" : text)) {
        if (c == ':')
            names.emplace_back();
        else
            names.back() += c;
    }
    return names;
}

int option_of(int socket, int option) {
    int value = -1;
    socklen_t size = sizeof value;
    return getsockopt(socket, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

bool listens_for_tcp(int socket) {
    const int domain = option_of(socket, SO_DOMAIN);
    return (domain == AF_INET || domain == AF_INET6) && option_of(socket, SO_TYPE) == SOCK_STREAM &&
           option_of(socket, SO_ACCEPTCONN) == 1;
}

} // namespace

InheritedSockets inherited_listen_sockets(const ListenAddress& wanted) {
    InheritedSockets given{.sockets = {}, .are_given = true}, kept;
    const auto names = socket_names();
    const int count = number_in("LISTEN_PID") == getpid() ? number_in("LISTEN_FDS") : 0;
    for (int i = 0; i < count; ++i) {
        UniqueFd socket(first_inherited + i);
        fcntl(socket.get(), F_SETFD, FD_CLOEXEC);
        if (!listens_for_tcp(socket.get())) continue;
        fcntl(socket.get(), F_SETFL, fcntl(socket.get(), F_GETFL) | O_NONBLOCK);
        const auto place = static_cast<std::size_t>(i);
        const bool is_kept = place < names.size() && names[place] == kept_socket_name;
        if (!is_kept)
            given.sockets.push_back(std::move(socket));
        else if (is_at(socket.get(), wanted))
            kept.sockets.push_back(std::move(socket));
        else
            listen_no_more(socket.get()); // or the manager's copy is in the way of the new address
    }
    for (const char* variable : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"})
        unsetenv(variable);
    if (given.sockets.empty()) return kept;
    for (const auto& socket : kept.sockets)
        listen_no_more(socket.get());
    return given;
}

void leave_to_next_program(Fds sockets, std::string_view name) {
    const int count = static_cast<int>(sockets.size());
    Fds above; // out of the way of their places
    for (const auto& socket : sockets)
        above.emplace_back(fcntl(socket.get(), F_DUPFD_CLOEXEC, first_inherited + count));
    sockets.clear();
    std::string names;
    for (int i = 0; i < count; ++i) {
        dup2(above[static_cast<std::size_t>(i)].get(), first_inherited + i); // survives exec
        names += (i == 0 ? "" : ":") + std::string(name);
    }
    setenv("LISTEN_PID", std::to_string(getpid()).c_str(), 1); // exec keeps the number
    setenv("LISTEN_FDS", std::to_string(count).c_str(), 1);
    setenv("LISTEN_FDNAMES", names.c_str(), 1);
}

} // namespace openclaw::web
