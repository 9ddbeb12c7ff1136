#include "common/ipc/blob.h"
#include "common/ipc/link.h"
#include "common/ipc/permits.h"
#include "common/ipc/protocol.h"
#include "common/ipc/socket.h"
#include "common/ipc/text.h"

#include <doctest/doctest.h>

#include <sys/socket.h>

#include <optional>
#include <thread>

using namespace openclaw;
using namespace openclaw::ipc;

namespace {

struct Recorder : LinkHandler {
    std::vector<wire::Frame> frames;
    std::optional<LinkEnd> end;
    int rooms = 0;
    Milliseconds work{0}; // that each frame makes

    void on_frame(const wire::Frame& frame, Fds) override {
        frames.push_back(frame);
        std::this_thread::sleep_for(work);
    }

    void on_closed(const LinkEnd& why) override { end = why; }

    void on_room() override { ++rooms; }
};

// A supervisor's link whose peer is a bare socket in the hands of the test.
struct Bench {
    Loop loop;
    Recorder recorder;
    UniqueFd peer;
    std::unique_ptr<Link> link;

    explicit Bench(Phase phase = Phase::serving) {
        auto [mine, theirs] = std::move(make_socket_pair().value());
        peer = std::move(theirs);
        link = std::make_unique<Link>(loop, std::move(mine), Side::supervisor, channel_permits,
                                      recorder);
        link->enter(phase);
    }

    void peer_sends(std::string bytes, std::span<const int> fds = {}) {
        REQUIRE(send_datagram(
            peer.get(), {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, fds));
    }

    void peer_sends(const wire::Frame& frame, std::span<const int> fds = {}) {
        peer_sends(frame.SerializeAsString(), fds);
    }

    std::optional<wire::Frame> peer_reads() {
        std::array<std::uint8_t, max_frame_bytes> buffer{};
        const auto got = receive_datagram(peer.get(), buffer);
        if (!got || got->kind != Datagram::Kind::message) return std::nullopt;
        wire::Frame frame;
        REQUIRE(frame.ParseFromArray(buffer.data(), static_cast<int>(got->size)));
        return frame;
    }

    void settle() {
        for (int i = 0; i < 4; ++i)
            loop.turn(false);
    }
};

wire::Frame ping() {
    wire::Frame frame;
    frame.mutable_ping()->set_sent_us(1);
    return frame;
}

wire::Frame pong(std::uint64_t re = 0) {
    wire::Frame frame;
    frame.set_re(re);
    frame.mutable_pong();
    return frame;
}

} // namespace

TEST_SUITE("common/ipc") {
    TEST_CASE("a permitted frame arrives") {
        Bench bench;
        bench.peer_sends(pong());
        bench.settle();
        CHECK(bench.recorder.frames.size() == 1);
        CHECK_FALSE(bench.recorder.end);
    }
    TEST_CASE("frames that take long are read a few in a turn, and none is forgotten") {
        Bench bench;
        bench.recorder.work = Milliseconds(3);
        for (int i = 0; i < 3; ++i)
            bench.peer_sends(pong());
        bench.loop.turn(false);
        CHECK(bench.recorder.frames.size() == 1);
        bench.peer.reset(); // nor is what was sent before it closed
        bench.settle();
        CHECK(bench.recorder.frames.size() == 3);
        CHECK(bench.recorder.end.has_value());
    }
    TEST_CASE("a reply finds its request; a second one is late and dropped") {
        Bench bench;
        int answered = 0;
        auto frame = ping();
        bench.link->request(frame, {}, Milliseconds(5000),
                            [&](auto reply, Fds) { answered += reply.has_value(); });
        const auto seen = bench.peer_reads();
        REQUIRE(seen);
        bench.peer_sends(pong(seen->id()));
        bench.peer_sends(pong(seen->id()));
        bench.settle();
        CHECK(answered == 1);
        CHECK(bench.link->counters().late_replies == 1);
    }
    TEST_CASE("answers to nothing are dropped, and a flood of them is misbehaviour") {
        Bench bench;
        for (std::uint64_t id = 1; id <= 1000 && !bench.recorder.end; ++id) {
            bench.peer_sends(pong(id));
            bench.loop.turn(false);
        }
        REQUIRE(bench.recorder.end);
        CHECK(bench.recorder.end->misbehaved);
        CHECK(bench.recorder.end->reason.find("answers to nothing") != std::string::npos);
        CHECK(bench.link->counters().late_replies >= 100);
        CHECK(bench.recorder.frames.empty());
    }
    TEST_CASE("every request that was given up may be answered late") {
        Bench bench;
        const std::uint64_t asked = 250;
        std::uint64_t given_up = 0;
        for (std::uint64_t id = 1; id <= asked; ++id) {
            auto frame = ping();
            bench.link->request(frame, {}, Milliseconds(1), [&](auto, Fds) {
                if (++given_up == asked) bench.loop.stop();
            });
        }
        bench.loop.run();
        for (std::uint64_t id = 1; id <= asked; ++id) {
            bench.peer_sends(pong(id));
            bench.loop.turn(false);
        }
        bench.settle();
        CHECK_FALSE(bench.recorder.end);
        CHECK(bench.link->counters().late_replies == asked);
    }
    TEST_CASE("a request without reply ends with timeout") {
        Bench bench;
        std::optional<Code> code;
        auto frame = ping();
        bench.link->request(frame, {}, Milliseconds(1), [&](auto reply, Fds) {
            code = reply.error().code;
            bench.loop.stop();
        });
        bench.loop.run();
        CHECK(code == Code::timeout);
    }
    TEST_CASE("what the peer sent before it closed is read, though it left frames of ours unread") {
        Bench bench;
        wire::Frame last = ping();
        REQUIRE(bench.link->send(last));
        wire::Frame status;
        status.mutable_channel_status()->set_detail("why I leave");
        bench.peer_sends(status);
        bench.peer.reset();
        bench.settle();
        REQUIRE(bench.recorder.frames.size() == 1);
        CHECK(bench.recorder.frames[0].channel_status().detail() == "why I leave");
        CHECK(bench.recorder.end.has_value());
    }
    TEST_CASE("requests of a closed link end with unavailable before on_closed") {
        Bench bench;
        std::optional<Code> code;
        auto frame = ping();
        bench.link->request(frame, {}, Milliseconds(5000), [&](auto reply, Fds) {
            code = reply.error().code;
            CHECK_FALSE(bench.recorder.end);
        });
        bench.peer.reset();
        bench.settle();
        CHECK(code == Code::unavailable);
        REQUIRE(bench.recorder.end);
        CHECK_FALSE(bench.recorder.end->misbehaved);
    }
    TEST_CASE("frames sent before the peer died are still read") {
        Bench bench;
        bench.peer_sends(pong());
        bench.peer.reset();
        bench.settle();
        CHECK(bench.recorder.frames.size() == 1);
        CHECK(bench.recorder.end);
    }
    TEST_CASE("misbehaviour is named") {
        std::string reason;
        Phase phase = Phase::serving;
        std::string bytes;
        SUBCASE("garbage") {
            bytes = "\xff\xff\xff\xff", reason = "bytes that are no frame";
        }
        SUBCASE("a body of the other side") {
            bytes = ping().SerializeAsString(), reason = "not permitted";
        }
        SUBCASE("a body before its time") {
            bytes = pong().SerializeAsString(), phase = Phase::greeting, reason = "not permitted";
        }
        SUBCASE("a frame that lies about its descriptors") {
            auto frame = pong();
            frame.set_fds(1);
            bytes = frame.SerializeAsString();
            reason = "number of descriptors";
        }
        Bench bench(phase);
        bench.peer_sends(bytes);
        bench.settle();
        REQUIRE(bench.recorder.end);
        CHECK(bench.recorder.end->misbehaved);
        CHECK(bench.recorder.end->reason.find(reason) != std::string::npos);
        CHECK(bench.recorder.frames.empty());
    }
    TEST_CASE("a descriptor nobody permitted is misbehaviour") {
        Bench bench;
        auto frame = pong();
        frame.set_fds(1);
        const std::array<int, 1> fds{1};
        bench.peer_sends(frame, fds);
        bench.settle();
        REQUIRE(bench.recorder.end);
        CHECK(bench.recorder.end->misbehaved);
    }
    TEST_CASE("a datagram above 64 KiB is misbehaviour") {
        Bench bench;
        bench.peer_sends(std::string(max_frame_bytes + 1, 'x'));
        bench.settle();
        REQUIRE(bench.recorder.end);
        CHECK(bench.recorder.end->reason.find("64 KiB") != std::string::npos);
    }
    TEST_CASE("what the peer would call misbehaviour is not sent") {
        Bench bench(Phase::greeting);
        auto frame = ping();
        const auto sent = bench.link->send(frame);
        REQUIRE_FALSE(sent);
        CHECK(sent.error().code == Code::unavailable);
        CHECK(sent.error().sentence.find("Ping") != std::string::npos);
        CHECK_FALSE(bench.peer_reads());
        bench.link->enter(Phase::serving);
        CHECK(bench.link->send(frame));
        CHECK(bench.peer_reads());
    }
    TEST_CASE("what may come once and comes twice is misbehaviour") {
        Bench bench(Phase::draining);
        wire::Frame frame;
        frame.mutable_drained();
        bench.peer_sends(frame);
        bench.peer_sends(frame);
        bench.settle();
        REQUIRE(bench.recorder.end);
        CHECK(bench.recorder.frames.size() == 1);
    }
    TEST_CASE("a full socket fills the outbox, then says so, then tells when there is room") {
        Bench bench;
        const int tiny = 4096;
        setsockopt(bench.peer.get(), SOL_SOCKET, SO_RCVBUF, &tiny, sizeof tiny);
        int refused = 0;
        wire::Frame frame;
        frame.mutable_stream_update()->set_markdown(std::string(8000, 'x'));
        for (int i = 0; i < 1000 && refused == 0; ++i)
            refused += bench.link->send(frame) ? 0 : 1;
        CHECK(refused == 1);
        CHECK_FALSE(bench.link->can_send());
        CHECK(bench.link->counters().waiting_bytes <= outbox_bytes + max_frame_bytes);
        wire::Frame ack;
        ack.mutable_inbound_ack()->set_event_id("1");
        CHECK(bench.link->send(ack)); // acknowledgements ask nobody, and find room
        for (int i = 0; i < 2000 && bench.recorder.rooms == 0; ++i) {
            (void)bench.peer_reads();
            bench.loop.turn(false);
        }
        CHECK(bench.recorder.rooms == 1);
        CHECK(bench.link->can_send());
    }
    TEST_CASE("long texts travel as sealed blobs, and an unsealed one is refused") {
        wire::Text text;
        const std::string longer(max_inline_text + 1, 'y');
        auto blob = put_text(text, longer);
        REQUIRE(blob);
        Fds fds;
        fds.push_back(std::move(*blob));
        CHECK(take_text(text, fds) == longer);
        text.set_blob_bytes(longer.size() - 1);
        CHECK_FALSE(take_text(text, fds));
        CHECK_FALSE(take_text(text, {}));
    }
    TEST_CASE("every body has a row in some table") {
        const auto* descriptor_free_bodies = "Frame::BodyCase values 10-19, 30-39, 50-53";
        CAPTURE(descriptor_free_bodies);
        for (int body = 10; body <= 53; ++body) {
            if ((body > 19 && body < 30) || (body > 39 && body < 50)) continue;
            const auto has = [&](const auto& table) {
                return std::ranges::any_of(table, [&](const Permit& p) { return p.body == body; });
            };
            CHECK((has(channel_permits) || has(agent_permits)));
        }
    }
}
