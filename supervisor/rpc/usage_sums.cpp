#include "supervisor/rpc/usage_sums.h"

#include "supervisor/policy/session_key.h"

#include <algorithm>
#include <charconv>
#include <ctime>

namespace openclaw::rpc {

namespace {

constexpr std::int64_t default_days = 30;

// 2026-11-21, its beginning in UTC milliseconds.
std::optional<std::int64_t> day_start(std::string_view text, std::int64_t offset_seconds) {
    std::tm parts{};
    const std::string copy(text);
    const char* end = strptime(copy.c_str(), "%Y-%m-%d", &parts);
    if (end == nullptr || *end != '\0') return std::nullopt;
    return (static_cast<std::int64_t>(timegm(&parts)) - offset_seconds) * 1000;
}

// "UTC+5", "UTC-03:30", "+02:00"
std::int64_t offset_in(std::string_view text) {
    if (text.starts_with("UTC")) text.remove_prefix(3);
    if (text.empty()) return 0;
    const int sign = text.front() == '-' ? -1 : 1;
    text.remove_prefix(text.front() == '-' || text.front() == '+' ? 1 : 0);
    int hours = 0, minutes = 0;
    std::from_chars(text.data(), text.data() + text.size(), hours);
    if (const auto colon = text.find(':'); colon != text.npos)
        std::from_chars(text.data() + colon + 1, text.data() + text.size(), minutes);
    return sign * (std::min(hours, 14) * 3600 + std::min(minutes, 59) * 60);
}

std::int64_t days_of(json::View params) {
    const auto range = params["range"].text();
    if (range == "7d") return 7;
    if (range == "90d") return 90;
    if (range == "1y") return 365;
    if (range == "all") return 3650;
    return params["days"].integer(default_days);
}

} // namespace

void UsageTotals::add(const ledger::UsageRow& row) {
    input += row.input;
    output += row.output;
    answers += row.answers;
    questions += row.questions;
    if (row.answers > 0 && !row.model.empty())
        by_model[row.provider + "/" + row.model] += row.answers;
    if (first_ms == 0 || row.first_ms < first_ms) first_ms = row.first_ms;
    last_ms = std::max(last_ms, row.last_ms);
}

void write_totals(json::Writer& out, const UsageTotals& totals) {
    out.member("input", totals.input).member("output", totals.output);
    for (const auto* none : {"cacheRead", "cacheWrite"})
        out.member(none, 0);
    out.member("totalTokens", totals.input + totals.output);
    for (const auto* none :
         {"totalCost", "inputCost", "outputCost", "cacheReadCost", "cacheWriteCost"})
        out.member(none, 0);
    out.member("missingCostEntries", totals.answers);
    if (totals.by_model.empty()) return;
    out.key("missingCostByModel").begin_object();
    for (const auto& [model, count] : totals.by_model)
        out.member(model, count);
    out.end_object();
}

void write_totals_member(json::Writer& out, std::string_view name, const UsageTotals& totals) {
    out.key(name).begin_object();
    write_totals(out, totals);
    out.end_object();
}

std::string day_text(std::int64_t at_ms, std::int64_t offset_seconds) {
    const std::time_t seconds = at_ms / 1000 + offset_seconds;
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char text[16];
    return {text, std::strftime(text, sizeof text, "%Y-%m-%d", &parts)};
}

ledger::UsageQuery UsagePeriod::query() const {
    return {.from_ms = from_ms, .until_ms = until_ms, .offset_seconds = offset_seconds};
}

std::optional<UsagePeriod> period_in(json::View params, std::int64_t now_ms) {
    UsagePeriod period{.offset_seconds = offset_in(params["utcOffset"].text())};
    const auto today = *day_start(day_text(now_ms, period.offset_seconds), period.offset_seconds);
    period.until_ms = today + day_ms;
    period.from_ms = period.until_ms - days_of(params) * day_ms;
    if (const auto text = params["endDate"].text(); !text.empty()) {
        const auto end = day_start(text, period.offset_seconds);
        if (!end) return std::nullopt;
        period.until_ms = *end + day_ms;
    }
    if (const auto text = params["startDate"].text(); !text.empty()) {
        const auto start = day_start(text, period.offset_seconds);
        if (!start) return std::nullopt;
        period.from_ms = *start;
    }
    period.days = std::clamp<std::int64_t>((period.until_ms - period.from_ms) / day_ms, 1, 3660);
    return period;
}

bool is_of_agent(const ledger::UsageRow& row, std::string_view agent) {
    return agent.empty() || policy::agent_of(row.session_key) == agent;
}

void write_cache_status(json::Writer& out, std::int64_t now_ms) {
    out.key("cacheStatus").begin_object().member("status", "fresh").member("cachedFiles", 0);
    out.member("pendingFiles", 0).member("staleFiles", 0).member("refreshedAt", now_ms);
    out.end_object();
}

void write_daily(json::Writer& out, std::string_view name,
                 const std::map<std::string, UsageTotals>& days) {
    out.key(name).begin_array();
    for (const auto& [day, totals] : days) {
        out.begin_object().member("date", day);
        write_totals(out, totals);
        out.end_object();
    }
    out.end_array();
}

WireError bad_date() {
    return invalid_request("a date is written like 2026-11-21");
}

} // namespace openclaw::rpc
