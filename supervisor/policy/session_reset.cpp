#include "supervisor/policy/session_reset.h"

#include <ctime>

namespace openclaw::policy {

namespace {

constexpr std::int64_t ms_per_minute = 60'000;

// The last moment at or before `now_ms` when the local clock showed `hour`. mktime() puts the date
// right across month ends and clock changes.
std::int64_t last_passing_of(int hour, std::int64_t now_ms) {
    const auto now = static_cast<std::time_t>(now_ms / 1000);
    std::tm local = {};
    localtime_r(&now, &local);
    if (local.tm_hour < hour) --local.tm_mday;
    local.tm_hour = hour;
    local.tm_min = local.tm_sec = 0;
    local.tm_isdst = -1;
    return static_cast<std::int64_t>(std::mktime(&local)) * 1000;
}

bool has_idled(const config::ResetRule& rule, std::int64_t last_ms, std::int64_t now_ms) {
    return rule.idle_minutes && now_ms - last_ms >= *rule.idle_minutes * ms_per_minute;
}

} // namespace

const config::ResetRule& reset_rule(const SessionParts& parts, const config::Session& session) {
    if (const auto found = session.reset_by_channel.find(parts.channel);
        found != session.reset_by_channel.end())
        return found->second;
    const bool is_room = parts.kind == SessionKind::group || parts.kind == SessionKind::channel;
    const char* const type = !parts.thread_id.empty() ? "thread" : is_room ? "group" : "direct";
    const auto found = session.reset_by_type.find(type);
    return found != session.reset_by_type.end() ? found->second : session.reset;
}

bool is_over(const config::ResetRule& rule, std::int64_t last_ms, std::int64_t now_ms) {
    if (last_ms == 0) return false;
    switch (rule.mode) {
    case config::ResetRule::Mode::none:
        return false;
    case config::ResetRule::Mode::idle:
        return has_idled(rule, last_ms, now_ms);
    case config::ResetRule::Mode::daily:
        return last_ms < last_passing_of(rule.at_hour, now_ms) || has_idled(rule, last_ms, now_ms);
    }
    return false;
}

} // namespace openclaw::policy
