#include "cli/console.h"

#include "common/base/clock.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>

namespace openclaw::cli {

namespace {

constexpr int default_width = 120; // CLI.md 3.1: when stdout is not a terminal
constexpr int least_width = 40;

bool is_set(const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr && *value != '\0';
}

bool wants_colour(int fd, bool no_color) {
    if (no_color || is_set("NO_COLOR")) return false;
    if (is_set("FORCE_COLOR")) return std::string_view(std::getenv("FORCE_COLOR")) != "0";
    return isatty(fd) == 1;
}

int width_of(int fd) {
    winsize size{};
    if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return default_width;
    return size.ws_col < least_width ? least_width : size.ws_col;
}

Look look_of(int fd, bool no_color) {
    const char* home = std::getenv("HOME");
    return {.colour = wants_colour(fd, no_color),
            .width = width_of(fd),
            .now_ms = SystemClock().unix_ms(),
            .home = home ? home : ""};
}

// A reader that went away ends us by SIGPIPE, as it should; other errors have nobody left to be
// told.
void write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(fd, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

} // namespace

Console::Console(int out, int err, bool no_color)
    : out_(out)
    , err_(err)
    , is_terminal_(isatty(out) == 1)
    , out_look_(look_of(out, no_color))
    , error_look_(look_of(err, no_color)) {}

void Console::out(std::string_view text) const {
    write_all(out_, text);
}

void Console::line(std::string_view text) const {
    write_all(out_, std::string(text) + "\n");
}

void Console::note(std::string_view text) const {
    write_all(err_, std::string(text) + "\n");
}

} // namespace openclaw::cli
