#include "supervisor/rehearsal.h"

#include "common/log/log.h"
#include "supervisor/handoff.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <utility>

namespace openclaw {

namespace {

constexpr std::size_t kept_lines = 12;

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> list;
    for (auto& text : texts)
        list.push_back(text.data());
    list.push_back(nullptr);
    return list;
}

std::vector<std::string> environment_with(int handoff) {
    std::vector<std::string> list;
    for (char** entry = environ; *entry != nullptr; ++entry)
        if (!std::string_view(*entry).starts_with("NOTIFY_SOCKET=")) list.emplace_back(*entry);
    list.push_back(std::string(handoff_variable) + "=" + std::to_string(handoff));
    return list;
}

std::string how_it_ended(const ExitStatus& status) {
    return status.signal != 0 ? "signal " + std::to_string(status.signal)
                              : "exit " + std::to_string(status.code);
}

struct SpawnPlan {
    posix_spawn_file_actions_t files{};
    posix_spawnattr_t attributes{};

    SpawnPlan(int output, int handoff) {
        posix_spawn_file_actions_init(&files);
        posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_adddup2(&files, output, 1);
        posix_spawn_file_actions_adddup2(&files, output, 2);
        posix_spawn_file_actions_adddup2(&files, handoff, handoff); // takes close-on-exec off
        posix_spawnattr_init(&attributes);
        sigset_t none, all;
        sigemptyset(&none);
        sigfillset(&all);
        posix_spawnattr_setsigmask(&attributes, &none);
        posix_spawnattr_setsigdefault(&attributes, &all);
        posix_spawnattr_setpgroup(&attributes, 0); // one of its own, to be ended with all in it
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                                  POSIX_SPAWN_SETPGROUP);
    }

    ~SpawnPlan() {
        posix_spawn_file_actions_destroy(&files);
        posix_spawnattr_destroy(&attributes);
    }

    SpawnPlan(const SpawnPlan&) = delete;
    SpawnPlan& operator=(const SpawnPlan&) = delete;
};

} // namespace

Result<std::unique_ptr<Rehearsal>> Rehearsal::start(Loop& loop, const std::string& program,
                                                    std::vector<std::string> arguments,
                                                    const std::string& directory, int handoff,
                                                    Milliseconds within, Done done) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0)
        return Failure(system_error(Code::internal, "pipe for a rehearsal", errno));
    UniqueFd ours(ends[0]), theirs(ends[1]);
    fcntl(ours.get(), F_SETFL, O_NONBLOCK);
    arguments.push_back("--rehearse");
    arguments.push_back(directory);
    auto environment = environment_with(handoff);
    const auto argv = pointers(arguments), envp = pointers(environment);
    const SpawnPlan plan(theirs.get(), handoff);
    pid_t pid = 0;
    const int problem =
        posix_spawn(&pid, program.c_str(), &plan.files, &plan.attributes, argv.data(), envp.data());
    if (problem != 0)
        return Failure(system_error(Code::invalid, "cannot start " + program, problem));
    std::unique_ptr<Rehearsal> rehearsal(
        new Rehearsal(loop, pid, std::move(ours), within, std::move(done)));
    rehearsal->child_ = TRY(ChildWatch::create(
        loop, pid, [raw = rehearsal.get()](ExitStatus status) { raw->on_exit(status); }));
    return rehearsal;
}

Rehearsal::Rehearsal(Loop& loop, pid_t pid, UniqueFd output, Milliseconds within, Done done)
    : loop_(loop)
    , pid_(pid)
    , within_(within)
    , done_(std::move(done))
    , output_(
          loop, std::move(output),
          [this](std::string_view line) {
              lines_.emplace_back(line);
              if (lines_.size() > kept_lines) lines_.pop_front();
          },
          [this] {
              is_output_open_ = false;
              if (exit_) on_exit(*exit_);
          })
    , deadline_(loop) {
    deadline_.start(within_, [this] { on_late(); });
}

Rehearsal::~Rehearsal() {
    if (exit_) return;
    end_all();
    waitpid(pid_, nullptr, 0);
}

void Rehearsal::end_all() const {
    ::kill(-pid_, SIGKILL);
}

void Rehearsal::on_late() {
    is_late_ = true;
    if (exit_)
        return on_exit(*exit_); // one it has started has left the group, and keeps its output
    end_all();
}

void Rehearsal::on_exit(ExitStatus status) {
    if (!exit_) end_all(); // whom it has left behind
    exit_ = status;
    output_.finish();
    if (is_late_)
        return finish(fail(Code::timeout, "the new program was not ready within " +
                                              std::to_string(within_.count() / 1000) +
                                              " s in its rehearsal"));
    if (is_output_open_ && status.code == 0 && status.signal == 0) return; // its last line comes
    if (status.code != 0 || status.signal != 0)
        return finish(fail(Code::invalid, "the new program failed its rehearsal (" +
                                              how_it_ended(status) + "): " + last_words()));
    const std::string last = lines_.empty() ? "" : lines_.back();
    if (!last.starts_with(rehearsed_word))
        return finish(fail(Code::invalid, "the new program is no gateway: it ended its rehearsal "
                                          "without saying which build it is"));
    finish(last.substr(rehearsed_word.size()));
}

std::string Rehearsal::last_words() const {
    return lines_.empty() ? "it said nothing" : log::redact(lines_.back());
}

// From the next turn: the caller is a part of this object.
void Rehearsal::finish(Result<std::string> outcome) {
    if (!done_) return;
    deadline_.start(Milliseconds(0),
                    [done = std::move(done_), outcome = std::move(outcome)]() mutable {
                        auto tell = std::move(done);
                        auto what = std::move(outcome);
                        tell(std::move(what));
                    });
    done_ = nullptr;
}

} // namespace openclaw
