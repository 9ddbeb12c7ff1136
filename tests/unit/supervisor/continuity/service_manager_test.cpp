#include "common/base/unique_fd.h"
#include "supervisor/service_manager.h"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <array>
#include <cstdlib>
#include <cstring>

using namespace openclaw;

namespace {

// The other end: a datagram socket in the abstract space, named by the kernel (unix(7), autobind).
struct Manager {
    UniqueFd socket{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    std::string name;
    UniqueFd received;

    Manager() {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address.sun_family);
        socklen_t size = sizeof address;
        getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size);
        name = "@" + std::string(address.sun_path + 1, size - offsetof(sockaddr_un, sun_path) - 1);
    }

    std::string next() {
        std::array<char, 512> text{};
        alignas(cmsghdr) std::array<char, 64> room{};
        iovec part{.iov_base = text.data(), .iov_len = text.size()};
        msghdr message{};
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        message.msg_control = room.data();
        message.msg_controllen = room.size();
        const ssize_t size = recvmsg(socket.get(), &message, 0);
        if (const cmsghdr* header = CMSG_FIRSTHDR(&message)) {
            int fd = -1;
            std::memcpy(&fd, CMSG_DATA(header), sizeof fd);
            received.reset(fd);
        }
        return size < 0 ? std::string() : std::string(text.data(), static_cast<std::size_t>(size));
    }
};

} // namespace

TEST_SUITE("supervisor/continuity") {
    TEST_CASE("each word to the service manager is one datagram in its form") {
        Manager manager;
        const ServiceManager service(manager.name, std::nullopt);
        service.ready("Serving");
        CHECK(manager.next() == "READY=1\nSTATUS=Serving");
        service.reloading();
        CHECK(manager.next().starts_with("RELOADING=1\nMONOTONIC_USEC="));
        service.stopping("Leaving");
        CHECK(manager.next() == "STOPPING=1\nSTATUS=Leaving");
        service.is_alive();
        CHECK(manager.next() == "WATCHDOG=1");
        service.forget("port");
        CHECK(manager.next() == "FDSTOREREMOVE=1\nFDNAME=port");
        CHECK(manager.next().empty());
    }

    TEST_CASE("a status with a line break in it cannot say anything else") {
        Manager manager;
        ServiceManager(manager.name, std::nullopt).status("wrong\nSTOPPING=1");
        CHECK(manager.next() == "STATUS=wrong STOPPING=1");
    }

    TEST_CASE("a descriptor is given to be kept under a name") {
        Manager manager;
        const UniqueFd file(open("/dev/null", O_RDONLY | O_CLOEXEC));
        ServiceManager(manager.name, std::nullopt).keep(file.get(), "port");
        CHECK(manager.next() == "FDSTORE=1\nFDNAME=port");

        struct stat ours {
        }, theirs{};

        REQUIRE(fstat(file.get(), &ours) == 0);
        REQUIRE(fstat(manager.received.get(), &theirs) == 0);
        CHECK(ours.st_rdev == theirs.st_rdev);
    }

    TEST_CASE("without a service manager, or with one that is gone, nothing happens") {
        ServiceManager("", std::nullopt).ready("x");
        ServiceManager("@openclaw-nobody-listens", std::nullopt).ready("x");
        ServiceManager("relative", std::nullopt).ready("x");
        CHECK_FALSE(ServiceManager("", std::nullopt).is_there());
    }

    TEST_CASE("the watchdog's interval is ours only when it is meant for this process") {
        setenv("NOTIFY_SOCKET", "/run/x", 1);
        setenv("WATCHDOG_USEC", "60000000", 1);
        CHECK(ServiceManager::of_environment().watchdog() == Milliseconds(60'000));
        setenv("WATCHDOG_PID", "1", 1);
        CHECK_FALSE(ServiceManager::of_environment().watchdog());
        setenv("WATCHDOG_PID", std::to_string(getpid()).c_str(), 1);
        CHECK(ServiceManager::of_environment().watchdog() == Milliseconds(60'000));
        setenv("WATCHDOG_USEC", "soon", 1);
        CHECK_FALSE(ServiceManager::of_environment().watchdog());
        for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"})
            unsetenv(name);
    }
}
