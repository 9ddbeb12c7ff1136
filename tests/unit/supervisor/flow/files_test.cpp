// Files on their way through the flow: recorded with their message, given to every agent that is
// asked, handed over with their answer, gone when it is over.
#include "common/ipc/attached_files.h"
#include "supervisor/flow/outgoing.h"
#include "tests/unit/supervisor/flow/stage.h"

#include <algorithm>

using namespace openclaw;
using namespace openclaw::flow;
using namespace openclaw::flow::test;

namespace {

const std::string png("\x89PNG\r\n\x1a\n and pixels");

AttachedFiles photo() {
    return {attached_file("photo.png", "image/png", png)};
}

void say_with(const FarEnd& echo, const std::string& event_id, const std::string& text,
              const AttachedFiles& files) {
    auto frame = inbound(event_id, "");
    auto& message = *frame.mutable_inbound();
    const auto blob =
        ipc::put_text_and_files(*message.mutable_text(), text, *message.mutable_files(), files)
            .value();
    const int fd = blob.get();
    echo.says(frame, {&fd, blob ? 1u : 0u});
}

// The bytes of the images that came with the RunStart heard last.
std::vector<std::string> images_of(const FarEnd& agent, const wire::RunStart& start) {
    const auto opened =
        ipc::open_enclosure(start.files(),
                            start.transcript().empty() ? start.transcript_bytes() : 0,
                            agent.heard_fds)
            .value();
    std::vector<std::string> images;
    for (const auto& file : opened.files)
        images.emplace_back(file.bytes);
    return images;
}

OutgoingOrder photo_for(const std::string& channel) {
    OutgoingOrder order;
    order.channel = channel;
    order.to = "5001";
    order.files = std::make_shared<const AttachedFiles>(photo());
    order.idempotency_key = "k1";
    return order;
}

constexpr std::string_view two_accounts = R"({
  channels: { echo: { dmPolicy: "open", accounts: {
    one: { allowFrom: ["*"] }, two: { allowFrom: ["*"] } } } },
  session: { dmScope: "per-channel-peer" } })";

// Within this turn of the loop, so that nothing of it is on disk yet.
bool take_at_once(Stage& stage, const std::string& worker, const std::string& event_id,
                  const AttachedFiles& files) {
    auto frame = inbound(event_id, "", "sender-" + event_id); // everybody has a turn of his own
    auto& message = *frame.mutable_inbound();
    Fds fds;
    fds.push_back(
        ipc::put_text_and_files(*message.mutable_text(), "look", *message.mutable_files(), files)
            .value());
    return stage.inbounds->on_inbound(worker, message, fds);
}

// What the agent is asked next, in so many turns.
std::vector<std::string> asked_of(Stage& stage, FarEnd& agent, int turns) {
    std::vector<std::string> texts;
    for (int i = 0; i < turns; ++i)
        texts.push_back(
            stage.expect(agent, wire::Frame::kRunStart).run_start().message().inline_text());
    return texts;
}

const std::string photo_owner = ledger::files_of({"echo", "default", "1"});

} // namespace

TEST_SUITE("supervisor/flow") {
    TEST_CASE(
        "a picture is on disk with its message, reaches the agent, and goes with the answer") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& echo = stage.connect("echo:default");
        auto& agent = agent_of(stage);
        say_with(echo, "1", "look", photo());
        const auto start = stage.expect(agent, wire::Frame::kRunStart).run_start();
        CHECK(start.message().inline_text() == "look\n[image photo.png, 19 bytes]");
        CHECK(images_of(agent, start) == std::vector<std::string>{png});
        CHECK(stage.files_of(photo_owner) == 1);
        agent.says(run_end(start.run_id(), "a cat"));
        stage.expect(echo, wire::Frame::kOutbound);
        CHECK(stage.files_of(photo_owner) == 0);
    }
    TEST_CASE("text stands in the talk, other files are named, and neither is kept as a file") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& echo = stage.connect("echo:default");
        auto& agent = agent_of(stage);
        say_with(echo, "1", "",
                 {attached_file("a.txt", "text/plain", "hello"),
                  attached_file("v.mp4", "video/mp4", "frames")});
        const auto start = stage.expect(agent, wire::Frame::kRunStart).run_start();
        CHECK(start.message().inline_text() == "[a.txt]\nhello\n[video v.mp4, 6 bytes]");
        CHECK(start.files_size() == 0);
        CHECK(stage.files_of(photo_owner) == 0);
    }
    TEST_CASE("every life of the agent is given the picture") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& echo = stage.connect("echo:default");
        say_with(echo, "1", "look", photo());
        stage.expect(agent_of(stage), wire::Frame::kRunStart);
        stage.dies("agent");
        auto& next = stage.connect("agent");
        const auto start = stage.expect(next, wire::Frame::kRunStart).run_start();
        CHECK(images_of(next, start) == std::vector<std::string>{png});
    }
    TEST_CASE("a picture that was on record when the gateway died is answered after the restart") {
        Scratch scratch;
        {
            Stage stage(scratch.path);
            auto& echo = stage.connect("echo:default");
            say_with(echo, "1", "look", photo());
            stage.expect(echo, wire::Frame::kInboundAck);
            stage.let_writes_settle();
        }
        Stage stage(scratch.path);
        stage.connect("echo:default");
        auto& agent = agent_of(stage);
        stage.recover();
        const auto start = stage.expect(agent, wire::Frame::kRunStart).run_start();
        CHECK(start.message().inline_text() == "look\n[image photo.png, 19 bytes]");
        CHECK(images_of(agent, start) == std::vector<std::string>{png});
    }
    TEST_CASE("a message that is dropped leaves no files") {
        Scratch scratch;
        Stage stage(scratch.path, R"({ channels: { echo: { dmPolicy: "disabled" } } })");
        auto& echo = stage.connect("echo:default");
        say_with(echo, "1", "look", photo());
        stage.expect(echo, wire::Frame::kInboundAck);
        stage.let_writes_settle();
        CHECK(stage.files_of(photo_owner) == 0);
    }
    TEST_CASE("a frame that lies about its files is misbehaviour") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& echo = stage.connect("echo:default");
        auto frame = inbound("1", "look");
        auto& file = *frame.mutable_inbound()->add_files();
        file.set_kind("image");
        file.set_bytes(5);
        echo.says(frame);
        stage.turn_until([&] { return echo.misbehaved; });
    }
    TEST_CASE("files of one worker that are not on disk yet are bounded, and leave room for "
              "those of others") {
        Scratch scratch;
        Stage stage(scratch.path, two_accounts);
        auto& agent = agent_of(stage);
        const AttachedFiles large{attached_file("large.bin", "application/octet-stream",
                                                std::string(max_attached_bytes, 'x'))};
        const std::string left_out = "look\n[not shown: too many files came at once]";
        const std::string shown = "look\n[image photo.png, 19 bytes]";
        for (const std::string event : {"1", "2", "3"})
            CHECK(take_at_once(stage, "echo:one", event, large));
        CHECK(take_at_once(stage, "echo:two", "4", photo()));
        const auto texts = asked_of(stage, agent, 4);
        CHECK(std::ranges::count(texts, left_out) == 1);
        CHECK(std::ranges::count(texts, shown) == 1);
        CHECK(take_at_once(stage, "echo:one", "5", large)); // the others are on disk
        CHECK(asked_of(stage, agent, 1).front() != left_out);
    }
    TEST_CASE("a blob of another size than its files are said to have is refused, also where they "
              "would be left out") {
        Scratch scratch;
        Stage stage(scratch.path, two_accounts);
        const AttachedFiles large{attached_file("large.bin", "application/octet-stream",
                                                std::string(max_attached_bytes, 'x'))};
        for (const std::string event : {"1", "2"})
            CHECK(take_at_once(stage, "echo:one", event, large));
        auto frame = inbound("3", "look");
        auto& file = *frame.mutable_inbound()->add_files();
        file.set_kind("document");
        file.set_bytes(max_attached_bytes);
        Fds fds;
        fds.push_back(ipc::make_blob("tiny").value());
        CHECK_FALSE(stage.inbounds->on_inbound("echo:one", frame.inbound(), fds));
    }
    TEST_CASE("a client's image is given to the agent and goes when the run is over") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& agent = agent_of(stage);
        RunRequest request;
        request.run_id = "r1";
        request.session_key = "agent:main:main";
        request.message = "look";
        request.images = photo();
        REQUIRE(stage.runs->begin(std::move(request)));
        const auto start = stage.expect(agent, wire::Frame::kRunStart).run_start();
        CHECK(images_of(agent, start) == std::vector<std::string>{png});
        CHECK(stage.runs->find("r1")->request.images.empty());
        CHECK(stage.files_of(ledger::files_of_run("r1")) == 1);
        agent.says(run_end("r1", "a cat"));
        stage.turn_until([&] { return stage.runs->find("r1")->is_over(); });
        stage.let_writes_settle();
        CHECK(stage.files_of(ledger::files_of_run("r1")) == 0);
    }
    TEST_CASE("a long talk and a picture share one blob") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& agent = agent_of(stage);
        RunRequest request;
        request.run_id = "r1";
        request.session_key = "agent:main:main";
        request.message = std::string(200'000, 'm');
        request.images = photo();
        REQUIRE(stage.runs->begin(std::move(request)));
        const auto start = stage.expect(agent, wire::Frame::kRunStart).run_start();
        CHECK(start.transcript_bytes() > 200'000);
        CHECK(images_of(agent, start) == std::vector<std::string>{png});
    }
    TEST_CASE(
        "a file that is sent is on disk first, reaches the channel, and goes when it is sent") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& echo = stage.connect("echo:default");
        Outgoings outgoings(*stage.rooms, *stage.deliveries);
        const auto order = photo_for("echo");
        std::optional<Result<OutgoingReceipt>> receipt;
        outgoings.send(order, [&](Result<OutgoingReceipt> got) { receipt = std::move(got); });
        const auto out = stage.expect(echo, wire::Frame::kOutbound).outbound();
        const auto got =
            ipc::take_text_and_files(out.markdown(), out.files(), echo.heard_fds).value();
        CHECK(got.text.empty());
        CHECK(got.files.at(0).bytes == png);
        CHECK(stage.files_of(ledger::files_of_action("send:k1")) == 1);
        echo.says(delivery(out.action_id(), wire::Delivery::DISPATCHING));
        echo.says(delivery(out.action_id(), wire::Delivery::SENT));
        stage.turn_until([&] { return receipt.has_value(); });
        CHECK(receipt->value().message_id == "900");
        stage.let_writes_settle();
        CHECK(stage.files_of(ledger::files_of_action("send:k1")) == 0);
    }
    TEST_CASE("a file that was owed when the gateway died is sent by the next one") {
        Scratch scratch;
        {
            Stage stage(scratch.path);
            Outgoings outgoings(*stage.rooms, *stage.deliveries);
            const auto order = photo_for("echo");
            outgoings.send(order, [](const Result<OutgoingReceipt>&) {});
            stage.turn_until([&] { return stage.deliveries->is_known("send:k1"); });
            stage.let_writes_settle();
        }
        Stage stage(scratch.path);
        auto& echo = stage.connect("echo:default");
        stage.recover();
        const auto out = stage.expect(echo, wire::Frame::kOutbound).outbound();
        CHECK(ipc::take_text_and_files(out.markdown(), out.files(), echo.heard_fds)
                  .value()
                  .files.at(0)
                  .bytes == png);
    }
    TEST_CASE("a channel that cannot send files refuses them before anything is recorded") {
        Scratch scratch;
        Stage stage(scratch.path, R"({ channels: { telegram: { botToken: "1:x" } } })");
        Outgoings outgoings(*stage.rooms, *stage.deliveries);
        const auto order = photo_for("telegram");
        std::optional<Result<OutgoingReceipt>> receipt;
        outgoings.send(order, [&](Result<OutgoingReceipt> got) { receipt = std::move(got); });
        stage.turn_until([&] { return receipt.has_value(); });
        REQUIRE_FALSE(*receipt);
        CHECK(receipt->error().code == Code::invalid);
        CHECK(stage.outbox("send:k1").empty());
    }
}
