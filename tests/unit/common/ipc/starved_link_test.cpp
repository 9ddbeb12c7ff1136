// A link whose descriptors the kernel does not take: another process of the user has too many on
// their way, or somebody has made one unfit to be sent.
#include "common/ipc/link.h"
#include "common/ipc/permits.h"
#include "common/ipc/protocol.h"
#include "common/ipc/socket.h"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <linux/capability.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <vector>

namespace openclaw::ipc::starved {

namespace {

constexpr std::size_t most_in_a_message = 253; // SCM_MAX_FD, unix(7)

// As a worker is: no capabilities, by which the kernel would not count, and 64 descriptors.
class AsWorker {
  public:
    AsWorker() {
        syscall(SYS_capget, &header_, before_.data());
        auto less = before_;
        for (auto& half : less)
            half.effective = 0;
        REQUIRE(syscall(SYS_capset, &header_, less.data()) == 0);
        getrlimit(RLIMIT_NOFILE, &files_);
        const rlimit few{.rlim_cur = 64, .rlim_max = files_.rlim_max};
        REQUIRE(setrlimit(RLIMIT_NOFILE, &few) == 0);
    }

    ~AsWorker() {
        setrlimit(RLIMIT_NOFILE, &files_);
        syscall(SYS_capset, &header_, before_.data());
    }

    AsWorker(const AsWorker&) = delete;
    AsWorker& operator=(const AsWorker&) = delete;

  private:
    __user_cap_header_struct header_{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> before_{};
    rlimit files_{};
};

// So many descriptors on their way that nobody of this user may send one more.
class Flood {
  public:
    Flood() {
        std::array<int, 2> ends{};
        REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
        near_.reset(ends[0]);
        far_.reset(ends[1]);
        int sent = 0;
        while (sent < 8 && send_many())
            ++sent;
        REQUIRE(errno == ETOOMANYREFS);
    }

    void end() {
        near_.reset();
        far_.reset();
    }

  private:
    bool send_many() {
        alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * most_in_a_message)> control{};
        char byte = 0;
        iovec vector{.iov_base = &byte, .iov_len = 1};
        msghdr message{};
        message.msg_iov = &vector;
        message.msg_iovlen = 1;
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        cmsghdr* header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int) * most_in_a_message); // zeros: descriptor 0
        return sendmsg(near_.get(), &message, MSG_DONTWAIT) >= 0;
    }

    UniqueFd near_, far_;
};

struct Recorder : LinkHandler {
    std::optional<LinkEnd> end;
    int rooms = 0;

    void on_frame(const wire::Frame&, Fds) override {}

    void on_closed(const LinkEnd& why) override { end = why; }

    void on_room() override { ++rooms; }
};

// A worker's link whose peer is a bare socket.
struct Bench {
    Loop loop;
    Recorder recorder;
    UniqueFd peer, file;
    std::unique_ptr<Link> link;
    Timer deadline{loop};

    explicit Bench(Side self = Side::worker, PermitTable permits = channel_permits)
        : file(open("/dev/null", O_RDONLY | O_CLOEXEC)) {
        auto [mine, theirs] = std::move(make_socket_pair().value());
        peer = std::move(theirs);
        link = std::make_unique<Link>(loop, std::move(mine), self, permits, recorder);
        link->enter(Phase::serving);
    }

    Result<void> send(wire::Frame frame, bool with_file = false) {
        const int fd = file.get();
        return link->send(frame, {&fd, with_file ? 1u : 0u});
    }

    // The bodies that have arrived by now.
    std::vector<wire::Frame::BodyCase> arrived() {
        std::vector<wire::Frame::BodyCase> bodies;
        std::array<std::uint8_t, max_frame_bytes> buffer{};
        for (;;) {
            const auto got = receive_datagram(peer.get(), buffer);
            if (!got || got->kind != Datagram::Kind::message) return bodies;
            wire::Frame frame;
            REQUIRE(frame.ParseFromArray(buffer.data(), static_cast<int>(got->size)));
            REQUIRE(frame.fds() == got->fds.size());
            bodies.push_back(frame.body_case());
        }
    }

    void run_for(Milliseconds time) {
        deadline.start(time, [this] { loop.stop(); });
        loop.run();
    }

    // Until nothing waits any longer; the deadline is far.
    void run_until_empty() {
        for (int i = 0; i < 100 && link->counters().waiting_frames > 0; ++i)
            run_for(Milliseconds(50));
        REQUIRE(link->counters().waiting_frames == 0);
    }
};

wire::Frame inbound() {
    wire::Frame frame;
    frame.mutable_inbound()->set_event_id("1");
    return frame;
}

wire::Frame status() {
    wire::Frame frame;
    frame.mutable_channel_status();
    return frame;
}

wire::Frame pong() {
    wire::Frame frame;
    frame.mutable_pong();
    return frame;
}

wire::Frame dial() {
    wire::Frame frame;
    frame.mutable_dial()->set_host("api.telegram.org");
    return frame;
}

long processor_ms() {
    timespec used{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return used.tv_sec * 1000 + used.tv_nsec / 1'000'000;
}

// Sockets in sockets, so deep that a kernel with a limit refuses the outermost (before 6.10: four).
std::vector<std::pair<UniqueFd, UniqueFd>> nested_sockets() {
    std::vector<std::pair<UniqueFd, UniqueFd>> pairs;
    const std::uint8_t byte = 0;
    for (int i = 0; i < 8; ++i) {
        pairs.push_back(std::move(make_socket_pair().value()));
        if (i == 0) continue;
        const int inner = pairs[pairs.size() - 2].second.get();
        if (!send_datagram(pairs.back().first.get(), {&byte, 1}, {&inner, 1})) {
            pairs.pop_back();
            return pairs;
        }
    }
    return {};
}

} // namespace

TEST_SUITE("common/ipc") {
    using Body = wire::Frame::BodyCase;

    TEST_CASE("a descriptor that may not be sent now waits, and arrives, in its order") {
        const AsWorker as_worker;
        Bench bench;
        Flood flood;
        CHECK(bench.send(inbound(), true));
        CHECK(bench.send(status()));
        bench.run_for(Milliseconds(120));
        CHECK(bench.arrived().empty());
        CHECK_FALSE(bench.recorder.end);
        flood.end();
        bench.run_until_empty();
        CHECK(bench.arrived() == std::vector<Body>{Body::kInbound, Body::kChannelStatus});
    }
    TEST_CASE("who waits for descriptors still shows that it is alive") {
        const AsWorker as_worker;
        Bench bench;
        Flood flood;
        CHECK(bench.send(inbound(), true));
        CHECK(bench.send(pong()));
        CHECK(bench.arrived() == std::vector<Body>{Body::kPong});
        flood.end();
        bench.run_until_empty();
        CHECK(bench.arrived() == std::vector<Body>{Body::kInbound});
    }
    TEST_CASE("waiting for descriptors is resting, not asking without a pause") {
        const AsWorker as_worker;
        Bench bench;
        const Flood flood;
        CHECK(bench.send(inbound(), true));
        const long before = processor_ms();
        for (int i = 0; i < 4; ++i) {
            CHECK(bench.send(status())); // each would wake a link that watches its socket
            bench.run_for(Milliseconds(100));
        }
        CHECK(processor_ms() - before < 100);
    }
    TEST_CASE("a dial that cannot leave in time is withdrawn, with its descriptor") {
        const AsWorker as_worker;
        Bench bench;
        Flood flood;
        std::optional<Code> code;
        auto frame = dial();
        const int fd = bench.file.get();
        bench.link->request(frame, {&fd, 1}, Milliseconds(60),
                            [&](auto reply, Fds) { code = reply.error().code; });
        CHECK(bench.link->counters().waiting_frames == 1);
        bench.run_for(Milliseconds(120));
        CHECK(code == Code::timeout);
        CHECK(bench.link->counters().waiting_frames == 0);
        flood.end();
        bench.run_for(Milliseconds(300));
        CHECK(bench.arrived().empty());
    }
    TEST_CASE("when no descriptor is left for waiting, the sender is told, and told of room") {
        const AsWorker as_worker;
        Bench bench;
        Flood flood;
        std::vector<UniqueFd> taken;
        for (int fd = 0; (fd = fcntl(0, F_DUPFD_CLOEXEC, 3)) >= 0;)
            taken.emplace_back(fd);
        const auto sent = bench.send(inbound(), true);
        REQUIRE_FALSE(sent);
        CHECK(sent.error().code == Code::busy);
        taken.clear();
        flood.end();
        bench.run_for(Milliseconds(200));
        CHECK(bench.recorder.rooms == 1);
        CHECK(bench.send(inbound(), true));
        CHECK(bench.arrived() == std::vector<Body>{Body::kInbound});
    }
    TEST_CASE("a held link does not try, and goes on where it was") {
        const AsWorker as_worker;
        Bench bench;
        Flood flood;
        CHECK(bench.send(inbound(), true));
        bench.link->hold();
        flood.end();
        bench.run_for(Milliseconds(150));
        CHECK(bench.arrived().empty());
        bench.link->go_on();
        bench.run_until_empty();
        CHECK(bench.arrived() == std::vector<Body>{Body::kInbound});
    }
    TEST_CASE("a descriptor made unfit to be sent fails its own request, and nobody waits for it") {
        auto nested = nested_sockets();
        if (nested.empty()) return; // this kernel sends sockets nested to any depth
        Bench bench(Side::supervisor, egress_permits);
        wire::Frame order;
        order.mutable_dial_order();
        std::optional<Code> code;
        const int fd = nested.back().second.get();
        bench.link->request(order, {&fd, 1}, Milliseconds(5000),
                            [&](auto reply, Fds) { code = reply.error().code; });
        bench.run_for(Milliseconds(20));
        CHECK(code == Code::invalid);
        const int sound = bench.file.get();
        wire::Frame next;
        next.mutable_dial_order();
        CHECK(bench.link->send(next, {&sound, 1}));
        CHECK(bench.arrived() == std::vector<Body>{Body::kDialOrder});
    }
}

} // namespace openclaw::ipc::starved
