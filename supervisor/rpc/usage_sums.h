// rpc/usage_sums.h — how much was used, added up: by day, by model, by whom; and which days a
// caller means. Prices are not known: costs are 0.
#pragma once

#include "common/json/write.h"
#include "supervisor/rpc/history.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::rpc {

using UsageRows = std::vector<ledger::UsageRow>;

struct UsageTotals {
    std::uint64_t input = 0, output = 0;
    std::int64_t answers = 0, questions = 0;
    std::map<std::string, std::int64_t> by_model; // "provider/model" → answers
    std::int64_t first_ms = 0, last_ms = 0;

    void add(const ledger::UsageRow& row);
};

// The members every sum has.
void write_totals(json::Writer& out, const UsageTotals& totals);
void write_totals_member(json::Writer& out, std::string_view name, const UsageTotals& totals);
void write_daily(json::Writer& out, std::string_view name,
                 const std::map<std::string, UsageTotals>& days);
void write_cache_status(json::Writer& out, std::int64_t now_ms);

// Whole days of the caller's time zone.
struct UsagePeriod {
    std::int64_t from_ms = 0, until_ms = 0, offset_seconds = 0;
    std::int64_t days = 0;

    ledger::UsageQuery query() const;
};

inline constexpr std::int64_t day_ms = 86'400'000;
std::string day_text(std::int64_t at_ms, std::int64_t offset_seconds); // 2026-11-21
// Nothing: a date that cannot be read.
std::optional<UsagePeriod> period_in(json::View params, std::int64_t now_ms);
WireError bad_date();

// Of the agent that is meant; empty: of all.
bool is_of_agent(const ledger::UsageRow& row, std::string_view agent);

} // namespace openclaw::rpc
