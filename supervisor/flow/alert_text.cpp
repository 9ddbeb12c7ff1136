#include "supervisor/flow/alert_text.h"

#include <algorithm>
#include <string_view>

namespace openclaw::flow {

namespace {

std::string who(const policy::Judged& one) {
    if (one.channel.empty()) return "The " + one.label;
    return one.label + " account \"" + one.account + "\"";
}

std::string two_units(std::int64_t large, std::string_view large_unit, std::int64_t small,
                      std::string_view small_unit) {
    std::string text = std::to_string(large).append(" ").append(large_unit);
    if (small > 0) text.append(" ").append(std::to_string(small)).append(" ").append(small_unit);
    return text;
}

std::string sentence(std::string reason) {
    if (!reason.empty() && reason.back() != '.') reason += '.';
    return reason;
}

} // namespace

std::string how_long(std::int64_t milliseconds) {
    const auto seconds = std::max<std::int64_t>(0, milliseconds) / 1000;
    if (seconds < 100) return std::to_string(seconds) + " s";
    const auto minutes = seconds / 60;
    if (minutes < 60) return std::to_string(minutes) + " min";
    if (minutes < 48 * 60) return two_units(minutes / 60, "h", minutes % 60, "min");
    return two_units(minutes / 1440, "d", minutes % 1440 / 60, "h");
}

std::string down_text(const policy::Judged& sick, std::int64_t since_ms, std::int64_t now_ms) {
    const bool needs_you = sick.verdict.ailment == policy::Ailment::needs_operator;
    std::string text = "⚠️ " + who(sick) + (needs_you ? " needs you" : " is down");
    if (since_ms > 0) text += ", for " + how_long(now_ms - since_ms) + " now";
    text += ": " + sentence(sick.verdict.reason);
    return text + "\nLook: `openclaw workers show " + sick.id + "`";
}

std::string back_text(const policy::Judged& again, std::int64_t since_ms, std::int64_t now_ms) {
    return "✅ " + who(again) + " is back" +
           (since_ms > 0 ? " after " + how_long(now_ms - since_ms) : std::string()) + ".";
}

std::string was_down_text(const policy::Judged& again, std::int64_t since_ms, std::int64_t now_ms) {
    return "✅ " + who(again) + " was down" +
           (since_ms > 0 ? " for " + how_long(now_ms - since_ms) : std::string()) +
           " and is back. Nobody could be told before.";
}

} // namespace openclaw::flow
