#include "common/base/strings.h"
#include "common/base/unique_fd.h"
#include "common/loop/timer.h"
#include "supervisor/service_manager.h"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

using namespace openclaw;

namespace {

// The loop's own time may stand for as long as a test is busy elsewhere: the deadline is the
// clock's.
template <class Condition>
bool turn_until(Loop& loop, Condition holds) {
    const auto late = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    Timer again(loop);
    while (!holds()) {
        if (std::chrono::steady_clock::now() >= late) return false;
        again.start(Milliseconds(20), [] {});
        loop.turn();
    }
    return true;
}

// How many datagrams wait at a socket, and one more is taken (unix(7)).
int longest_queue() {
    int length = 0;
    std::ifstream("/proc/sys/net/unix/max_dgram_qlen") >> length;
    return length + 1;
}

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

    static void fill_queue(const ServiceManager& service) {
        for (int i = 0; i < longest_queue(); ++i)
            service.status("noise");
    }

    // The next that is no noise.
    std::string next_word() {
        auto word = next();
        while (word == "STATUS=noise")
            word = next();
        return word;
    }

    std::string next() {
        std::array<char, 5000> text{};
        alignas(cmsghdr) std::array<char, 64> room{};
        iovec part{.iov_base = text.data(), .iov_len = text.size()};
        msghdr message{};
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        message.msg_control = room.data();
        message.msg_controllen = room.size();
        const ssize_t size = recvmsg(socket.get(), &message, 0);
        if (const cmsghdr* header = size < 0 ? nullptr : CMSG_FIRSTHDR(&message)) {
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
        Loop loop;
        Manager manager;
        const ServiceManager service(loop, manager.name, std::nullopt);
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

    TEST_CASE("a long step asks for time, of the watchdog as well, and gives back what is left") {
        Loop loop;
        Manager manager;
        const ServiceManager service(loop, manager.name, Milliseconds(60'000));
        service.extend(std::chrono::minutes(3), "Migrating");
        CHECK(manager.next() == "EXTEND_TIMEOUT_USEC=180000000\nSTATUS=Migrating");
        CHECK(manager.next() == "WATCHDOG_USEC=180000000");
        service.extend(std::chrono::seconds(30), "Migrating");
        CHECK(manager.next() == "EXTEND_TIMEOUT_USEC=30000000\nSTATUS=Migrating");
        CHECK(manager.next() == "WATCHDOG_USEC=60000000"); // never less than it was
        service.extend_no_more();
        CHECK(manager.next() == "WATCHDOG_USEC=60000000");
        const ServiceManager unwatched(loop, manager.name, std::nullopt);
        unwatched.extend(std::chrono::seconds(1), "Migrating");
        unwatched.extend_no_more();
        CHECK(manager.next().starts_with("EXTEND_TIMEOUT_USEC=1000000\n"));
        CHECK(manager.next().empty());
    }

    TEST_CASE("a status with a line break in it cannot say anything else") {
        Loop loop;
        Manager manager;
        ServiceManager(loop, manager.name, std::nullopt).status("wrong\nSTOPPING=1");
        CHECK(manager.next() == "STATUS=wrong STOPPING=1");
    }

    TEST_CASE("a status is cut to a line that the manager reads, between two characters") {
        Loop loop;
        Manager manager;
        std::string much = "x";
        for (int i = 0; i < 5000; ++i)
            much += "ä";
        ServiceManager(loop, manager.name, std::nullopt).ready(much);
        const std::string word = manager.next();
        REQUIRE(word.starts_with("READY=1\nSTATUS=xä"));
        CHECK(word.size() <= std::string_view("READY=1\nSTATUS=").size() + max_status_bytes);
        CHECK(word.size() > max_status_bytes);
        CHECK(word.ends_with("ä…"));
        CHECK(is_valid_utf8(word));
    }

    TEST_CASE("what finds the manager's queue full is said when there is room, in order") {
        Loop loop;
        Manager manager;
        const ServiceManager service(loop, manager.name, std::nullopt);
        const UniqueFd file(open("/dev/null", O_RDONLY | O_CLOEXEC));
        Manager::fill_queue(service);
        service.reloading();
        service.is_alive(); // nobody waits for this one: another follows
        service.keep(file.get(), "port");
        service.ready("Serving");
        service.stopping("Leaving");
        std::vector<std::string> heard;
        REQUIRE(turn_until(loop, [&] {
            for (auto word = manager.next_word(); !word.empty(); word = manager.next_word())
                heard.push_back(word);
            return heard.size() == 4;
        }));
        CHECK(heard[0].starts_with("RELOADING=1\n"));
        CHECK(heard[1] == "FDSTORE=1\nFDNAME=port");
        CHECK(manager.received);
        CHECK(heard[2] == "READY=1\nSTATUS=Serving");
        CHECK(heard[3] == "STOPPING=1\nSTATUS=Leaving");
        CHECK(manager.next_word().empty());
    }

    TEST_CASE("a descriptor is given to be kept under a name") {
        Loop loop;
        Manager manager;
        const UniqueFd file(open("/dev/null", O_RDONLY | O_CLOEXEC));
        ServiceManager(loop, manager.name, std::nullopt).keep(file.get(), "port");
        CHECK(manager.next() == "FDSTORE=1\nFDNAME=port");

        struct stat ours {
        }, theirs{};

        REQUIRE(fstat(file.get(), &ours) == 0);
        REQUIRE(fstat(manager.received.get(), &theirs) == 0);
        CHECK(ours.st_rdev == theirs.st_rdev);
    }

    TEST_CASE("without a service manager, or with one that is gone, nothing happens") {
        Loop loop;
        ServiceManager(loop, "", std::nullopt).ready("x");
        ServiceManager(loop, "@openclaw-nobody-listens", std::nullopt).ready("x");
        ServiceManager(loop, "relative", std::nullopt).ready("x");
        CHECK_FALSE(ServiceManager(loop, "", std::nullopt).is_there());
    }

    TEST_CASE("the watchdog's interval is ours only when it is meant for this process") {
        Loop loop;
        setenv("NOTIFY_SOCKET", "/run/x", 1);
        setenv("WATCHDOG_USEC", "60000000", 1);
        CHECK(ServiceManager(loop).watchdog() == Milliseconds(60'000));
        setenv("WATCHDOG_PID", "1", 1);
        CHECK_FALSE(ServiceManager(loop).watchdog());
        setenv("WATCHDOG_PID", std::to_string(getpid()).c_str(), 1);
        CHECK(ServiceManager(loop).watchdog() == Milliseconds(60'000));
        setenv("WATCHDOG_USEC", "soon", 1);
        CHECK_FALSE(ServiceManager(loop).watchdog());
        for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"})
            unsetenv(name);
    }
}
