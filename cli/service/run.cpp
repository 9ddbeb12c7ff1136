#include "cli/service/run.h"

#include "common/base/unique_fd.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

namespace openclaw::cli {

namespace {

constexpr std::size_t max_output = 256u << 10;

struct Pipe {
    UniqueFd reading, writing;
};

Result<Pipe> make_pipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0)
        return Failure(system_error(Code::internal, "cannot make a pipe", errno));
    return Pipe{.reading = UniqueFd(ends[0]), .writing = UniqueFd(ends[1])};
}

Result<pid_t> start(const std::vector<std::string>& words, const Pipe& out, const Pipe& err) {
    std::vector<char*> arguments;
    for (const auto& word : words)
        arguments.push_back(const_cast<char*>(word.c_str())); // execve(2) does not write to them
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, out.writing.get(), STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, err.writing.get(), STDERR_FILENO);
    pid_t child = -1;
    const int problem =
        posix_spawnp(&child, arguments[0], &files, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&files);
    if (problem == ENOENT) return fail(Code::not_found, words.front() + " is not installed");
    if (problem != 0)
        return Failure(system_error(Code::internal, "cannot start " + words.front(), problem));
    return child;
}

// False at the end of what it says.
bool take(int fd, std::string& text) {
    std::array<char, 4096> chunk{};
    const ssize_t got = read(fd, chunk.data(), chunk.size());
    if (got < 0) return errno == EINTR;
    if (text.size() < max_output) text.append(chunk.data(), static_cast<std::size_t>(got));
    return got > 0;
}

// True when both streams ended in time.
bool listen_to(Pipe& out, Pipe& err, Ended& ended, Instant deadline) {
    while (out.reading || err.reading) {
        const auto left =
            std::chrono::duration_cast<Milliseconds>(deadline - std::chrono::steady_clock::now());
        if (left.count() <= 0) return false;
        std::array<pollfd, 2> watched{pollfd{out.reading.get(), POLLIN, 0},
                                      pollfd{err.reading.get(), POLLIN, 0}};
        if (poll(watched.data(), watched.size(), static_cast<int>(left.count())) <= 0) continue;
        if (watched[0].revents != 0 && !take(out.reading.get(), ended.out)) out.reading.reset();
        if (watched[1].revents != 0 && !take(err.reading.get(), ended.err)) err.reading.reset();
    }
    return true;
}

int reap(pid_t child) {
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

} // namespace

Result<Ended> run_to_end(const std::vector<std::string>& words, Milliseconds within) {
    auto out = TRY(make_pipe());
    auto err = TRY(make_pipe());
    const pid_t child = TRY(start(words, out, err));
    out.writing.reset();
    err.writing.reset();
    Ended ended;
    const bool in_time = listen_to(out, err, ended, std::chrono::steady_clock::now() + within);
    if (!in_time) kill(child, SIGKILL);
    ended.exit_code = reap(child);
    if (in_time) return ended;
    return fail(Code::timeout, words.front() + " did not answer within " +
                                   std::to_string(within.count() / 1000) + " s");
}

} // namespace openclaw::cli
