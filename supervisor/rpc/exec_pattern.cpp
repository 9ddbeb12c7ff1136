#include "supervisor/rpc/exec_pattern.h"

#include "supervisor/policy/pattern.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <utility>

namespace openclaw::rpc {

namespace {

constexpr std::size_t max_line = 8192, max_arguments = 4096; // bytes

// They run what their arguments say.
constexpr std::array<std::string_view, 36> carriers = {
    "sh",     "bash",    "dash",   "ash",     "zsh",     "ksh",    "fish",  "csh",      "tcsh",
    "env",    "nice",    "nohup",  "timeout", "stdbuf",  "setsid", "xargs", "sudo",     "doas",
    "su",     "runuser", "chroot", "unshare", "nsenter", "flock",  "watch", "time",     "busybox",
    "toybox", "eval",    "exec",   "command", "builtin", "source", ".",     "parallel", "script"};

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

bool contains(std::string_view set, char c) {
    return set.find(c) != set.npos;
}

// Reads one line word by word; gives up at the first character whose meaning is a shell's alone.
class Words {
  public:
    explicit Words(std::string_view line)
        : rest_(line) {}

    std::optional<std::vector<ProgramCall>> read() {
        while (true) {
            skip_blanks();
            const bool is_between = rest_.empty() || contains(";&|", rest_.front());
            if (!is_between && !word()) return std::nullopt;
            if (!is_between) continue;
            if (!end_call()) return std::nullopt;
            if (rest_.empty()) return std::move(calls_);
            if (!separator()) return std::nullopt;
        }
    }

  private:
    void skip_blanks() {
        while (!rest_.empty() && is_blank(rest_.front()))
            rest_.remove_prefix(1);
    }

    // A word ends at a blank or a separator.
    bool word() {
        std::string text;
        if (rest_.front() == '#') return false;
        while (!rest_.empty() && !is_blank(rest_.front()) && !contains(";&|", rest_.front())) {
            const char c = rest_.front();
            if (c == '\'' || c == '"') {
                if (!quoted(c, text)) return false;
                continue;
            }
            if (contains("$`\\<>(){}!\n\r", c) || c == '\0') return false;
            if (contains("*?[]~", c)) current_.is_literal = false;
            text += c;
            rest_.remove_prefix(1);
        }
        words_.push_back(std::move(text));
        return true;
    }

    bool quoted(char quote, std::string& text) {
        const auto end = rest_.find(quote, 1);
        if (end == rest_.npos) return false;
        const auto inside = rest_.substr(1, end - 1);
        const std::string_view special = quote == '"' ? "$`\\!\n\r" : "\n\r";
        if (inside.find_first_of(special) != inside.npos) return false;
        text += inside;
        rest_.remove_prefix(end + 1);
        return true;
    }

    // A line may end with a separator; between two of them there has to be a program.
    bool end_call() {
        if (words_.empty()) return rest_.empty() && !calls_.empty() && may_be_empty_;
        const std::string& program = words_.front();
        if (program.empty() || program.find_first_of("=*?[]~") != program.npos) return false;
        current_.program = program;
        current_.arguments.assign(words_.begin() + 1, words_.end());
        calls_.push_back(std::exchange(current_, {}));
        words_.clear();
        return true;
    }

    bool separator() {
        for (const std::string_view two : {"&&", "||"})
            if (rest_.starts_with(two)) return take(2, false);
        if (rest_.starts_with("&") || rest_.starts_with(";;") || rest_.starts_with("|&"))
            return false; // in the background; of a case; with the errors
        return take(1, rest_.front() == ';');
    }

    bool take(std::size_t size, bool may_be_last) {
        rest_.remove_prefix(size);
        may_be_empty_ = may_be_last;
        return true;
    }

    std::string_view rest_;
    std::vector<std::string> words_;
    std::vector<ProgramCall> calls_;
    ProgramCall current_;
    bool may_be_empty_ = false;
};

std::string_view base_name(std::string_view path) {
    return path.substr(path.rfind('/') + 1); // npos + 1 is the beginning
}

bool is_carrier(std::string_view path) {
    return std::ranges::find(carriers, base_name(path)) != carriers.end();
}

// Which places of the pattern can be reached after each character of the text: no way back, so
// that no pattern is slow.
bool glob_matches(std::string_view pattern, std::string_view text) {
    std::vector<bool> at(pattern.size() + 1);
    const auto spread = [&](std::vector<bool>& reached) { // a star may stand for nothing
        for (std::size_t i = 0; i < pattern.size(); ++i)
            if (reached[i] && pattern[i] == '*') reached[i + 1] = true;
    };
    at[0] = true;
    spread(at);
    for (const char c : text) {
        std::vector<bool> next(pattern.size() + 1);
        for (std::size_t i = 0; i < pattern.size(); ++i) {
            if (!at[i]) continue;
            const bool is_deep = pattern.substr(i).starts_with("**") ||
                                 (i > 0 && pattern.substr(i - 1).starts_with("**"));
            if (pattern[i] == '*')
                next[i] = next[i] || c != '/' || is_deep;
            else if (pattern[i] == c || (pattern[i] == '?' && c != '/'))
                next[i + 1] = true;
        }
        spread(next);
        at = std::move(next);
    }
    return at[pattern.size()];
}

std::string with_home(std::string_view pattern) {
    const char* home = std::getenv("HOME"); // NOLINT(concurrency-mt-unsafe): nobody sets it
    if (home == nullptr || !pattern.starts_with("~/")) return std::string(pattern);
    return std::string(home).append(pattern.substr(1));
}

} // namespace

std::optional<std::vector<ProgramCall>> programs_in(std::string_view line) {
    if (line.size() > max_line) return std::nullopt;
    return Words(line).read();
}

std::string place_of(const ProgramCall& call, std::string_view cwd, std::string_view found_at) {
    std::filesystem::path place(call.program.contains('/') ? call.program : found_at);
    if (place.empty()) return {};
    if (place.is_relative()) place = std::filesystem::path(cwd) / place;
    return place.is_absolute() ? place.lexically_normal().string() : std::string();
}

bool pattern_means(std::string_view pattern, const ProgramCall& call, std::string_view place) {
    if (pattern == "*") return true;
    if (pattern.empty() || is_carrier(call.program) || is_carrier(place)) return false;
    const bool is_place = pattern.contains('/') || pattern.starts_with('~');
    if (!is_place) return !call.program.contains('/') && glob_matches(pattern, call.program);
    return !place.empty() && glob_matches(with_home(pattern), place);
}

Result<void> check_argument_pattern(std::string_view expression) {
    const auto pattern = policy::Pattern::compile(expression, policy::Case::kept);
    if (pattern) return {};
    return fail(Code::invalid, "argPattern: " + pattern.error().sentence);
}

bool arguments_match(std::string_view expression, const ProgramCall& call) {
    if (!call.is_literal) return false;
    std::string joined;
    for (const auto& argument : call.arguments)
        joined += (joined.empty() ? "" : " ") + argument;
    if (joined.size() > max_arguments) return false;
    const auto pattern = policy::Pattern::compile(expression, policy::Case::kept);
    return pattern && pattern->found_in(joined);
}

} // namespace openclaw::rpc
