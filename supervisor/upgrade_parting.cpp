// How this image gives way to the next one: from the moment in which nobody is heard any more.
#include "common/log/log.h"
#include "common/version.h"
#include "supervisor/arrival.h"
#include "supervisor/signals.h"
#include "supervisor/upgrade.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace openclaw {

namespace {

constexpr Milliseconds farewells_within{300}; // clients are back within a second
// Nobody is served meanwhile. What the rehearsal did with its copy of the ledger is done again, on
// a busier disk perhaps.
constexpr Milliseconds next_image_ready_within = std::chrono::seconds(8);
constexpr int times_the_rehearsal = 2;

void set_alarm(Milliseconds within) {
    const itimerval value{
        .it_interval = {},
        .it_value = {.tv_sec = within.count() / 1000, .tv_usec = within.count() % 1000 * 1000}};
    setitimer(ITIMER_REAL, &value, nullptr); // exec keeps it (setitimer(2))
}

UniqueFd open_own_image() {
    return UniqueFd(open("/proc/self/exe", O_RDONLY)); // the file we run, replaced or not
}

} // namespace

// One turn: what arrives from now on is the next image's.
void Upgrade::part() {
    leave_signals_to_next_image();
    shutdown_.hold();
    manager_.reloading();
    facts_.workers.hold();
    facts_.runs.refuse_new("the gateway is restarting");
    facts_.deliveries.hold();
    edge_.put_off_work();
    edge_.part();
    give_up_at_ = facts_.loop.clock().now() + farewells_within;
    look_again_.start(Milliseconds(0), [this] { wait_for_farewells(); });
}

void Upgrade::wait_for_farewells() {
    if (shutdown_.has_begun()) return stop_after_all();
    if (edge_.is_alone() || facts_.loop.clock().now() >= give_up_at_) return close_ledger();
    look_again_.start(look_every, [this] { wait_for_farewells(); });
}

// A signal that came just before part() and was told after it. Everything is here still: this image
// stops.
void Upgrade::stop_after_all() {
    facts_.workers.keep();
    end(we_are_stopping());
    heed_signals();
    shutdown_.heed();
}

// No way back from here, no signal is heard, and the watchdog is fed: if the disk hangs, the alarm
// is the end, and the service manager's case.
void Upgrade::close_ledger() {
    set_alarm(next_image_ready_within + times_the_rehearsal * rehearsal_took_);
    facts_.ledger->close([this](Result<void> closed) {
        if (!closed) log::error("ledger.close_failed", {{"why", closed.error().sentence}});
        become();
    });
}

Handoff Upgrade::facts_to_hand_over(bool with_workers) {
    const auto& prepared = edge_.prepared();
    Handoff handoff{.build = std::string(build_id),
                    .listening = edge_.duplicate_listening(),
                    .sockets_are_given = edge_.sockets_are_given(),
                    .control = edge_.duplicate_control(),
                    .lock = facts_.lock.duplicate(),
                    .program = open_own_image(),
                    .secrets = {.token = prepared.given_token,
                                .password = prepared.given_password,
                                .made_token = prepared.made_token},
                    .generation = facts_.generation.number(),
                    .upgrades = edge_.upgrades(),
                    .workers = {},
                    .channels = {},
                    .in_flight_files = {}};
    if (!with_workers) return handoff;
    handoff.workers = facts_.workers.hand_over();
    for (const auto& [id, channel] : facts_.switchboard.channels())
        handoff.channels[id] = channel;
    for (const auto& worker : handoff.workers)
        if (worker.process) // else it has just ended, and its file tells the next image how
            handoff.in_flight_files[worker.id] = facts_.deliveries.in_flight_file(worker.id);
    return handoff;
}

// Everything that has to be on disk is. Whatever goes wrong from here ends in one of two images,
// with the same facts.
void Upgrade::become() {
    const Handoff handoff = facts_to_hand_over(true);
    auto memory = write_handoff(handoff);
    if (!memory) {
        log::error("upgrade.failed", {{"why", memory.error().sentence}});
        _exit(1); // without memory for a few kilobytes: the service manager starts us again
    }
    log::info("upgrade.becoming", {{"program", program_->path()}});
    setenv(handoff_variable, std::to_string(memory->get()).c_str(), 1);
    if (shutdown_.has_begun()) pass_on(SIGTERM); // too late for this image: the next one stops
    if (!program_->is_unchanged()) go_back_at_once(handoff, std::string(was_replaced));
    set_alarm(next_image_ready_within + times_the_rehearsal * rehearsal_took_);
    execv(program_->path().c_str(), arguments_);
    go_back_at_once(handoff, std::string("it could not be executed: ") + strerror(errno));
}

// This program again, from the descriptor it gives to the next: what arrives then serves on.
void Upgrade::go_back_at_once(const Handoff& handoff, const std::string& why) {
    set_alarm(Milliseconds(0));
    setenv(return_variable, why.c_str(), 1);
    syscall(SYS_execveat, handoff.program.get(), "", arguments_, environ, AT_EMPTY_PATH);
    _exit(1);
}

} // namespace openclaw
