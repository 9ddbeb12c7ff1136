// openclaw-gateway: the supervisor. It decides and remembers; workers parse and talk.
//
// Reads as the order of a life: prepare (everything that can refuse), facts, decisions, the edge,
// the loop, the end.

#include "common/base/names.h"
#include "common/log/log.h"
#include "common/loop/rest.h"
#include "common/version.h"
#include "supervisor/edge.h"
#include "supervisor/flow/kill_point.h"
#include "supervisor/flow/recovery.h"
#include "supervisor/preparation.h"
#include "supervisor/roster.h"
#include "supervisor/shutdown.h"
#include "supervisor/standing.h"

#include <malloc.h>
#include <signal.h>
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

Result<void> open_log(const Preparation& p) {
    const auto& logging = p.config.logging;
    const std::string level =
        p.options.log_level.value_or(p.options.verbose ? "debug" : logging.level);
    return log::open({.level = TRY(log::level_from(level)),
                      .console_json = logging.console_style == "json",
                      .console = true,
                      .file = p.log_file,
                      .max_file_bytes = logging.max_file_bytes});
}

void report_configuration(const Preparation& p) {
    for (const auto& issue : p.config.warnings)
        log::warn("config.warning", {{"what", config::render(issue, p.paths.config_file)}});
    for (const auto& account : p.config.channels)
        if (!account.problem.empty())
            log::error("config.channel_off",
                       {{"account", account.worker_id()}, {"why", account.problem}});
    if (!p.config.inactive.empty()) {
        std::string keys;
        for (const auto& key : p.config.inactive)
            keys += (keys.empty() ? "" : ", ") + key.path;
        log::info("config.inactive_keys", {{"count", p.config.inactive.size()}, {"keys", keys}});
    }
    if (p.token_was_made)
        log::warn("auth.token_was_made",
                  {{"what", "auth token was missing. Generated a runtime token for this startup "
                            "without changing config; restart will generate a different token. "
                            "The local CLI needs none. Persist one with: openclaw config set "
                            "gateway.auth.token <token>"}});
}

Result<std::unique_ptr<Standing>> make_standing(Loop& loop, const Preparation& p) {
    auto lock = TRY(InstanceLock::take(p.paths.in_state(names::lock_file)));
    auto ledger = TRY(ledger::Ledger::open(
        loop, {.path = p.paths.in_state(names::ledger_file), .build = std::string(build_id)}));
    return std::make_unique<Standing>(loop, p.paths, std::move(lock), std::move(ledger));
}

int fail_start(const Error& error) {
    log::error("gateway.start_failed", {{"why", error.sentence}});
    return error.code == Code::corrupt || error.code == Code::denied ? 78 : 1;
}

struct Ending {
    int exit_code = 0;
    bool is_restart = false;
};

// The same program with the same words, in the same process: a service manager sees nothing end.
int begin_anew(char** argv) {
    execv("/proc/self/exe", argv);
    fprintf(stderr, "cannot start again: %s\n", strerror(errno));
    return 1;
}

Ending run(const Preparation& p) {
    const auto begun = std::chrono::steady_clock::now();
    Loop loop;
    auto standing = make_standing(loop, p);
    if (!standing) return {.exit_code = fail_start(standing.error())};
    Standing& facts = **standing;
    facts.generation.replace(std::make_unique<Generation>(p.config));
    auto edge = Edge::create(facts, p);
    if (!edge) return {.exit_code = fail_start(edge.error())};
    facts.lock.describe((*edge)->port());
    Shutdown shutdown(facts, **edge);
    Rest rest(loop);
    // What is unfinished first: a message that comes again meanwhile must find its record in hand.
    flow::recover(facts.rooms, facts.deliveries, facts.inbounds, [&] {
        facts.workers.want(roster(p.config));
        (*edge)->open();
        rest.begin();
        const auto took =
            std::chrono::duration_cast<Milliseconds>(std::chrono::steady_clock::now() - begun)
                .count();
        log::info("gateway.ready", {{"url", (*edge)->url()},
                                    {"workers", facts.workers.views().size()},
                                    {"version", version},
                                    {"pid", getpid()},
                                    {"took_ms", took},
                                    {"log", p.log_file}});
    });
    loop.run();
    return {.exit_code = shutdown.exit_code(), .is_restart = shutdown.is_restart()};
}

} // namespace

int main(int argc, char** argv) {
    const auto options = parse_options(argc, argv);
    if (!options) return stop_with({.exit_code = 1, .text = options.error().sentence});
    if (options->show_help) return say(options_help());
    if (options->show_version)
        return say("OpenClaw " + std::string(version) + " (" + std::string(build_id) + ")\n");
    be_small();
    flow::arm_kill_point();
    const auto preparation = prepare(*options);
    if (!preparation) return stop_with(preparation.error());
    if (auto opened = open_log(*preparation); !opened)
        return stop_with({.exit_code = 1, .text = opened.error().sentence});
    log::info("gateway.starting", {{"state", preparation->paths.state_directory},
                                   {"config", preparation->paths.config_file},
                                   {"version", version},
                                   {"build", build_id}});
    report_configuration(*preparation);
    const Ending ending = run(*preparation);
    return ending.is_restart && ending.exit_code == 0 ? begin_anew(argv) : ending.exit_code;
}
