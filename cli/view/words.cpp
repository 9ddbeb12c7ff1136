#include "cli/view/words.h"

#include <cmath>
#include <cstdio>
#include <ctime>

namespace openclaw::cli {

namespace {

constexpr std::int64_t second = 1000, minute = 60 * second, hour = 60 * minute, day = 24 * hour;

std::string two_units(std::int64_t large, std::string_view large_name, std::int64_t small,
                      std::string_view small_name) {
    std::string out = std::to_string(large) + std::string(large_name);
    return small == 0 ? out : out + " " + std::to_string(small) + std::string(small_name);
}

// At most one decimal, and none when it says nothing: 1.2, 38, 1.
std::string rounded(double value) {
    char text[32];
    const int decimals = value < 10 && std::round(value * 10) != std::round(value) * 10 ? 1 : 0;
    snprintf(text, sizeof text, "%.*f", decimals, value);
    return text;
}

} // namespace

std::string age(std::int64_t then_ms, std::int64_t now_ms) {
    if (then_ms <= 0) return "never";
    const auto passed = now_ms - then_ms;
    if (passed < 10 * second) return "just now";
    if (passed < minute) return std::to_string(passed / second) + "s ago";
    if (passed < hour) return std::to_string(passed / minute) + "m ago";
    if (passed < day) return std::to_string(passed / hour) + "h ago";
    return std::to_string(passed / day) + "d ago";
}

std::string until(std::int64_t then_ms, std::int64_t now_ms) {
    return then_ms <= now_ms
               ? "now"
               : "in " + duration(then_ms - now_ms < second ? second : then_ms - now_ms);
}

std::string duration(std::int64_t ms) {
    if (ms < second) return std::to_string(ms < 0 ? 0 : ms) + "ms";
    const std::int64_t tenths = ms / 100;
    if (ms < 10 * second) return rounded(static_cast<double>(tenths) / 10) + "s";
    if (ms < minute) return std::to_string(ms / second) + "s";
    if (ms < hour) return two_units(ms / minute, "m", ms % minute / second, "s");
    if (ms < day) return two_units(ms / hour, "h", ms % hour / minute, "m");
    return two_units(ms / day, "d", ms % day / hour, "h");
}

std::string bytes(std::int64_t count) {
    const auto value = static_cast<double>(count);
    if (value < 1e3) return std::to_string(count) + " B";
    if (value < 1e6) return rounded(value / 1e3) + " kB";
    if (value < 1e9) return rounded(value / 1e6) + " MB";
    return rounded(value / 1e9) + " GB";
}

std::string count(std::int64_t number) {
    const auto value = static_cast<double>(number);
    if (value < 1e3) return std::to_string(number);
    if (value < 1e6) return rounded(value / 1e3) + "k";
    return rounded(value / 1e6) + "m";
}

std::string percent(double ratio) {
    return rounded(ratio * 100) + "%";
}

std::string plural(std::int64_t number, std::string_view noun) {
    return std::to_string(number) + " " + std::string(noun) + (number == 1 ? "" : "s");
}

std::string short_path(std::string_view path, const Look& look) {
    const bool is_below = !look.home.empty() && look.home != "/" && path.starts_with(look.home) &&
                          (path.size() == look.home.size() || path[look.home.size()] == '/');
    return is_below ? "~" + std::string(path.substr(look.home.size())) : std::string(path);
}

std::string capitalised(std::string_view word) {
    std::string out(word);
    if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 32);
    return out;
}

std::string clock_time(std::int64_t unix_ms) {
    const auto seconds = static_cast<std::time_t>(unix_ms / 1000);
    std::tm parts{};
    localtime_r(&seconds, &parts);
    char text[48];
    const auto length = std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts);
    snprintf(text + length, sizeof text - length, ".%03d", static_cast<int>(unix_ms % 1000));
    return text;
}

} // namespace openclaw::cli
