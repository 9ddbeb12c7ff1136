#include "supervisor/arrival.h"

#include "common/log/log.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace openclaw {

namespace {

// Made ready beforehand: a signal handler may only copy bytes and make system calls.
struct WayBack {
    int program = -1;             // -1: there is none
    int memory = -1;              // the handoff
    std::vector<int> descriptors; // that were handed over
    char** arguments = nullptr;
    std::vector<char*> environment;
    std::array<char, 400> reason{}; // "OPENCLAW_HANDOFF_RETURN=…"
    std::string test_wish;          // "crashes at recovery"
};

WayBack& way_back() {
    static WayBack instance;
    return instance;
}

constexpr std::array fatal_signals = {SIGSEGV, SIGABRT, SIGBUS, SIGILL, SIGFPE, SIGSYS};

void unblock(int number) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, number);
    sigprocmask(SIG_UNBLOCK, &set, nullptr);
}

void exec_back(const char* why, std::size_t size) {
    auto& way = way_back();
    if (way.program < 0) return;
    const std::size_t prefix = std::strlen(way.reason.data());
    const std::size_t room = way.reason.size() - prefix - 1;
    std::memcpy(way.reason.data() + prefix, why, std::min(size, room));
    const itimerval none{};
    setitimer(ITIMER_REAL, &none, nullptr);
    syscall(SYS_execveat, way.program, "", way.arguments, way.environment.data(), AT_EMPTY_PATH);
}

// exec from another thread would end the one that is the workers' parent, and them with it
// (PR_SET_PDEATHSIG, prctl(2)).
void on_fatal(int number) {
    const auto process = getpid();
    if (syscall(SYS_gettid) != process) {
        syscall(SYS_tgkill, process, process, SIGALRM);
        for (;;)
            pause();
    }
    static constexpr std::string_view late = "it was not ready in time";
    static constexpr std::string_view crash = "it crashed while it started";
    const auto why = number == SIGALRM ? late : crash;
    exec_back(why.data(), why.size());
    _exit(1); // the service manager is the last resort
}

void watch_signals(void (*handler)(int)) {
    struct sigaction action {};

    action.sa_handler = handler;
    action.sa_flags = SA_NODEFER;
    sigemptyset(&action.sa_mask);
    sigaction(SIGALRM, &action, nullptr);
    for (const int number : fatal_signals)
        sigaction(number, &action, nullptr);
}

void prepare_way_back(int program, char** arguments) {
    auto& way = way_back();
    std::snprintf(way.reason.data(), way.reason.size(), "%s=", return_variable);
    for (char** entry = environ; *entry != nullptr; ++entry)
        way.environment.push_back(*entry);
    way.environment.push_back(way.reason.data());
    way.environment.push_back(nullptr);
    way.arguments = arguments;
    way.program = program;
    watch_signals(on_fatal);
    unblock(SIGALRM);
}

std::string take_variable(const char* name) {
    const char* text = std::getenv(name);
    std::string value(text == nullptr ? "" : text);
    unsetenv(name);
    return value;
}

// The image before this one is a good one: it is not asked to fail.
std::string take_test_wish() {
    std::string wish = take_variable("OPENCLAW_TEST_NEW_IMAGE");
    for (auto& entry : way_back().environment)
        if (entry != nullptr && std::strncmp(entry, "OPENCLAW_TEST_NEW_IMAGE=", 24) == 0)
            std::memcpy(entry, "OPENCLAW_TEST_OLD_IMAGE=", 24);
    return wish;
}

// Nothing to go back to, or with: this is a start like after a crash.
void start_as_after_a_crash(const Error& error) {
    log::error("upgrade.handoff_unreadable", {{"why", error.sentence}});
    unsetenv(handoff_variable);
    unsetenv(return_variable);
    const itimerval none{};
    setitimer(ITIMER_REAL, &none, nullptr);
    close_all_but({}); // the lock and the port among them: this start takes them anew
}

Result<Handoff> claim_all(int memory, char** arguments) {
    const auto form = TRY(read_handoff(memory));
    auto& way = way_back();
    way.descriptors = descriptors_in(form);
    way.memory = memory;
    auto kept = way.descriptors;
    kept.push_back(memory);
    close_all_but(kept);
    if (std::getenv(return_variable) == nullptr) {
        prepare_way_back(form.program(), arguments);
        way.test_wish = take_test_wish();
    }
    return claim(form);
}

} // namespace

std::optional<Arrival> arrive(char** arguments) {
    const char* number = std::getenv(handoff_variable);
    if (number == nullptr) return std::nullopt;
    auto handoff = claim_all(std::atoi(number), arguments);
    if (auto wish = do_as_a_test_wants("arrival"); !wish) handoff = Failure(wish.error());
    if (!handoff) {
        go_back(handoff.error().sentence);
        start_as_after_a_crash(handoff.error());
        return std::nullopt;
    }
    return Arrival{.handoff = std::move(*handoff),
                   .returned_because = take_variable(return_variable)};
}

void go_back(std::string_view why) {
    exec_back(why.data(), why.size());
}

Result<void> do_as_a_test_wants(std::string_view step) {
    const std::string_view wish = way_back().test_wish;
    if (!wish.ends_with(" at " + std::string(step))) return {};
    if (wish.starts_with("crashes")) std::abort();
    while (wish.starts_with("hangs"))
        pause();
    return fail(Code::internal, "the test wants it");
}

void stay() {
    const itimerval none{}; // first: without its handler the alarm is death
    setitimer(ITIMER_REAL, &none, nullptr);
    way_back().program = -1;
    watch_signals(SIG_DFL);
    unsetenv(handoff_variable);
    ::close(std::exchange(way_back().memory, -1));
    for (const int number : std::exchange(way_back().descriptors, {}))
        ::close(number); // what serves is the duplicates
}

} // namespace openclaw
