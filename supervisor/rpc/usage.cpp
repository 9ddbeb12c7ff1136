#include "supervisor/rpc/usage.h"

#include "common/base/strings.h"
#include "common/json/write.h"
#include "supervisor/policy/session_key.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <map>
#include <optional>
#include <set>

namespace openclaw::rpc {

namespace {

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::int64_t default_days = 30;

struct Totals {
    std::uint64_t input = 0, output = 0;
    std::int64_t answers = 0, questions = 0;
    std::map<std::string, std::int64_t> by_model; // "provider/model" → answers
    std::int64_t first_ms = 0, last_ms = 0;

    void add(const ledger::UsageRow& row) {
        input += row.input;
        output += row.output;
        answers += row.answers;
        questions += row.questions;
        if (row.answers > 0 && !row.model.empty())
            by_model[row.provider + "/" + row.model] += row.answers;
        if (first_ms == 0 || row.first_ms < first_ms) first_ms = row.first_ms;
        last_ms = std::max(last_ms, row.last_ms);
    }
};

// The members every sum has; prices are not known.
void write_totals(json::Writer& out, const Totals& totals) {
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

void write_totals_member(json::Writer& out, std::string_view name, const Totals& totals) {
    out.key(name).begin_object();
    write_totals(out, totals);
    out.end_object();
}

// Days

std::string day_text(std::int64_t at_ms, std::int64_t offset_seconds) {
    const std::time_t seconds = at_ms / 1000 + offset_seconds;
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char text[16];
    return {text, std::strftime(text, sizeof text, "%Y-%m-%d", &parts)};
}

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

struct Period {
    std::int64_t from_ms = 0, until_ms = 0, offset_seconds = 0;
    std::int64_t days = 0;
};

std::int64_t days_of(json::View params) {
    const auto range = params["range"].text();
    if (range == "7d") return 7;
    if (range == "90d") return 90;
    if (range == "1y") return 365;
    if (range == "all") return 3650;
    return params["days"].integer(default_days);
}

std::optional<Period> period_in(json::View params, std::int64_t now_ms) {
    Period period{.offset_seconds = offset_in(params["utcOffset"].text())};
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

using Rows = std::vector<ledger::UsageRow>;

bool is_meant(const ledger::UsageRow& row, std::string_view agent) {
    return agent.empty() || policy::agent_of(row.session_key) == agent;
}

void write_cache_status(json::Writer& out, std::int64_t now_ms) {
    out.key("cacheStatus").begin_object().member("status", "fresh").member("cachedFiles", 0);
    out.member("pendingFiles", 0).member("staleFiles", 0).member("refreshedAt", now_ms);
    out.end_object();
}

void write_daily(json::Writer& out, std::string_view name,
                 const std::map<std::string, Totals>& days) {
    out.key(name).begin_array();
    for (const auto& [day, totals] : days) {
        out.begin_object().member("date", day);
        write_totals(out, totals);
        out.end_object();
    }
    out.end_array();
}

// usage.cost

std::string cost_json(const Rows& rows, const Period& period, std::string_view agent,
                      std::int64_t now_ms) {
    std::map<std::string, Totals> days;
    for (std::int64_t i = 0; i < std::min<std::int64_t>(period.days, 366); ++i)
        days[day_text(period.until_ms - (i + 1) * day_ms, period.offset_seconds)];
    Totals totals;
    for (const auto& row : rows) {
        if (!is_meant(row, agent)) continue;
        days[row.day].add(row);
        totals.add(row);
    }
    json::Writer out;
    out.begin_object().member("updatedAt", now_ms).member("days", period.days);
    write_daily(out, "daily", days);
    write_totals_member(out, "totals", totals);
    write_cache_status(out, now_ms);
    return out.end_object().take();
}

WireError bad_date() {
    return invalid_request("a date is written like 2026-11-21");
}

void cost(Call& call, const HistoryParts& parts) {
    const auto now_ms = parts.clock.unix_ms();
    const auto period = period_in(call.params, now_ms);
    if (!period) return call.reply.fail(bad_date());
    parts.conversations.usage(
        {.from_ms = period->from_ms,
         .until_ms = period->until_ms,
         .offset_seconds = period->offset_seconds},
        [reply = call.reply, period = *period, now_ms,
         agent = std::string(call.params["agentId"].text())](Result<Rows> rows) {
            if (!rows) return reply.fail(rows.error());
            reply.ok(cost_json(*rows, period, agent, now_ms));
        });
}

// sessions.usage

struct SessionSum {
    Totals totals;
    std::string provider, model, session_id;
    std::set<std::string> days;
};

struct Sums {
    Totals all;
    std::map<std::string, SessionSum> sessions;
    std::map<std::pair<std::string, std::string>, Totals> models;
    std::map<std::string, Totals> agents, days;
};

Sums sum(const Rows& rows, std::string_view key, std::string_view agent) {
    Sums sums;
    for (const auto& row : rows) {
        if (!is_meant(row, agent) || (!key.empty() && row.session_key != key)) continue;
        auto& session = sums.sessions[row.session_key];
        session.totals.add(row);
        session.session_id = row.session_id;
        session.days.insert(row.day);
        if (!row.model.empty()) {
            session.provider = row.provider;
            session.model = row.model;
            sums.models[{row.provider, row.model}].add(row);
        }
        sums.agents[policy::agent_of(row.session_key)].add(row);
        sums.days[row.day].add(row);
        sums.all.add(row);
    }
    return sums;
}

void write_session(json::Writer& out, const std::string& key, const SessionSum& sum,
                   const HistoryParts& parts) {
    const auto* session = parts.conversations.find(key);
    out.begin_object().member("key", key);
    if (session != nullptr && !session->label.empty()) out.member("label", session->label);
    out.member("sessionId", sum.session_id).member("scope", "instance");
    out.member("updatedAt", session != nullptr ? session->updated_at_ms : sum.totals.last_ms);
    out.member("agentId", policy::agent_of(key)).member("modelProvider", sum.provider);
    out.member("model", sum.model).key("usage").begin_object();
    write_totals(out, sum.totals);
    out.member("sessionId", sum.session_id).member("firstActivity", sum.totals.first_ms);
    out.member("lastActivity", sum.totals.last_ms)
        .member("durationMs", sum.totals.last_ms - sum.totals.first_ms)
        .key("messageCounts")
        .begin_object()
        .member("total", sum.totals.answers + sum.totals.questions)
        .member("user", sum.totals.questions)
        .member("assistant", sum.totals.answers);
    for (const auto* none : {"toolCalls", "toolResults", "errors"})
        out.member(none, 0);
    out.end_object().key("activityDates").begin_array();
    for (const auto& day : sum.days)
        out.value(day);
    out.end_array().end_object().end_object();
}

void write_aggregates(json::Writer& out, const Sums& sums) {
    out.key("aggregates").begin_object().member("sessionCount", sums.sessions.size());
    out.key("messages").begin_object();
    out.member("total", sums.all.answers + sums.all.questions).member("user", sums.all.questions);
    out.member("assistant", sums.all.answers);
    for (const auto* none : {"toolCalls", "toolResults", "errors"})
        out.member(none, 0);
    out.end_object().key("tools").begin_object().member("totalCalls", 0).member("uniqueTools", 0);
    out.key("tools").begin_array().end_array().end_object().key("byModel").begin_array();
    std::map<std::string, Totals> providers;
    for (const auto& [model, totals] : sums.models) {
        out.begin_object().member("provider", model.first).member("model", model.second);
        out.member("count", totals.answers);
        write_totals_member(out, "totals", totals);
        out.end_object();
        Totals& provider = providers[model.first];
        provider.input += totals.input;
        provider.output += totals.output;
        provider.answers += totals.answers;
    }
    out.end_array().key("byProvider").begin_array();
    for (const auto& [provider, totals] : providers) {
        out.begin_object().member("provider", provider).member("count", totals.answers);
        write_totals_member(out, "totals", totals);
        out.end_object();
    }
    out.end_array().key("byAgent").begin_array();
    for (const auto& [agent, totals] : sums.agents) {
        out.begin_object().member("agentId", agent);
        write_totals_member(out, "totals", totals);
        out.end_object();
    }
    out.end_array().key("byChannel").begin_array().end_array();
    write_daily(out, "costDaily", sums.days);
    out.key("daily").begin_array();
    for (const auto& [day, totals] : sums.days) {
        out.begin_object().member("date", day).member("tokens", totals.input + totals.output);
        out.member("cost", 0).member("messages", totals.answers + totals.questions);
        out.member("toolCalls", 0).member("errors", 0).end_object();
    }
    out.end_array().end_object();
}

std::string sessions_json(const Sums& sums, const Period& period, std::size_t limit,
                          const HistoryParts& parts) {
    std::vector<const std::pair<const std::string, SessionSum>*> newest;
    for (const auto& session : sums.sessions)
        newest.push_back(&session);
    std::ranges::sort(newest, std::greater(),
                      [](const auto* session) { return session->second.totals.last_ms; });
    json::Writer out;
    out.begin_object().member("updatedAt", parts.clock.unix_ms());
    out.member("startDate", day_text(period.from_ms, period.offset_seconds));
    out.member("endDate", day_text(period.until_ms - 1, period.offset_seconds));
    out.key("sessions").begin_array();
    for (std::size_t i = 0; i < std::min(limit, newest.size()); ++i)
        write_session(out, newest[i]->first, newest[i]->second, parts);
    out.end_array();
    write_totals_member(out, "totals", sums.all);
    write_aggregates(out, sums);
    write_cache_status(out, parts.clock.unix_ms());
    return out.end_object().take();
}

void sessions(Call& call, const HistoryParts& parts) {
    const auto period = period_in(call.params, parts.clock.unix_ms());
    if (!period) return call.reply.fail(bad_date());
    std::string key;
    if (const auto written = call.params["key"].text(); !written.empty()) {
        const auto canonical =
            policy::canonical_session_key(written, parts.facts.agents.default_id);
        if (!canonical) return call.reply.fail(canonical.error());
        key = *canonical;
    }
    const auto limit = static_cast<std::size_t>(call.params["limit"].integer(50));
    parts.conversations.usage(
        {.from_ms = period->from_ms,
         .until_ms = period->until_ms,
         .offset_seconds = period->offset_seconds},
        [reply = call.reply, period = *period, parts, key, limit,
         agent = std::string(call.params["agentId"].text())](Result<Rows> rows) {
            if (!rows) return reply.fail(rows.error());
            reply.ok(sessions_json(sum(*rows, key, agent), period, limit, parts));
        });
}

// One session's answers, one by one

constexpr std::size_t max_points = 1000;

using Show = std::string (*)(const std::string& session_id,
                             const std::vector<ledger::TranscriptRow>& rows);

std::string points_json(const std::string& session_id,
                        const std::vector<ledger::TranscriptRow>& rows) {
    json::Writer out;
    out.begin_object().member("sessionId", session_id).key("points").begin_array();
    std::uint64_t total = 0;
    for (const auto& row : rows) {
        if (row.role != "assistant") continue;
        total += row.input_tokens + row.output_tokens;
        out.begin_object().member("timestamp", row.at_ms).member("input", row.input_tokens);
        out.member("output", row.output_tokens).member("cacheRead", 0).member("cacheWrite", 0);
        out.member("totalTokens", row.input_tokens + row.output_tokens).member("cost", 0);
        out.member("cumulativeTokens", total).member("cumulativeCost", 0).end_object();
    }
    return out.end_array().end_object().take();
}

std::string logs_json(const std::string&, const std::vector<ledger::TranscriptRow>& rows) {
    constexpr std::size_t shown = 2000;
    json::Writer out;
    out.begin_object().key("logs").begin_array();
    for (const auto& row : rows) {
        out.begin_object().member("timestamp", row.at_ms).member("role", row.role);
        out.member("content", utf8_prefix(row.text, shown));
        if (row.role == "assistant") out.member("tokens", row.input_tokens + row.output_tokens);
        out.end_object();
    }
    return out.end_array().end_object().take();
}

void one_session(Call& call, const HistoryParts& parts, Show show) {
    const auto key =
        policy::canonical_session_key(call.params["key"].text(), parts.facts.agents.default_id);
    if (!key) return call.reply.fail(key.error());
    const auto* session = parts.conversations.find(*key);
    if (session == nullptr) return call.reply.fail(invalid_request("No session found: " + *key));
    const auto limit = static_cast<std::size_t>(call.params["limit"].integer(max_points));
    parts.conversations.page(
        session->session_id, 0, limit,
        [reply = call.reply, id = session->session_id, show](Result<ledger::TranscriptPage> page) {
            if (!page) return reply.fail(page.error());
            reply.ok(show(id, page->rows));
        });
}

constexpr std::array cost_params = {integer("days", 1, 3650), text("startDate"),  text("endDate"),
                                    text("agentId"),          text("agentScope"), text("mode"),
                                    text("timeZone"),         text("utcOffset"),  flag("refresh")};
constexpr std::array<std::string_view, 5> ranges = {"7d", "30d", "90d", "1y", "all"};
constexpr std::array usage_params = {
    text("key", 1),
    text("agentId", 1),
    text("agentScope"),
    text("startDate"),
    text("endDate"),
    text("mode"),
    Field{.name = "range", .kind = Kind::string, .one_of = ranges},
    text("groupBy"),
    flag("includeHistorical"),
    text("utcOffset"),
    text("timeZone"),
    integer("limit", 1, 10'000),
    flag("includeContextWeight"),
};
constexpr std::array one_params = {required_text("key"), text("agentId"),
                                   integer("limit", 1, max_points)};

} // namespace

void add_usage(MethodTable& table, HistoryParts parts) {
    table.add({.name = "usage.status",
               .scope = policy::scope::read,
               .unknown = Unknown::ignored,
               .handler = [parts](Call& call) { // no provider of this build tells its quotas
                   json::Writer out;
                   out.begin_object().member("updatedAt", parts.clock.unix_ms());
                   call.reply.ok(
                       out.key("providers").begin_array().end_array().end_object().text());
               }});
    table.add({.name = "usage.cost",
               .scope = policy::scope::read,
               .params = cost_params,
               .handler = [parts](Call& call) { cost(call, parts); }});
    table.add({.name = "sessions.usage",
               .scope = policy::scope::read,
               .params = usage_params,
               .handler = [parts](Call& call) { sessions(call, parts); }});
    for (const auto& [name, show] :
         {std::pair<std::string_view, Show>{"sessions.usage.timeseries", points_json},
          {"sessions.usage.logs", logs_json}})
        table.add(
            {.name = name,
             .scope = policy::scope::read,
             .params = one_params,
             .handler = [parts, show = show](Call& call) { one_session(call, parts, show); }});
}

} // namespace openclaw::rpc
