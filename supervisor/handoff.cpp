#include "supervisor/handoff.h"

#include "common/ipc/protocol.h"
#include "supervisor/handoff_form.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <utility>

namespace openclaw {

namespace {

constexpr std::size_t most_bytes = 64u << 20;
constexpr int most_workers = 1000;
constexpr int most_sockets = 16;
constexpr int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;

Failure corrupt(std::string_view what) {
    return fail(Code::corrupt, "the handoff is damaged: " + std::string(what));
}

// CLOCK_MONOTONIC is the machine's: exec does not move it.
Instant instant(std::int64_t nanoseconds) {
    return Instant(
        std::chrono::duration_cast<Instant::duration>(std::chrono::nanoseconds(nanoseconds)));
}

// An older build wrote the wall clock's time alone.
Instant instant(std::int64_t monotonic_ns, std::int64_t wall_ms) {
    if (monotonic_ns != 0 || wall_ms == 0) return instant(monotonic_ns);
    const SystemClock clock;
    return clock.now() + Milliseconds(wall_ms - clock.unix_ms());
}

Instant past(std::int64_t monotonic_ns, std::int64_t wall_ms) {
    return std::min(instant(monotonic_ns, wall_ms), SystemClock().now());
}

process::Death death_in(const wire::RecordedDeath& in) {
    process::Death death;
    death.at = instant(in.at_monotonic_ns());
    death.at_ms = in.at_ms();
    death.status.code = in.code();
    death.status.signal = in.signal();
    death.words = in.words();
    death.last_line = in.last_line();
    death.reached_ready = in.reached_ready();
    death.was_asked = in.was_asked();
    death.served = Milliseconds(in.served_ms());
    death.generation = in.generation();
    death.cause = in.cause();
    death.not_before_ms = in.not_before_ms();
    return death;
}

// Takes duplicates, and remembers that one could not be made.
class Claim {
  public:
    UniqueFd operator()(int number) {
        UniqueFd mine(number > 2 ? fcntl(number, F_DUPFD_CLOEXEC, 3) : -1);
        if (number > 2 && !mine) errno_ = errno;
        return mine;
    }

    Result<void> outcome() const {
        if (errno_ == 0) return {};
        return Failure(
            system_error(Code::internal, "cannot claim the descriptors of the handoff", errno_));
    }

  private:
    int errno_ = 0;
};

process::ServingProcess process_in(const wire::ServingWorker& in, Claim& claimed) {
    process::ServingProcess process{
        .birth = {.pid = in.pid(),
                  .link = claimed(in.link()),
                  .error_output = claimed(in.output())},
        .link = {.phase = static_cast<ipc::Phase>(in.phase()),
                 .next_id = in.next_id(),
                 .seen_once = {},
                 .outbox = {}},
        .generation = in.generation(),
        .started_ms = in.started_ms(),
        .born = instant(in.born_monotonic_ns()),
        .ready_at = instant(in.ready_monotonic_ns()),
        .build_id = in.build_id(),
        .sandbox = in.sandbox(),
        .layers = {},
        .upstream = Sighting(instant(in.last_upstream_monotonic_ns()), in.last_upstream_ms()),
        .memory = claimed(in.memory())};
    for (const auto& layer : in.layers())
        process.layers.push_back({.name = layer.name(),
                                  .holds = layer.holds(),
                                  .detail = layer.detail(),
                                  .is_spare = layer.spare()});
    for (const auto body : in.seen_once())
        process.link.seen_once.push_back(static_cast<wire::Frame::BodyCase>(body));
    for (const auto& waiting : in.outbox()) {
        auto& frame = process.link.outbox.emplace_back();
        frame.bytes.assign(waiting.frame().begin(), waiting.frame().end());
        for (const int fd : waiting.fds())
            frame.fds.push_back(claimed(fd));
    }
    return process;
}

process::WorkerFacts worker_in(const wire::AdoptedWorker& in, Claim& claimed) {
    process::WorkerFacts worker{.id = in.id(),
                                .fingerprint = in.fingerprint(),
                                .lives = in.lives(),
                                .is_held = in.is_held(),
                                .is_paused = in.is_paused(),
                                .fault_code = in.fault_code(),
                                .deaths = {},
                                .deaths_total = in.deaths_total(),
                                .deaths_forgiven = in.deaths_forgiven(),
                                .wanted_since = instant(in.wanted_since_monotonic_ns()),
                                .has_failed = in.has_failed(),
                                .is_given_up = in.is_given_up(),
                                .reason = in.reason(),
                                .attempt = in.attempt(),
                                .next_try = instant(in.next_try_monotonic_ns(), in.next_try_ms()),
                                .next_try_ms = in.next_try_ms(),
                                .process = std::nullopt};
    for (const auto& death : in.deaths())
        worker.deaths.push_back(death_in(death));
    if (in.has_process()) worker.process = process_in(in.process(), claimed);
    return worker;
}

flow::ChannelFacts channel_in(const wire::AdoptedWorker& in) {
    return {.state = in.status().state(),
            .detail = in.status().detail(),
            .identity = in.status().identity(),
            .identity_id = in.status().identity_id(),
            .error_code = in.status().error_code(),
            .cause = in.status().cause(),
            .said_at_ms = in.status_said_ms(),
            .good_until = past(in.good_until_monotonic_ns(), in.good_until_ms()),
            .contact =
                Sighting(past(in.last_contact_monotonic_ns(), in.status().last_contact_unix_ms()),
                         in.status().last_contact_unix_ms()),
            .last_inbound_ms = in.last_inbound_ms(),
            .last_outbound_ms = in.last_outbound_ms()};
}

GivenSecrets secrets_in(const wire::Handoff& in) {
    return {.token = Secret(in.token()),
            .password = Secret(in.password()),
            .made_token = Secret(in.made_token())};
}

bool is_phase(std::uint32_t number) {
    return number == 1 || number == 2 || number == 4 || number == 8;
}

Result<void> check(const wire::AdoptedWorker& worker) {
    if (worker.id().empty()) return corrupt("a worker without a name");
    if (worker.deaths_size() > static_cast<int>(process::DeathTally::capacity))
        return corrupt("too many deaths of one worker");
    if (!worker.has_process()) return {};
    const auto& process = worker.process();
    if (process.pid() <= 1 || !is_phase(process.phase()) || process.next_id() == 0)
        return corrupt("the process of " + worker.id());
    for (const auto& frame : process.outbox())
        if (frame.frame().empty() || frame.frame().size() > ipc::max_frame_bytes ||
            frame.fds_size() > static_cast<int>(ipc::max_frame_fds))
            return corrupt("a waiting frame of " + worker.id());
    return {};
}

// One owner each, and none of the three every process has.
Result<void> check_numbers(std::vector<int> numbers) {
    std::ranges::sort(numbers);
    if (std::ranges::adjacent_find(numbers) != numbers.end())
        return corrupt("a descriptor with two owners");
    if (numbers.front() <= 2) return corrupt("a descriptor is missing");
    return {};
}

Result<std::string> bytes_of(int memfd) {
    struct stat info {};

    if (fstat(memfd, &info) != 0) return corrupt("it is not there");
    if (fcntl(memfd, F_GET_SEALS) != seals) return corrupt("it is not sealed");
    if (info.st_size <= 0 || static_cast<std::size_t>(info.st_size) > most_bytes)
        return corrupt("its size");
    std::string bytes(static_cast<std::size_t>(info.st_size), '\0');
    if (pread(memfd, bytes.data(), bytes.size(), 0) != info.st_size) return corrupt("its end");
    return bytes;
}

} // namespace

std::vector<int> descriptors_in(const wire::Handoff& in) {
    std::vector<int> numbers{in.control(), in.lock(), in.program()};
    numbers.insert(numbers.end(), in.listening().begin(), in.listening().end());
    for (const auto& worker : in.workers()) {
        if (!worker.has_process()) continue;
        numbers.push_back(worker.process().link());
        numbers.push_back(worker.process().output());
        if (worker.process().memory() != 0) numbers.push_back(worker.process().memory());
        for (const auto& frame : worker.process().outbox())
            numbers.insert(numbers.end(), frame.fds().begin(), frame.fds().end());
    }
    return numbers;
}

Result<UniqueFd> write_handoff(const Handoff& handoff) {
    const std::string bytes = form_of(handoff).SerializeAsString();
    UniqueFd memory(memfd_create("openclaw-handoff", MFD_ALLOW_SEALING)); // survives exec
    if (!memory ||
        pwrite(memory.get(), bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
        return Failure(system_error(Code::internal, "no memory for the handoff", errno));
    if (fcntl(memory.get(), F_ADD_SEALS, seals) != 0)
        return Failure(system_error(Code::internal, "cannot seal the handoff", errno));
    return memory;
}

Result<wire::Handoff> parse_handoff(std::string_view bytes) {
    wire::Handoff in;
    if (bytes.size() > most_bytes ||
        !in.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
        return corrupt("it cannot be read");
    if (in.version() != handoff_version)
        return fail(Code::invalid, "the handoff has version " + std::to_string(in.version()) +
                                       " and this build understands " +
                                       std::to_string(handoff_version));
    if (in.listening_size() == 0 || in.listening_size() > most_sockets)
        return corrupt("its listening sockets");
    if (in.workers_size() > most_workers) return corrupt("too many workers");
    for (const auto& worker : in.workers())
        TRY_VOID(check(worker));
    TRY_VOID(check_numbers(descriptors_in(in)));
    return in;
}

Result<wire::Handoff> read_handoff(int memfd) {
    const std::string bytes = TRY(bytes_of(memfd));
    wire::Handoff form = TRY(parse_handoff(bytes));
    for (const int number : descriptors_in(form))
        if (fcntl(number, F_GETFD) < 0)
            return corrupt("descriptor " + std::to_string(number) + " is closed");
    return form;
}

Result<Handoff> claim(const wire::Handoff& form) {
    Claim claimed;
    Handoff handoff{.build = form.build(),
                    .listening = {},
                    .sockets_are_given = form.sockets_are_given(),
                    .control = claimed(form.control()),
                    .lock = claimed(form.lock()),
                    .program = {}, // is for the way back alone
                    .secrets = secrets_in(form),
                    .generation = form.generation(),
                    .upgrades = form.upgrades(),
                    .workers = {},
                    .channels = {},
                    .in_flight_files = {}};
    for (const int socket : form.listening())
        handoff.listening.push_back(claimed(socket));
    for (const auto& worker : form.workers()) {
        handoff.workers.push_back(worker_in(worker, claimed));
        if (worker.has_status()) handoff.channels[worker.id()] = channel_in(worker);
        if (!worker.in_flight_file().empty())
            handoff.in_flight_files[worker.id()] = worker.in_flight_file();
    }
    TRY_VOID(claimed.outcome());
    return handoff;
}

Result<GivenSecrets> read_handoff_secrets(int memfd) {
    const std::string bytes = TRY(bytes_of(memfd));
    return secrets_in(TRY(parse_handoff(bytes)));
}

void close_all_but(const std::vector<int>& kept) {
    std::vector<int> strays;
    std::error_code problem;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", problem)) {
        const std::string name = entry.path().filename().string();
        int number = -1;
        std::from_chars(name.data(), name.data() + name.size(), number);
        if (number > 2 && std::ranges::find(kept, number) == kept.end()) strays.push_back(number);
    }
    for (const int number : strays)
        ::close(number); // the directory's own is among them, and closed already
}

} // namespace openclaw
