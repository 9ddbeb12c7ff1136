#include "supervisor/web/listener.h"
#include "tests/unit/supervisor/web/test_client.h"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

using namespace openclaw;
using namespace openclaw::web;

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
}
