// Answers on their way, against a scripted Api and uplink: what the tests of deliveries share.
#pragma once

#include "tests/unit/workers/discord/scripted.h"
#include "workers/discord/deliveries.h"

#include <sys/mman.h>
#include <unistd.h>

#include <string>
#include <utility>
#include <vector>

namespace openclaw::discord::scripted {

struct DeliveryBench {
    DeliveryBench() {
        file.reset(memfd_create("in-flight", MFD_CLOEXEC));
        REQUIRE(ipc::shape_in_flight_file(file.get()));
        REQUIRE(in_flight.open(file));
        settings.previews = true;
        interactions.use_application(Snowflake{900});
    }

    void begin(const std::string& markdown, std::uint32_t attempt = 1, std::uint32_t first_part = 0,
               AttachedFiles files = {}) {
        deliveries.begin({.action_id = "act",
                          .attempt = attempt,
                          .to = {.channel = "7001"},
                          .markdown = markdown,
                          .first_part = first_part,
                          .expires_at_ms = expires,
                          .trace = "trace",
                          .files = std::move(files)});
    }

    // Whose channel 7001 is.
    void tell_of_server(int tier) {
        const auto guild = json::Document::parse(
            R"({"id":"8","channels":[{"id":"7001","type":0,"name":"x"}],"premium_tier":)" +
            std::to_string(tier) + "}");
        world.apply("GUILD_CREATE", guild->root());
    }

    void stream(const std::string& markdown) {
        wire::StreamUpdate update;
        update.set_action_id("act");
        update.mutable_chat()->set_id("7001");
        update.set_markdown(markdown);
        previews.update(update, "trace");
    }

    std::string nonce() const { return std::string(api.last_body().root()["nonce"].text()); }

    std::vector<std::string> told() const { return uplink.deliveries(); }

    std::size_t noted() const { return ipc::read_in_flight_file(file.get())->size(); }

    ManualClock clock;
    FakeAlarms alarms{clock};
    FakeApi api;
    FakeUplink uplink;
    UniqueFd file;
    ipc::InFlight in_flight;
    Settings settings;
    std::int64_t expires = 0;
    Errands errands{clock, alarms, api};
    Typing typing{clock, alarms, api};
    Previews previews{{clock, alarms, api, in_flight, uplink, errands, settings}};
    OpenInteractions interactions{clock, alarms, api};
    DirectChannels directs;
    UploadGate uploads{alarms};
    World world;
    Deliveries deliveries{{clock, alarms, api, in_flight, uplink, previews, errands, interactions,
                           directs, uploads, world, settings},
                          typing};
};

} // namespace openclaw::discord::scripted
