#include "cli/secret_input.h"

#include "common/base/strings.h"
#include "common/base/unique_fd.h"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>

namespace openclaw::cli {

namespace {

constexpr std::size_t most_bytes = 4096; // no platform's token is as long

// Reads to the end of a line or of the input; nothing: it was not readable.
std::optional<std::string> read_line(int fd) {
    std::string line;
    std::array<char, 512> buffer{};
    while (line.size() < most_bytes) {
        const auto got = ::read(fd, buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return std::nullopt;
        if (got == 0) break;
        line.append(buffer.data(), static_cast<std::size_t>(got));
        if (line.contains('\n')) break;
    }
    return line.substr(0, line.find('\n'));
}

Result<Secret> secret_in(int fd, const std::string& where) {
    auto line = read_line(fd);
    if (!line) return Failure(system_error(Code::unavailable, "cannot read " + where, errno));
    const std::string text(trim(*line));
    if (text.empty()) return fail(Code::invalid, "there is no token in " + where);
    if (text.size() >= most_bytes) return fail(Code::invalid, where + " holds no token: too long");
    return Secret(text);
}

// The terminal shows nothing of what is typed while this lives.
class NoEcho {
  public:
    NoEcho() {
        is_set_ = tcgetattr(STDIN_FILENO, &before_) == 0;
        termios quiet = before_;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        if (is_set_) tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    }

    ~NoEcho() {
        if (is_set_) tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    }

    NoEcho(const NoEcho&) = delete;
    NoEcho& operator=(const NoEcho&) = delete;

  private:
    termios before_{};
    bool is_set_ = false;
};

void say(std::string_view text) {
    (void)!::write(STDERR_FILENO, text.data(), text.size());
}

} // namespace

Result<Secret> read_token_file(const std::string& path) {
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) return Failure(system_error(Code::unavailable, "cannot open " + path, errno));
    return secret_in(fd.get(), path);
}

Result<Secret> read_token_from_input() {
    return secret_in(STDIN_FILENO, "standard input");
}

Result<Secret> ask_for_secret(std::string_view question) {
    if (!is_somebody_there()) return fail(Code::unavailable, "there is no terminal to ask on");
    say(question);
    auto secret = [] {
        const NoEcho quiet;
        return secret_in(STDIN_FILENO, "what was typed");
    }();
    say("\n");
    return secret;
}

bool ask_yes_or_no(std::string_view question) {
    if (!is_somebody_there()) return false;
    say(question);
    const auto line = read_line(STDIN_FILENO);
    const auto answer = to_lower(trim(line.value_or("")));
    return answer == "y" || answer == "yes";
}

bool is_somebody_there() {
    return isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1;
}

} // namespace openclaw::cli
