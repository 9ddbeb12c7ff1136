#include "workers/echo/faults.h"

#include "common/ipc/protocol.h"
#include "common/log/log.h"

#include <sys/ptrace.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

namespace openclaw::echo {

namespace {

constexpr std::array<std::pair<std::string_view, Fault>, 13> names{{
    {"segv", Fault::segv},
    {"abort", Fault::abort},
    {"busy_loop", Fault::busy_loop},
    {"memory_bomb", Fault::memory_bomb},
    {"fd_exhaustion", Fault::fd_exhaustion},
    {"garbage", Fault::garbage},
    {"oversized", Fault::oversized},
    {"stop", Fault::stop},
    {"exit78", Fault::exit78},
    {"link_loss", Fault::link_loss},
    {"log_flood", Fault::log_flood},
    {"last_words", Fault::last_words},
    {"forbidden_call", Fault::forbidden_call},
}};

void touch_nothing() {
    std::signal(SIGSEGV, SIG_DFL); // a sanitizer's handler would turn the signal into an exit code
    volatile std::uintptr_t nowhere = 64;
    *reinterpret_cast<volatile int*>(nowhere) = 1; // NOLINT(performance-no-int-to-ptr): that is it
}

[[noreturn]] void turn_for_ever() {
    for (volatile std::uint64_t turns = 0;;)
        turns = turns + 1;
}

// Until the address-space limit refuses: an uncaught bad_alloc, as in any program of ours.
[[noreturn]] void eat_memory() {
    constexpr std::size_t bite = 8 << 20;
    std::vector<std::unique_ptr<char[]>> eaten;
    for (;;) {
        eaten.push_back(std::make_unique_for_overwrite<char[]>(bite));
        memset(eaten.back().get(), 1, bite);
    }
}

// Until the descriptor limit refuses; then it can neither work nor take a blob, and says so.
void open_everything(worker::Context& context) {
    while (dup(STDIN_FILENO) >= 0) {
    }
    context.give_up(ExitCode::failed, "out_of_descriptors",
                    "no file descriptor is left: " + std::string(strerror(errno)));
}

void send_raw(const std::string& bytes) {
    (void)send(ipc::worker_link_fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

void flood_log() {
    for (int i = 0; i < 100'000; ++i)
        log::info("echo.flood", {{"line", i}});
}

} // namespace

Result<Fault> fault_from(std::string_view name) {
    std::string known;
    for (const auto& [word, fault] : names) {
        if (word == name) return fault;
        known += known.empty() ? "" : ", ";
        known += word;
    }
    return fail(Code::invalid,
                "no fault is called \"" + std::string(name) + "\": use one of " + known);
}

void commit(Fault fault, worker::Context& context) {
    log::info("echo.fault", {{"kind", names[static_cast<std::size_t>(fault)].first}});
    switch (fault) {
    case Fault::segv:
        return touch_nothing();
    case Fault::abort:
        std::abort();
    case Fault::busy_loop:
        turn_for_ever();
    case Fault::memory_bomb:
        eat_memory();
    case Fault::fd_exhaustion:
        return open_everything(context);
    case Fault::garbage:
        return send_raw("\xff\xff\xff\xff");
    case Fault::oversized:
        return send_raw(std::string(ipc::max_frame_bytes + 1, 'x'));
    case Fault::stop:
        raise(SIGSTOP);
        return;
    case Fault::exit78:
        return context.give_up(ExitCode::bad_config, "bad_config",
                               "told by its settings to refuse them");
    case Fault::link_loss:
        shutdown(ipc::worker_link_fd, SHUT_RDWR);
        return turn_for_ever();
    case Fault::log_flood:
        return flood_log();
    case Fault::last_words:
        fputs("these were my last words\n", stderr);
        std::_Exit(1);
    case Fault::forbidden_call:
        ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
        return;
    }
}

} // namespace openclaw::echo
