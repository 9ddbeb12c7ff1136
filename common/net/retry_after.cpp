#include "common/net/retry_after.h"

#include "common/base/strings.h"

#include <array>
#include <charconv>
#include <cmath>
#include <ctime>
#include <string>

namespace openclaw::net {

namespace {

constexpr double longest_seconds = 365.0 * 24 * 3600; // a sane pause; larger numbers are cut

// RFC 9110 §5.6.7: IMF-fixdate, RFC 850, asctime. Names of days and months are English in the "C"
// locale, which is the only one our programs use.
constexpr std::array forms{"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT",
                           "%a %b %d %H:%M:%S %Y"};

std::optional<Milliseconds> from_seconds(std::string_view text) {
    double seconds = 0;
    const auto [end, problem] =
        std::from_chars(text.data(), text.data() + text.size(), seconds, std::chars_format::fixed);
    if (problem != std::errc() || end != text.data() + text.size() || !std::isfinite(seconds) ||
        seconds < 0)
        return std::nullopt;
    return Milliseconds(std::llround(std::min(seconds, longest_seconds) * 1000));
}

std::optional<std::int64_t> unix_ms_of_date(const std::string& text) {
    for (const char* form : forms) {
        std::tm parts{};
        const char* end = strptime(text.c_str(), form, &parts);
        if (end != nullptr && *end == '\0') return static_cast<std::int64_t>(timegm(&parts)) * 1000;
    }
    return std::nullopt;
}

} // namespace

std::optional<Milliseconds> parse_retry_after(std::string_view value, std::int64_t now_unix_ms) {
    const auto text = trim(value);
    if (text.empty()) return std::nullopt;
    if (const auto seconds = from_seconds(text)) return seconds;
    const auto at = unix_ms_of_date(std::string(text));
    if (!at) return std::nullopt;
    return Milliseconds(std::max<std::int64_t>(*at - now_unix_ms, 0));
}

} // namespace openclaw::net
