#include "supervisor/process/death_tally.h"

#include "common/worker/spec.h"

#include <algorithm>
#include <csignal>
#include <string_view>
#include <utility>

namespace openclaw::process {

namespace {

struct Words {
    int number;
    std::string_view name;
    std::string_view meaning;
};

constexpr auto exit_words = std::to_array<Words>({
    {std::to_underlying(ExitCode::clean), "", "it was asked to leave and left"},
    {std::to_underlying(ExitCode::failed), "", "the worker met an error it could not handle"},
    {std::to_underlying(ExitCode::misused), "", "the worker found no link: it was started by hand"},
    {std::to_underlying(ExitCode::link_lost), "", "the worker lost its link to the supervisor"},
    {std::to_underlying(ExitCode::refused), "",
     "the worker speaks another protocol than the supervisor"},
    {std::to_underlying(ExitCode::bad_config), "", "the worker refused its configuration"},
    {std::to_underlying(ExitCode::logged_out), "", "the platform refused the worker's credentials"},
    {127, "", "its program could not be started"},
});

constexpr auto signal_words = std::to_array<Words>({
    {SIGHUP, "SIGHUP", "its terminal went away"},
    {SIGINT, "SIGINT", "interrupted"},
    {SIGQUIT, "SIGQUIT", "told to quit"},
    {SIGILL, "SIGILL", "illegal instruction"},
    {SIGTRAP, "SIGTRAP", "a trap without a debugger"},
    {SIGABRT, "SIGABRT", "it aborted itself: a broken invariant or no memory left"},
    {SIGBUS, "SIGBUS", "memory fault in a mapped file"},
    {SIGFPE, "SIGFPE", "arithmetic fault"},
    {SIGKILL, "SIGKILL", "killed from outside, by a person or for lack of memory"},
    {SIGSEGV, "SIGSEGV", "memory fault"},
    {SIGPIPE, "SIGPIPE", "it wrote to a closed pipe"},
    {SIGALRM, "SIGALRM", "an alarm nobody waited for"},
    {SIGTERM, "SIGTERM", "told to leave before it could answer"},
    {SIGXCPU, "SIGXCPU", "its processor time limit is used up"},
    {SIGXFSZ, "SIGXFSZ", "its file size limit is reached"},
    {SIGSYS, "SIGSYS", "a system call its sandbox forbids"},
});

const Words* find(std::span<const Words> table, int number) {
    const auto found = std::ranges::find(table, number, &Words::number);
    return found == table.end() ? nullptr : &*found;
}

std::string explain_signal(int number) {
    const Words* words = find(signal_words, number);
    std::string text = "signal " + std::to_string(number);
    if (words == nullptr) return text;
    return text.append(" ").append(words->name).append(": ").append(words->meaning);
}

std::string explain_code(int code) {
    const Words* words = find(exit_words, code);
    std::string text = "exit " + std::to_string(code) + ": ";
    return text.append(words == nullptr ? "a code none of our workers uses" : words->meaning);
}

} // namespace

std::string explain_exit(const ExitStatus& status) {
    return status.signal != 0 ? explain_signal(status.signal) : explain_code(status.code);
}

bool Death::is_its_own() const {
    if (was_asked) return false;
    // A kill that we ordered for a reason has that reason in its words; TERM from outside ends in a
    // clean leave.
    if (status.signal == SIGKILL) return words != explain_exit(status);
    return status.signal != 0 || status.code != std::to_underlying(ExitCode::clean);
}

void DeathTally::record(Death death) {
    deaths_[total_++ % capacity] = std::move(death);
}

void DeathTally::restore(const std::vector<Death>& newest_first, std::uint64_t total,
                         std::uint64_t forgiven) {
    total_ = std::max<std::uint64_t>(total, newest_first.size());
    forgiven_ = std::min(forgiven, total_);
    std::uint64_t number = total_;
    for (const auto& death : newest_first)
        deaths_[--number % capacity] = death;
}

const Death& DeathTally::newest() const {
    return deaths_[(total_ + capacity - 1) % capacity];
}

std::vector<Death> DeathTally::newest_first() const {
    std::vector<Death> list;
    const std::uint64_t known = std::min<std::uint64_t>(total_, capacity);
    for (std::uint64_t i = 0; i < known; ++i)
        list.push_back(deaths_[(total_ - 1 - i) % capacity]);
    return list;
}

template <class Predicate>
std::size_t DeathTally::in_a_row(Predicate counts) const {
    const std::uint64_t known = std::min<std::uint64_t>(total_ - forgiven_, capacity);
    std::size_t row = 0;
    while (row < known && counts(deaths_[(total_ - 1 - row) % capacity]))
        ++row;
    return row;
}

std::size_t DeathTally::within(Milliseconds span, Instant now) const {
    const auto deaths = newest_first();
    return static_cast<std::size_t>(std::ranges::count_if(
        deaths, [&](const Death& death) { return !death.was_asked && now - death.at <= span; }));
}

std::size_t DeathTally::unready_in_a_row() const {
    return in_a_row([](const Death& death) { return !death.was_asked && !death.reached_ready; });
}

std::size_t DeathTally::unready_in_a_row(Milliseconds span, Instant now) const {
    return in_a_row([&](const Death& death) {
        return !death.was_asked && !death.reached_ready && now - death.at <= span;
    });
}

std::size_t DeathTally::short_lives_in_a_row(Milliseconds healthy_after) const {
    return in_a_row(
        [&](const Death& death) { return !death.was_asked && death.served < healthy_after; });
}

namespace {

template <class Predicate>
std::size_t crashes_until(const std::vector<Death>& row, Predicate ends) {
    const auto end = std::ranges::find_if(row, ends);
    return static_cast<std::size_t>(
        std::count_if(row.begin(), end, [](const Death& death) { return death.is_its_own(); }));
}

} // namespace

std::size_t DeathTally::crashes_in_a_row(Milliseconds healthy_after) const {
    return crashes_until(unforgiven_faults(),
                         [&](const Death& death) { return death.served >= healthy_after; });
}

std::size_t DeathTally::crashes_in_a_row(Milliseconds healthy_after, Milliseconds span,
                                         Instant now) const {
    return crashes_until(unforgiven_faults(), [&](const Death& death) {
        return death.served >= healthy_after || now - death.at > span;
    });
}

std::optional<CrashLoop> DeathTally::crash_loop(std::size_t least,
                                                Milliseconds useful_after) const {
    CrashLoop loop;
    for (const auto& death : unforgiven_faults()) {
        loop.deaths += death.is_its_own() ? 1 : 0;
        loop.since = death.at;
        if (death.served >= useful_after) break; // it was of use until then
    }
    return loop.deaths >= least ? std::optional(loop) : std::nullopt;
}

std::vector<Death> DeathTally::unforgiven_faults() const {
    auto list = newest_first();
    if (const auto known = total_ - forgiven_; known < list.size()) list.resize(known);
    list.erase(std::ranges::find_if(list, &Death::was_asked), list.end());
    return list;
}

} // namespace openclaw::process
