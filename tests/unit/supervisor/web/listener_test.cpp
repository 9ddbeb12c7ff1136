#include "supervisor/web/listener.h"
#include "supervisor/web/socket_inheritance.h"
#include "tests/unit/supervisor/web/test_client.h"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

using namespace openclaw;
using namespace openclaw::web;

namespace {

ListenAddress at(std::string host, std::uint16_t port) {
    return {.bind = Bind::custom, .custom_host = std::move(host), .port = port};
}

// Descriptors 3 and those that follow are somebody else's here.
template <class Check>
bool holds_in_child(Check check) {
    const pid_t child = fork();
    if (child == 0) _exit(check() ? 0 : 1);
    int status = 0;
    waitpid(child, &status, 0);
    return status == 0;
}

} // namespace

TEST_SUITE("supervisor/web") {
    TEST_CASE("a taken port is said by its number and with a remedy") {
        auto first = open_listen_sockets({.bind = Bind::loopback, .custom_host = {}, .port = 0});
        REQUIRE(first);
        const auto port = port_of(first->front().get());
        const auto second =
            open_listen_sockets({.bind = Bind::loopback, .custom_host = {}, .port = port});
        REQUIRE_FALSE(second);
        CHECK(second.error().code == Code::unavailable);
        CHECK(second.error().system_errno == EADDRINUSE);
        CHECK(second.error().sentence.contains("port " + std::to_string(port) +
                                               " is already in use"));
    }

    TEST_CASE("loopback listens on both address families with one port") {
        auto sockets = open_listen_sockets({.bind = Bind::loopback, .custom_host = {}, .port = 0});
        REQUIRE(sockets);
        REQUIRE(sockets->size() == 2);
        CHECK(port_of((*sockets)[0].get()) == port_of((*sockets)[1].get()));
    }

    TEST_CASE("a custom host must be an address") {
        const auto sockets =
            open_listen_sockets({.bind = Bind::custom, .custom_host = "example.org", .port = 0});
        REQUIRE_FALSE(sockets);
        CHECK(sockets.error().code == Code::invalid);
        CHECK(open_listen_sockets({.bind = Bind::custom, .custom_host = "127.0.0.1", .port = 0}));
    }

    TEST_CASE("a paused listener leaves newcomers in the kernel's queue") {
        Loop loop;
        int accepted = 0;
        auto sockets = open_listen_sockets({.bind = Bind::loopback, .custom_host = {}, .port = 0});
        REQUIRE(sockets);
        Listener listener(loop, std::move(*sockets), [&](UniqueFd) { ++accepted; });
        listener.pause();
        test::TcpClient client(loop, listener.port());
        CHECK(client.connected);
        for (int i = 0; i < 5; ++i)
            loop.turn(false);
        CHECK(accepted == 0);
        listener.resume();
        REQUIRE(test::turn_until(loop, [&] { return accepted == 1; }));
    }

    TEST_CASE(
        "sockets given by the service manager are taken only by the process they are meant for") {
        setenv("LISTEN_PID", "1", 1);
        setenv("LISTEN_FDS", "1", 1);
        CHECK(inherited_listen_sockets({}).sockets.empty());
        CHECK(std::getenv("LISTEN_FDS") == nullptr);

        const pid_t child = fork(); // descriptor 3 is somebody else's here
        if (child == 0) {
            auto sockets =
                open_listen_sockets({.bind = Bind::custom, .custom_host = "127.0.0.1", .port = 0});
            const auto port = port_of(sockets->front().get());
            dup2(sockets->front().get(), 3);
            setenv("LISTEN_PID", std::to_string(getpid()).c_str(), 1);
            setenv("LISTEN_FDS", "1", 1);
            auto [inherited, are_given] = inherited_listen_sockets({});
            const bool good = are_given && inherited.size() == 1 && inherited[0].get() == 3 &&
                              port_of(3) == port && std::getenv("LISTEN_PID") == nullptr;
            _exit(good ? 0 : 1);
        }
        int status = 0;
        waitpid(child, &status, 0);
        CHECK(status == 0);
    }

    TEST_CASE(
        "sockets the manager kept for us are taken where we want to listen, and nowhere else") {
        const pid_t child = fork();
        if (child == 0) {
            auto ours = open_listen_sockets({.bind = Bind::loopback, .custom_host = {}, .port = 0});
            const auto port = port_of(ours->front().get());
            auto others =
                open_listen_sockets({.bind = Bind::loopback, .custom_host = {}, .port = 0});
            const UniqueFd first(fcntl(ours->front().get(), F_DUPFD, 50));
            const UniqueFd second(fcntl(others->front().get(), F_DUPFD, 50));
            dup2(first.get(), 3);
            dup2(second.get(), 4);
            dup2(open("/dev/null", O_RDONLY), 5); // no socket at all
            setenv("LISTEN_PID", std::to_string(getpid()).c_str(), 1);
            setenv("LISTEN_FDS", "3", 1);
            setenv("LISTEN_FDNAMES", "openclaw-kept:openclaw-kept:other", 1);
            const auto inherited =
                inherited_listen_sockets({.bind = Bind::loopback, .custom_host = {}, .port = port});
            const bool good = !inherited.are_given && inherited.sockets.size() == 1 &&
                              inherited.sockets[0].get() == 3 && fcntl(4, F_GETFD) < 0 &&
                              fcntl(5, F_GETFD) < 0;
            _exit(good ? 0 : 1);
        }
        int status = 0;
        waitpid(child, &status, 0);
        CHECK(status == 0);
    }

    TEST_CASE("another address of the same port is had beside ours, whoever holds a duplicate") {
        Loop loop;
        auto sockets = open_listen_sockets({.bind = Bind::loopback, .custom_host = {}, .port = 0});
        REQUIRE(sockets);
        Listener listener(loop, std::move(*sockets), [](UniqueFd) {});
        const Fds kept = listener.duplicates();
        const auto there = at("127.0.0.1", listener.port()); // it overlaps
        CHECK_FALSE(open_listen_sockets(there));
        auto beside = listener.open_beside(there);
        REQUIRE(beside);
        CHECK(is_at(beside->front().get(), there));
        CHECK(listener.is_at({.bind = Bind::loopback, .custom_host = {}, .port = there.port}));
        CHECK_FALSE(listener.is_at(there));
        CHECK_FALSE(open_listen_sockets(there)); // the port is shared with nobody else
    }

    TEST_CASE("an address that cannot be had leaves the listener as it was") {
        Loop loop;
        int accepted = 0;
        auto sockets = open_listen_sockets(at("127.0.0.1", 0));
        REQUIRE(sockets);
        Listener listener(loop, std::move(*sockets), [&](UniqueFd) { ++accepted; });
        const auto elsewhere = listener.open_beside(at("203.0.113.7", listener.port())); // RFC 5737
        REQUIRE_FALSE(elsewhere);
        CHECK(elsewhere.error().system_errno == EADDRNOTAVAIL);
        test::TcpClient client(loop, listener.port());
        REQUIRE(test::turn_until(loop, [&] { return accepted == 1; }));
    }

    TEST_CASE("a port of somebody else stays taken") {
        Loop loop;
        auto theirs = open_listen_sockets(at("127.0.0.2", 0));
        REQUIRE(theirs);
        const auto port = port_of(theirs->front().get());
        auto ours = open_listen_sockets(at("127.0.0.1", port));
        REQUIRE(ours);
        const Listener listener(loop, std::move(*ours), [](UniqueFd) {});
        const auto beside = listener.open_beside(at("127.0.0.2", port));
        REQUIRE_FALSE(beside);
        CHECK(beside.error().system_errno == EADDRINUSE);
    }

    TEST_CASE("a retired listener takes in who waits, and frees the address of its duplicates") {
        Loop loop;
        int accepted = 0;
        auto sockets = open_listen_sockets(at("127.0.0.1", 0));
        REQUIRE(sockets);
        Listener listener(loop, std::move(*sockets), [&](UniqueFd) { ++accepted; });
        const auto here = at("127.0.0.1", listener.port());
        const Fds kept = listener.duplicates();
        listener.pause();
        test::TcpClient client(loop, here.port);
        CHECK(client.connected);
        listener.retire();
        CHECK(accepted == 1);
        CHECK(open_listen_sockets(here));
    }

    TEST_CASE("sockets left to the next program are inherited by it, under their name") {
        for (const auto name : {kept_socket_name, given_socket_name}) {
            const auto comes_through = [name] {
                auto sockets =
                    open_listen_sockets({.bind = Bind::loopback, .custom_host = {}, .port = 0});
                const ListenAddress there{
                    .bind = Bind::loopback,
                    .custom_host = {},
                    .port = port_of(sockets->front().get()),
                };
                leave_to_next_program(std::move(*sockets), name);
                if ((fcntl(3, F_GETFD) & FD_CLOEXEC) != 0 || (fcntl(4, F_GETFD) & FD_CLOEXEC) != 0)
                    return false;
                const auto inherited = inherited_listen_sockets(there);
                return inherited.sockets.size() == 2 && inherited.sockets[0].get() == 3 &&
                       is_at(3, there) && is_at(4, there) &&
                       inherited.are_given == (name == given_socket_name);
            };
            CHECK(holds_in_child(comes_through));
        }
    }

    TEST_CASE("what the manager keeps for us at another address is not in the way of a new one") {
        const auto is_free = [] {
            auto sockets =
                open_listen_sockets({.bind = Bind::loopback, .custom_host = {}, .port = 0});
            const auto port = port_of(sockets->front().get());
            Fds held; // the manager's copies
            for (const auto& socket : *sockets)
                held.emplace_back(fcntl(socket.get(), F_DUPFD_CLOEXEC, 50));
            leave_to_next_program(std::move(*sockets), kept_socket_name);
            const auto wanted = at("127.0.0.1", port);
            const auto inherited = inherited_listen_sockets(at("127.0.0.2", port));
            return inherited.sockets.empty() && open_listen_sockets(wanted).has_value();
        };
        CHECK(holds_in_child(is_free));
    }
}
