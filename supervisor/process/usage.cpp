#include "supervisor/process/usage.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <string>
#include <string_view>

namespace openclaw::process {

namespace {

// A file of /proc as it is now; empty when it cannot be read. 4 KiB hold each file read here.
std::string read_now(const UniqueFd& fd) {
    std::array<char, 4096> buffer{};
    const ssize_t size = fd ? pread(fd.get(), buffer.data(), buffer.size(), 0) : -1;
    return size > 0 ? std::string(buffer.data(), static_cast<std::size_t>(size)) : std::string();
}

UniqueFd open_of(pid_t pid, const char* file) {
    const std::string path = "/proc/" + std::to_string(pid) + "/" + file;
    return UniqueFd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
}

std::uint64_t number_at(std::string_view text) {
    const auto start = text.find_first_of("0123456789");
    std::uint64_t number = 0;
    if (start != std::string_view::npos)
        std::from_chars(text.data() + start, text.data() + text.size(), number);
    return number;
}

// proc(5), smaps_rollup: "Rss:    1784 kB".
std::uint64_t bytes_of(std::string_view rollup, std::string_view key) {
    const auto found = rollup.find(key);
    return found == std::string_view::npos ? 0
                                           : number_at(rollup.substr(found + key.size())) * 1024;
}

// proc(5), stat: fields 14 and 15 in clock ticks; the name in parentheses may hold anything.
Milliseconds cpu_of(std::string_view stat) {
    std::string_view rest = stat.substr(std::min(stat.rfind(')') + 1, stat.size()));
    for (int field = 3; field < 14 && !rest.empty(); ++field)
        rest.remove_prefix(std::min(rest.find(' ', 1), rest.size()));
    const std::uint64_t user = number_at(rest);
    rest.remove_prefix(std::min(rest.find(' ', 1), rest.size()));
    const auto ticks_per_second = static_cast<std::uint64_t>(sysconf(_SC_CLK_TCK));
    return Milliseconds((user + number_at(rest)) * 1000 / ticks_per_second);
}

// proc(5), statm: the second number, in pages. Anybody may read it.
std::uint64_t resident_of(std::string_view statm) {
    const auto second = statm.find(' ');
    if (second == std::string_view::npos) return 0;
    return number_at(statm.substr(second)) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

} // namespace

std::uint64_t resident_bytes(pid_t pid) {
    return resident_of(read_now(open_of(pid, "statm")));
}

void UsageMeter::hold() {
    if (!rollup_) rollup_ = open_of(pid_, "smaps_rollup");
}

UniqueFd UsageMeter::duplicate() const {
    return UniqueFd(rollup_ ? fcntl(rollup_.get(), F_DUPFD, 3) : -1); // survives exec
}

std::optional<Usage> UsageMeter::look(Instant now) {
    const std::string stat = read_now(open_of(pid_, "stat"));
    if (stat.empty()) return std::nullopt;
    const std::string rollup =
        rollup_ ? read_now(rollup_) : read_now(open_of(pid_, "smaps_rollup"));
    Usage usage{.rss_bytes = bytes_of(rollup, "\nRss:"),
                .pss_bytes = bytes_of(rollup, "\nPss:"),
                .cpu = cpu_of(stat)};
    if (usage.rss_bytes == 0) usage.rss_bytes = resident_bytes(pid_);
    const std::chrono::duration<double, std::milli> passed = now - looked_at_;
    if (passed >= std::chrono::seconds(1)) { // shorter spans say nothing: a clock tick is 10 ms
        ratio_ = static_cast<double>((usage.cpu - cpu_before_).count()) / passed.count();
        looked_at_ = now;
        cpu_before_ = usage.cpu;
    }
    usage.cpu_ratio = ratio_;
    return usage;
}

} // namespace openclaw::process
