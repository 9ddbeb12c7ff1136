// A supervisor without processes: the flow room on a real ledger in a temporary directory, and real
// links whose other ends are played by the test.
#pragma once

#include "common/ipc/in_flight.h"
#include "common/ipc/link.h"
#include "common/ipc/permits.h"
#include "common/ipc/protocol.h"
#include "common/ipc/socket.h"
#include "supervisor/flow/commands.h"
#include "supervisor/flow/deliveries.h"
#include "supervisor/flow/dials.h"
#include "supervisor/flow/inbound.h"
#include "supervisor/flow/recovery.h"
#include "supervisor/flow/run_table.h"
#include "supervisor/flow/switchboard.h"
#include "supervisor/ledger/database.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <map>
#include <optional>

namespace openclaw::flow::test {

inline constexpr std::string_view open_config = R"({
  channels: { echo: { dmPolicy: "open", allowFrom: ["*"], streaming: { mode: "partial" } } },
  session: { dmScope: "per-channel-peer" } })";

struct TestDecisions final : Decisions {
    config::Config now;
    policy::MentionPatterns patterns;

    const config::Config& config() const override { return now; }

    const policy::MentionPatterns& mentions(std::string_view) const override { return patterns; }
};

struct TestReaches final : Reaches {
    policy::ReachRules rules;

    const policy::ReachRules& reach_of(std::string_view) const override { return rules; }
};

// The far end of one link, in the hands of the test.
struct FarEnd : ipc::LinkHandler, std::enable_shared_from_this<FarEnd> {
    std::string id;
    UniqueFd socket;
    std::unique_ptr<ipc::Link> near;
    Switchboard* switchboard = nullptr;
    mutable ipc::InFlight in_flight;
    mutable Fds heard_fds; // of the frame that was heard last
    bool misbehaved = false;

    void on_frame(const wire::Frame& frame, Fds fds) override {
        switchboard->on_frame(id, frame, std::move(fds));
    }

    void on_closed(const ipc::LinkEnd& end) override { misbehaved = end.misbehaved; }

    void says(wire::Frame frame, std::span<const int> descriptors = {}) const {
        frame.set_fds(static_cast<std::uint32_t>(descriptors.size()));
        const auto bytes = frame.SerializeAsString();
        REQUIRE(ipc::send_datagram(
            socket.get(), {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()},
            descriptors));
    }

    std::optional<wire::Frame> hears() const {
        std::array<std::uint8_t, ipc::max_frame_bytes> buffer{};
        auto got = ipc::receive_datagram(socket.get(), buffer);
        if (!got || got->kind != ipc::Datagram::Kind::message) return std::nullopt;
        wire::Frame frame;
        REQUIRE(frame.ParseFromArray(buffer.data(), static_cast<int>(got->size)));
        if (!frame.has_in_flight_file()) {
            heard_fds = std::move(got->fds);
            return frame;
        }
        REQUIRE(in_flight.open(got->fds.at(0)));
        return hears();
    }

    // What a worker does that dies a moment later.
    void sends(const std::string& action_id, std::uint32_t part = 0) {
        REQUIRE(in_flight.note(action_id, part, 1));
    }
};

struct TestLinks final : process::Links {
    std::map<std::string, std::shared_ptr<FarEnd>> ends;

    ipc::Link* link(const std::string& id) override {
        return ends.contains(id) ? ends.at(id)->near.get() : nullptr;
    }
};

class Stage {
  public:
    explicit Stage(const std::filesystem::path& directory,
                   std::string_view config_text = open_config,
                   std::string machine_boot = "the same") {
        auto config =
            config::load_text(config_text, {.file = (directory / "openclaw.json").string(),
                                            .environment = {},
                                            .home = directory.string()});
        REQUIRE(config);
        decisions.now = std::move(*config);
        auto opened = ledger::Ledger::open(loop, {.path = (directory / "ledger.sqlite").string(),
                                                  .build = "test",
                                                  .machine_boot = std::move(machine_boot)});
        REQUIRE(opened);
        book = std::move(*opened);
        rooms = std::make_unique<Rooms>(Rooms{.loop = loop,
                                              .ledger = *book,
                                              .links = links,
                                              .decisions = decisions,
                                              .traces = traces,
                                              .system_events = system_events,
                                              .in_flight_directory = directory / "in-flight"});
        deliveries = std::make_unique<Deliveries>(*rooms);
        runs = std::make_unique<RunTable>(*rooms, *deliveries);
        commands = std::make_unique<Commands>(*rooms, *runs, *deliveries, runs->listeners());
        inbounds = std::make_unique<Inbounds>(*rooms, *runs, *deliveries, *commands);
        dials = std::make_unique<Dials>(loop, links, reaches, policy::AmbientProxies{});
        switchboard = std::make_unique<Switchboard>(*rooms, *inbounds, *deliveries, *runs, *dials);
        runs->on_fewer([this] { inbounds->on_fewer_runs(); });
        runs->on_welcome([this] { inbounds->on_runs_welcome(); });
    }

    FarEnd& connect(const std::string& id) {
        auto end = std::make_shared<FarEnd>();
        auto [mine, theirs] = std::move(ipc::make_socket_pair().value());
        end->id = id;
        end->socket = std::move(theirs);
        end->switchboard = switchboard.get();
        const ipc::PermitTable permits = id == agent_worker_id
                                             ? ipc::PermitTable(ipc::agent_permits)
                                             : ipc::PermitTable(ipc::channel_permits);
        end->near = std::make_unique<ipc::Link>(loop, std::move(mine), ipc::Side::supervisor,
                                                permits, *end);
        end->near->enter(ipc::Phase::serving);
        links.ends[id] = end;
        switchboard->on_ready(id, 1);
        return *end;
    }

    void dies(const std::string& id, process::Whose whose = process::Whose::somebodys) {
        links.ends.erase(id);
        switchboard->on_down(id, "killed by the test", whose);
    }

    void recover() { REQUIRE(try_to_recover()); }

    Result<void> try_to_recover(RecoveryPatience patience = {}) {
        std::optional<Result<void>> outcome;
        Recovery recovery(*rooms, *deliveries, *inbounds, patience);
        recovery.begin([&](Result<void> done) { outcome = std::move(done); });
        turn_until([&] { return outcome.has_value(); });
        return *outcome;
    }

    // Turns the loop until `what` holds; fails the test after half a minute.
    void turn_until(const std::function<bool()>& what) {
        Timer alarm(loop);
        bool late = false;
        alarm.start(std::chrono::seconds(30), [&] { late = true; });
        while (!what() && !late)
            loop.turn();
        REQUIRE_FALSE(late);
    }

    // The next frame of this kind that the far end hears; others are passed over (typing comes when
    // it comes).
    wire::Frame expect(FarEnd& end, wire::Frame::BodyCase body) {
        std::optional<wire::Frame> found;
        turn_until([&] {
            while (auto frame = end.hears())
                if (frame->body_case() == body) {
                    found = std::move(frame);
                    return true;
                }
            return false;
        });
        return *found;
    }

    void let_writes_settle() {
        bool done = false;
        book->store->commit({}, [&](Result<void>) { done = true; });
        turn_until([&] { return done; });
    }

    ledger::InboxRow inbox(const std::string& event_id) {
        std::optional<ledger::InboxRow> row;
        book->inbox.find(event_id, [&](auto rows) {
            REQUIRE(rows);
            REQUIRE(!rows->empty());
            row = rows->front();
        });
        turn_until([&] { return row.has_value(); });
        return *row;
    }

    std::size_t files_of(const std::string& owner) {
        std::optional<std::size_t> count;
        book->files.load({owner}, [&](Result<ledger::Files::Loaded> found) {
            count = found ? found->files.size() : 0;
        });
        turn_until([&] { return count.has_value(); });
        return *count;
    }

    std::vector<ledger::OutboxRow> outbox(const std::string& id) {
        std::optional<std::vector<ledger::OutboxRow>> found;
        book->outbox.find(id, [&](auto rows) {
            REQUIRE(rows);
            found = *rows;
        });
        turn_until([&] { return found.has_value(); });
        return *found;
    }

    Loop loop;
    TestDecisions decisions;
    std::unique_ptr<ledger::Ledger> book;
    TestLinks links;
    TraceLog traces{loop.clock()};
    SystemEvents system_events{loop.clock()};
    std::unique_ptr<Rooms> rooms;
    std::unique_ptr<Deliveries> deliveries;
    std::unique_ptr<RunTable> runs;
    std::unique_ptr<Commands> commands;
    std::unique_ptr<Inbounds> inbounds;
    TestReaches reaches;
    std::unique_ptr<Dials> dials;
    std::unique_ptr<Switchboard> switchboard;
};

// Changes the ledger's file behind everybody's back.
inline void change(Stage& stage, Result<void> (*apply)(ledger::Database*)) {
    bool is_done = false;
    stage.book->store->commit(ledger::writes(ledger::Write{.apply = apply}),
                              [&](Result<void> kept) {
                                  REQUIRE(kept);
                                  is_done = true;
                              });
    stage.turn_until([&] { return is_done; });
}

// A table that can be neither read nor written, and one that can again.
inline void hide_outbox(Stage& stage) {
    change(stage,
           [](ledger::Database* db) { return db->run("alter table outbox rename to away"); });
}

inline void show_outbox(Stage& stage) {
    change(stage,
           [](ledger::Database* db) { return db->run("alter table away rename to outbox"); });
}

// A directory that goes with the test.
struct Scratch {
    std::filesystem::path path;

    Scratch() {
        std::string pattern =
            (std::filesystem::temp_directory_path() / "openclaw-flow-XXXXXX").string();
        path = mkdtemp(pattern.data());
    }

    ~Scratch() { std::filesystem::remove_all(path); }
};

inline wire::Frame inbound(const std::string& event_id, const std::string& text,
                           const std::string& sender = "5001") {
    wire::Frame frame;
    auto& message = *frame.mutable_inbound();
    message.set_event_id(event_id);
    message.set_message_id(event_id);
    message.mutable_chat()->set_id(sender);
    message.mutable_chat()->set_kind(wire::CHAT_DIRECT);
    message.mutable_sender()->set_id(sender);
    message.mutable_text()->set_inline_text(text);
    if (text.starts_with('/')) {
        message.set_command(text.substr(1, text.find(' ') - 1));
        message.set_addressing(wire::ADDRESSED_COMMAND);
    }
    return frame;
}

inline wire::Frame run_end(const std::string& run_id, const std::string& text) {
    wire::Frame frame;
    auto& end = *frame.mutable_run_end();
    end.set_run_id(run_id);
    end.set_outcome(wire::RunEnd::COMPLETED);
    end.set_stop_reason("stop");
    end.mutable_text()->set_inline_text(text);
    return frame;
}

inline wire::Frame run_delta(const std::string& run_id, const std::string& text) {
    wire::Frame frame;
    frame.mutable_run_delta()->set_run_id(run_id);
    frame.mutable_run_delta()->set_text(text);
    return frame;
}

inline wire::Frame delivery(const std::string& action_id, wire::Delivery::State state,
                            std::uint32_t part = 0, std::uint32_t parts = 1,
                            const std::string& message_id = "900") {
    wire::Frame frame;
    auto& report = *frame.mutable_delivery();
    report.set_action_id(action_id);
    report.set_state(state);
    report.set_part(part);
    report.set_parts(parts);
    if (state == wire::Delivery::SENT) report.set_message_id(message_id);
    return frame;
}

inline wire::Frame preview_report(const std::string& action_id, wire::Delivery::State state) {
    auto frame = delivery(action_id, state, 0, 1, "777");
    frame.mutable_delivery()->set_preview(true);
    return frame;
}

// The agent's end, connected when it is first needed.
inline FarEnd& agent_of(Stage& stage) {
    const auto known = stage.links.ends.find("agent");
    return known == stage.links.ends.end() ? stage.connect("agent") : *known->second;
}

// Somebody writes, and the agent is asked. Returns the run's id.
inline std::string asked(Stage& stage, FarEnd& echo, const std::string& event_id = "1",
                         const std::string& sender = "5001") {
    auto& agent = agent_of(stage);
    echo.says(inbound(event_id, "hello", sender));
    return stage.expect(agent, wire::Frame::kRunStart).run_start().run_id();
}

// Brings one answer into the hands of the channel's worker.
inline wire::Outbound answered(Stage& stage, FarEnd& echo, const std::string& event_id = "1",
                               const std::string& sender = "5001") {
    const auto run_id = asked(stage, echo, event_id, sender);
    agent_of(stage).says(run_end(run_id, "the answer"));
    return stage.expect(echo, wire::Frame::kOutbound).outbound();
}

// The beginning of an answer, on its way to the chat.
inline wire::StreamUpdate shown(Stage& stage, FarEnd& echo, const std::string& run_id) {
    agent_of(stage).says(run_delta(run_id, "a text that is long enough to be shown"));
    return stage.expect(echo, wire::Frame::kStreamUpdate).stream_update();
}

} // namespace openclaw::flow::test
