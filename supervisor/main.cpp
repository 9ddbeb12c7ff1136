// openclaw-gateway: the supervisor. It decides and remembers; workers parse and talk.
//
// Reads as the order of a life: prepare (everything that can refuse), facts, decisions, the edge,
// the loop, the end.

#include "common/base/names.h"
#include "common/log/log.h"
#include "common/loop/rest.h"
#include "common/version.h"
#include "supervisor/arrival.h"
#include "supervisor/beginning_anew.h"
#include "supervisor/edge.h"
#include "supervisor/flow/kill_point.h"
#include "supervisor/flow/recovery.h"
#include "supervisor/gateway_log.h"
#include "supervisor/ledger/migration_time.h"
#include "supervisor/opening.h"
#include "supervisor/preparation.h"
#include "supervisor/rehearsal.h"
#include "supervisor/renewal.h"
#include "supervisor/restart.h"
#include "supervisor/roster.h"
#include "supervisor/shutdown.h"
#include "supervisor/signals.h"
#include "supervisor/standing.h"
#include "supervisor/upgrade.h"
#include "supervisor/watchdog.h"
#include "supervisor/web/socket_inheritance.h"

#include <malloc.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

using namespace openclaw;

namespace {

int stop_with(const Refusal& refusal) {
    fprintf(stderr, "%s\n", refusal.text.c_str());
    return refusal.exit_code;
}

int say(const std::string& text) {
    fputs(text.c_str(), stdout);
    return 0;
}

// 10,000 idle clients, the workers' links and files of our own, with room to spare.
constexpr rlim_t most_descriptors = 16384;

// libwebsockets keeps (and touches) 16 bytes for every descriptor this process may open, which is a
// million on many machines. The hard limit stays: a person may raise the soft one with prlimit(1).
void limit_descriptors() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = std::min(limit.rlim_max, most_descriptors);
    setrlimit(RLIMIT_NOFILE, &limit); // refused: we run with what there is
}

// Every secret of every worker is in this memory: no core shows it, nor does /proc to another
// process of the same user, whoever that process works for. The limit alone is not enough: a
// core_pattern that names a program is not bound by it (core(5)). exec takes the second back, so
// each image says it anew. From here on most of /proc/self belongs to root: what an ordinary user
// still may is to list and follow fd/ and exe, and to read what everybody may.
void show_memory_to_nobody() {
    const rlimit none{};
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

// One arena and two pool threads: the supervisor's memory is a feature, and its pool does one
// commit and one read at a time. A list of a thousand sessions is a megabyte of text: if every such
// answer were mapped and unmapped anew, a third of its time would go into page faults (measured).
void be_small() {
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_MMAP_THRESHOLD, 4 << 20);
    mallopt(M_TRIM_THRESHOLD, 8 << 20);
    setenv("UV_THREADPOOL_SIZE", "2", 1);
    signal(SIGPIPE, SIG_IGN);
    umask(077);
    limit_descriptors();
}

int fail_start(const Error& error) {
    go_back(error.sentence);
    log::error("gateway.start_failed", {{"why", error.sentence}});
    return error.code == Code::corrupt || error.code == Code::denied ? 78 : 1;
}

Doors doors_of(std::optional<Arrival>& arrival) {
    if (!arrival) return {};
    auto& handoff = arrival->handoff;
    return {.listening = std::move(handoff.listening),
            .are_given = handoff.sockets_are_given,
            .control = std::move(handoff.control)};
}

Result<std::unique_ptr<Edge>> make_edge(Standing& facts, const Preparation& p,
                                        std::optional<Arrival>& arrival) {
    auto edge = TRY(Edge::create(facts, p, doors_of(arrival)));
    TRY_VOID(do_as_a_test_wants("edge"));
    return edge;
}

// What the image before this one knew. Nothing is read from a worker before take_over(). The
// in-flight file of a worker that does not go on is evidence of its end (flow/in_flight_files).
void adopt(Standing& facts, Arrival& arrival, const config::Config& config) {
    auto& handoff = arrival.handoff;
    facts.generation.continue_from(handoff.generation);
    for (auto& [id, channel] : handoff.channels)
        facts.switchboard.recall(id, std::move(channel));
    for (const auto& id : facts.workers.adopt(std::move(handoff.workers), roster(config)))
        if (const auto file = handoff.in_flight_files.find(id);
            file != handoff.in_flight_files.end())
            facts.deliveries.adopt_in_flight_file(id, file->second);
}

void say_ready(const Standing& facts, const Edge& edge, const Preparation& p, Instant begun) {
    const auto took = std::chrono::duration_cast<Milliseconds>(facts.loop.clock().now() - begun);
    log::info("gateway.ready", {{"url", edge.url()},
                                {"workers", facts.workers.views().size()},
                                {"version", version},
                                {"pid", getpid()},
                                {"took_ms", took.count()},
                                {"log", p.log_file}});
}

void say_how_it_went(const std::optional<Arrival>& arrival, Edge& edge) {
    if (!arrival) return;
    edge.note_upgrade(arrival->handoff.upgrades + 1,
                      arrival->returned_because.empty() ? "done" : "rolled-back",
                      arrival->returned_because);
    if (arrival->returned_because.empty())
        log::info("upgrade.done", {{"from", arrival->handoff.build}, {"to", build_id}});
    else
        log::error("upgrade.rolled_back",
                   {{"why", arrival->returned_because}, {"what", "the build before serves on"}});
}

// The sockets of the image before this one are where its configuration wanted them.
void follow_address(Edge& edge, const Preparation& p) {
    if (auto moved = edge.move_to(p.address); !moved)
        log::error("gateway.not_moved",
                   {{"why", moved.error().sentence}, {"what", "it listens where it did before"}});
}

Ending run(const Preparation& p, std::optional<Arrival> arrival, char** argv) {
    const auto begun = std::chrono::steady_clock::now();
    Loop loop;
    make_deaf_pool(loop);
    const ServiceManager manager(loop);
    auto standing = make_standing_in_time(manager, loop, p, arrival);
    if (!standing) return {.exit_code = fail_start(standing.error())};
    Standing& facts = **standing;
    if (arrival) adopt(facts, *arrival, p.config);
    facts.generation.replace(std::make_unique<Generation>(p.config));
    auto edge = make_edge(facts, p, arrival);
    if (!edge) return {.exit_code = fail_start(edge.error())};
    facts.lock.describe((*edge)->port());
    Shutdown shutdown(facts, **edge, manager);
    Restart restart(facts, **edge, shutdown, manager);
    Upgrade upgrade(facts, **edge, shutdown, restart, manager, argv);
    (*edge)->on_restart([&](const std::string& reason) { return upgrade.restart(reason); });
    (*edge)->on_costly_change([&](auto why, auto what) { restart.ask(why, what); });
    (*edge)->on_upgrade([&](std::string program, rpc::Done<std::string> done) {
        upgrade.begin(std::move(program), "asked for", std::move(done));
    });
    (*edge)->on_new_status([&] { manager.status((*edge)->status_line()); });
    Watchdog watchdog(loop, manager, facts.workers);
    Renewal renewal(facts);
    (*edge)->on_change([&] { renewal.on_workers_changed(); });
    Rest rest(loop);
    shutdown.hold(); // workers that came with an exec must be in hand before they can leave
    if (!arrival || !arrival->returned_because.empty()) hear_the_end();
    // What is unfinished first: a message that comes again meanwhile must find its record in hand.
    flow::Recovery recovery(facts.rooms, facts.deliveries, facts.inbounds);
    std::optional<Error> unreadable;
    recovery.begin([&](Result<void> read) {
        if (!read) {
            unreadable = read.error();
            return loop.stop();
        }
        (void)do_as_a_test_wants("recovery"); // which refuses nothing
        if (arrival) stay();
        say_how_it_went(arrival, **edge);
        if (arrival) follow_address(**edge, p);
        facts.lock.describe((*edge)->port());
        (*edge)->let_keep(manager);
        facts.workers.take_over();
        facts.workers.want(roster(facts.generation.config()));
        (*edge)->open();
        rest.begin();
        renewal.begin();
        heed_signals();
        if (!shutdown.has_begun()) manager.ready((*edge)->status_line());
        say_ready(facts, **edge, p, begun);
        shutdown.heed();
    });
    loop.run();
    if (unreadable) return {.exit_code = fail_start(*unreadable)};
    if (shutdown.is_restart()) leave_signals_to_next_image(); // who hears them ends here
    return {.exit_code = shutdown.exit_code(),
            .is_restart = shutdown.is_restart(),
            .token = (*edge)->prepared().given_token,
            .password = (*edge)->prepared().given_password,
            .listening = shutdown.is_restart() ? (*edge)->duplicate_listening() : Fds{},
            .listening_name =
                (*edge)->sockets_are_given() ? web::given_socket_name : web::kept_socket_name};
}

GivenSecrets secrets_for_rehearsal() {
    const char* number = std::getenv(handoff_variable);
    auto secrets = number == nullptr ? Result<GivenSecrets>(GivenSecrets{})
                                     : read_handoff_secrets(std::atoi(number));
    if (secrets) return std::move(*secrets);
    fprintf(stderr, "%s\n", secrets.error().sentence.c_str());
    exit(1);
}

// supervisor/rehearsal: everything a start opens, in a folder of its own, and no worker.
int rehearse(const Options& options, const std::string& folder) {
    const auto within =
        rehearsal_within(ledger::bytes_of(folder + "/" + std::string(names::ledger_file)));
    alarm(static_cast<unsigned>(2 * within.count() / 1000));
    auto p = prepare(options, secrets_for_rehearsal());
    if (!p) return stop_with(p.error());
    p->paths.state_directory = folder;
    p->address = {.bind = web::Bind::loopback, .custom_host = {}, .port = 0};
    Loop loop;
    std::optional<Arrival> nobody;
    auto standing = make_standing(loop, *p, nobody);
    if (!standing) return fail_start(standing.error());
    Standing& facts = **standing;
    facts.generation.replace(std::make_unique<Generation>(p->config));
    auto edge = Edge::create(facts, *p);
    if (!edge) return fail_start(edge.error());
    const auto programs = process::Programs::of_this_executable();
    for (const auto& worker : roster(p->config))
        if (auto found = programs.find(*worker.spec); !found) return fail_start(found.error());
    flow::Recovery recovery(facts.rooms, facts.deliveries, facts.inbounds);
    auto read = Result<void>();
    recovery.begin([&](Result<void> outcome) {
        read = std::move(outcome);
        loop.stop();
    });
    loop.run();
    if (!read) return fail_start(read.error());
    return say(std::string(rehearsed_word) + std::string(build_id) + "\n");
}

} // namespace

int main(int argc, char** argv) {
    prctl(PR_SET_NAME, "openclaw-gateway"); // an exec by descriptor would leave its number there
    const auto options = parse_options(argc, argv);
    if (!options) return stop_with({.exit_code = 1, .text = options.error().sentence});
    if (options->show_help) return say(options_help());
    if (options->show_version)
        return say("OpenClaw " + std::string(version) + " (" + std::string(build_id) + ")\n");
    show_memory_to_nobody();
    hold_signals();
    be_small();
    if (const auto& folder = options->rehearse) return rehearse(*options, *folder);
    auto arrival = arrive(argv);
    flow::arm_kill_point();
    const auto preparation =
        prepare(*options, arrival ? std::move(arrival->handoff.secrets) : GivenSecrets{});
    if (!preparation) {
        go_back(preparation.error().text);
        return stop_with(preparation.error());
    }
    if (auto opened = open_log(*preparation); !opened) {
        go_back(opened.error().sentence);
        return stop_with({.exit_code = 1, .text = opened.error().sentence});
    }
    log::info("gateway.starting", {{"state", preparation->paths.state_directory},
                                   {"config", preparation->paths.config_file},
                                   {"version", version},
                                   {"build", build_id}});
    report_configuration(*preparation);
    Ending ending = run(*preparation, std::move(arrival), argv);
    return ending.is_restart && ending.exit_code == 0 ? begin_anew(std::move(ending), argv)
                                                      : ending.exit_code;
}
