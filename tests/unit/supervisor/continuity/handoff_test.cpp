#include "supervisor/handoff.h"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/mman.h>

#include <functional>

using namespace openclaw;

namespace {

UniqueFd some_file() {
    return UniqueFd(open("/dev/null", O_RDONLY));
}

process::WorkerFacts telegram() {
    process::WorkerFacts worker{.id = "telegram:default",
                                .fingerprint = 77,
                                .lives = 3,
                                .is_held = false,
                                .fault_code = "auth_failed",
                                .deaths = {},
                                .deaths_total = 2,
                                .deaths_forgiven = 1,
                                .wanted_since = Instant(std::chrono::seconds(3)),
                                .has_failed = true,
                                .is_given_up = true,
                                .reason = "it died 12 times",
                                .attempt = 12,
                                .next_try = Instant(std::chrono::seconds(20)),
                                .next_try_ms = 20'000,
                                .process = std::nullopt};
    process::Death death;
    death.at = Instant(std::chrono::seconds(9));
    death.at_ms = 1234;
    death.status.signal = 11;
    death.words = "signal 11";
    death.last_line = "oops";
    death.reached_ready = true;
    death.served = Milliseconds(500);
    death.generation = 5;
    worker.deaths.push_back(death);
    process::ServingProcess process{
        .birth = {.pid = 4321, .link = some_file(), .error_output = some_file()},
        .link = {.phase = ipc::Phase::serving, .next_id = 40, .seen_once = {}, .outbox = {}},
        .generation = 6,
        .started_ms = 99,
        .born = Instant(std::chrono::seconds(10)),
        .ready_at = Instant(std::chrono::seconds(11)),
        .build_id = "abc",
        .sandbox = "full",
        .upstream = Sighting(Instant(std::chrono::seconds(12)), 12'000),
        .memory = some_file()};
    process.link.seen_once.push_back(wire::Frame::kHello);
    auto& waiting = process.link.outbox.emplace_back();
    waiting.bytes = {1, 2, 3};
    waiting.fds.push_back(some_file());
    worker.process = std::move(process);
    return worker;
}

Handoff everything() {
    Handoff handoff{.build = "build-1",
                    .listening = {},
                    .sockets_are_given = true,
                    .control = some_file(),
                    .lock = some_file(),
                    .program = some_file(),
                    .secrets = {.token = Secret("token"),
                                .password = Secret("password"),
                                .made_token = Secret("made")},
                    .generation = 8,
                    .upgrades = 2,
                    .workers = {},
                    .channels = {},
                    .in_flight_files = {}};
    handoff.listening.push_back(some_file());
    handoff.workers.push_back(telegram());
    handoff.channels["telegram:default"] = {.state = wire::ChannelStatus::CONNECTED,
                                            .detail = "polling",
                                            .identity = "@bot",
                                            .identity_id = "42",
                                            .error_code = {},
                                            .said_at_ms = 1,
                                            .good_until = Instant(std::chrono::seconds(7)),
                                            .contact =
                                                Sighting(Instant(std::chrono::seconds(8)), 8000),
                                            .last_inbound_ms = 3,
                                            .last_outbound_ms = 4};
    handoff.in_flight_files["telegram:default"] = "/state/in-flight/telegram:default.7";
    return handoff;
}

// What the next image does, with what another build may have written.
Handoff pass_on(const Handoff& before, const std::function<void(wire::Handoff&)>& change = {}) {
    const auto memory = write_handoff(before);
    REQUIRE(memory);
    auto form = read_handoff(memory->get());
    REQUIRE(form);
    if (change) change(*form);
    auto after = claim(*form);
    REQUIRE(after);
    return std::move(*after);
}

wire::Handoff form() {
    const auto handoff = everything();
    const auto memory = write_handoff(handoff);
    std::string bytes(1 << 16, '\0');
    bytes.resize(static_cast<std::size_t>(pread(memory->get(), bytes.data(), bytes.size(), 0)));
    return *parse_handoff(bytes);
}

Result<wire::Handoff> parsed(const wire::Handoff& changed) {
    return parse_handoff(changed.SerializeAsString());
}

} // namespace

TEST_SUITE("supervisor/continuity") {
    TEST_CASE("every fact arrives as it left") {
        const Handoff after = pass_on(everything());
        CHECK(after.build == "build-1");
        CHECK(after.listening.size() == 1);
        CHECK(after.sockets_are_given);
        CHECK(after.secrets.token.reveal() == "token");
        CHECK(after.secrets.password.reveal() == "password");
        CHECK(after.secrets.made_token.reveal() == "made");
        CHECK(after.generation == 8);
        CHECK(after.upgrades == 2);
        REQUIRE(after.workers.size() == 1);
        const auto& worker = after.workers.front();
        CHECK(worker.id == "telegram:default");
        CHECK(worker.fingerprint == 77);
        CHECK(worker.lives == 3);
        CHECK(worker.fault_code == "auth_failed");
        CHECK(worker.deaths_total == 2);
        CHECK(worker.deaths_forgiven == 1);
        CHECK(worker.wanted_since == Instant(std::chrono::seconds(3)));
        CHECK(worker.has_failed);
        CHECK(worker.is_given_up);
        CHECK(worker.next_try == Instant(std::chrono::seconds(20)));
        REQUIRE(worker.deaths.size() == 1);
        CHECK(worker.deaths[0].status.signal == 11);
        CHECK(worker.deaths[0].at == Instant(std::chrono::seconds(9)));
        CHECK(worker.deaths[0].served == Milliseconds(500));
        REQUIRE(worker.process);
        CHECK(worker.process->birth.pid == 4321);
        CHECK(worker.process->generation == 6);
        CHECK(worker.process->ready_at == Instant(std::chrono::seconds(11)));
        CHECK(worker.process->sandbox == "full");
        CHECK(worker.process->memory);
        CHECK(worker.process->upstream.at() == Instant(std::chrono::seconds(12)));
        CHECK(worker.process->upstream.stamp_ms() == 12'000);
        CHECK(worker.process->link.phase == ipc::Phase::serving);
        CHECK(worker.process->link.next_id == 40);
        CHECK(worker.process->link.seen_once ==
              std::vector<wire::Frame::BodyCase>{wire::Frame::kHello});
        REQUIRE(worker.process->link.outbox.size() == 1);
        CHECK(worker.process->link.outbox[0].bytes == std::vector<std::uint8_t>{1, 2, 3});
        CHECK(worker.process->link.outbox[0].fds.size() == 1);
        CHECK(after.channels.at("telegram:default").identity == "@bot");
        CHECK(after.channels.at("telegram:default").last_outbound_ms == 4);
        const auto& said = after.channels.at("telegram:default");
        CHECK(said.good_until == Instant(std::chrono::seconds(7)));
        CHECK(said.contact.at() == Instant(std::chrono::seconds(8)));
        CHECK(said.contact.stamp_ms() == 8000);
        CHECK(after.in_flight_files.at("telegram:default") ==
              "/state/in-flight/telegram:default.7");
    }

    TEST_CASE("its descriptors, and the memory it is in, survive exec") {
        const auto handoff = everything();
        const auto memory = write_handoff(handoff);
        CHECK(fcntl(memory->get(), F_GETFD) == 0);
        const auto numbers = descriptors_in(*read_handoff(memory->get()));
        for (const int number : numbers)
            CHECK(fcntl(number, F_GETFD) == 0);
        CHECK(numbers.size() == 8);
    }

    TEST_CASE("a build that does not hand on the view of a worker's memory hands on none") {
        auto handoff = everything();
        handoff.workers[0].process->memory.reset();
        CHECK_FALSE(pass_on(handoff).workers[0].process->memory);
    }

    TEST_CASE("what the next image closes is not missing to the one it goes back to") {
        const auto before = everything();
        const auto memory = write_handoff(before);
        for (int image = 0; image < 2; ++image) {
            const auto form = read_handoff(memory->get());
            REQUIRE(form);
            auto after = claim(*form);
            REQUIRE(after);
            CHECK(after->lock.get() != before.lock.get());
            CHECK(fcntl(after->lock.get(), F_GETFD) == FD_CLOEXEC);
        }
    }

    TEST_CASE("what an older build knew by the wall clock alone is taken at its word, and lies in "
              "the past") {
        const SystemClock clock;
        const Handoff after = pass_on(everything(), [&](wire::Handoff& older) {
            auto& one = *older.mutable_workers(0);
            one.set_good_until_ms(clock.unix_ms() - 60'000);
            one.clear_good_until_monotonic_ns();
            one.mutable_status()->set_last_contact_unix_ms(clock.unix_ms() + 86'400'000);
            one.clear_last_contact_monotonic_ns();
            one.clear_wanted_since_monotonic_ns();
            one.clear_next_try_monotonic_ns();
            one.set_next_try_ms(0);
        });
        const auto& said = after.channels.at("telegram:default");
        CHECK(clock.now() - said.good_until >= std::chrono::seconds(59));
        CHECK(clock.now() - said.good_until <= std::chrono::seconds(90));
        CHECK(said.contact.at() <= clock.now());
        CHECK(after.workers[0].wanted_since == Instant{});
        CHECK(after.workers[0].next_try == Instant{});
    }

    TEST_CASE("another version is refused by its number") {
        auto changed = form();
        changed.set_version(9);
        const auto refused = parsed(changed);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().sentence.contains("version 9"));
    }

    TEST_CASE("a descriptor with two owners, or none, is damage") {
        auto changed = form();
        changed.set_control(changed.lock());
        CHECK_FALSE(parsed(changed));
        changed = form();
        changed.set_program(0);
        CHECK_FALSE(parsed(changed));
        changed = form();
        changed.mutable_workers(0)->mutable_process()->set_link(-1);
        CHECK_FALSE(parsed(changed));
        changed = form();
        changed.mutable_workers(0)->mutable_process()->set_memory(2);
        CHECK_FALSE(parsed(changed));
        changed = form();
        changed.clear_listening();
        CHECK_FALSE(parsed(changed));
    }

    TEST_CASE(
        "a phase that is none, an id that was never given, a frame above the limit are damage") {
        auto changed = form();
        changed.mutable_workers(0)->mutable_process()->set_phase(3);
        CHECK_FALSE(parsed(changed));
        changed = form();
        changed.mutable_workers(0)->mutable_process()->set_next_id(0);
        CHECK_FALSE(parsed(changed));
        changed = form();
        changed.mutable_workers(0)->mutable_process()->mutable_outbox(0)->set_frame(
            std::string(65'537, 'x'));
        CHECK_FALSE(parsed(changed));
    }

    TEST_CASE("what is not sealed, or names a closed descriptor, is not believed") {
        const UniqueFd open_memory(memfd_create("test", MFD_ALLOW_SEALING | MFD_CLOEXEC));
        const std::string bytes = form().SerializeAsString();
        REQUIRE(write(open_memory.get(), bytes.data(), bytes.size()) ==
                static_cast<ssize_t>(bytes.size()));
        CHECK_FALSE(read_handoff(open_memory.get()));
        auto handoff = everything();
        const auto memory = write_handoff(handoff);
        handoff.lock.reset();
        const auto refused = read_handoff(memory->get());
        REQUIRE_FALSE(refused);
        CHECK(refused.error().sentence.contains("is closed"));
    }

    TEST_CASE("a rehearsal reads the secrets and claims no descriptor") {
        auto handoff = everything();
        const auto memory = write_handoff(handoff);
        handoff.lock.reset();
        const auto secrets = read_handoff_secrets(memory->get());
        REQUIRE(secrets);
        CHECK(secrets->made_token.reveal() == "made");
    }
}
