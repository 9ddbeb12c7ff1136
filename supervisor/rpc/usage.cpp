#include "supervisor/rpc/usage.h"

#include "supervisor/policy/session_key.h"
#include "supervisor/rpc/usage_sums.h"

#include <algorithm>
#include <array>
#include <set>

namespace openclaw::rpc {

namespace {

// usage.cost

std::string cost_json(const UsageRows& rows, const UsagePeriod& period, std::string_view agent,
                      std::int64_t now_ms) {
    std::map<std::string, UsageTotals> days;
    for (std::int64_t i = 0; i < std::min<std::int64_t>(period.days, 366); ++i)
        days[day_text(period.until_ms - (i + 1) * day_ms, period.offset_seconds)];
    UsageTotals totals;
    for (const auto& row : rows) {
        if (!is_of_agent(row, agent)) continue;
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

void cost(Call& call, const HistoryParts& parts) {
    const auto now_ms = parts.clock.unix_ms();
    const auto period = period_in(call.params, now_ms);
    if (!period) return call.reply.fail(bad_date());
    parts.conversations.usage(period->query(), [reply = call.reply, period = *period, now_ms,
                                                agent = std::string(call.params["agentId"].text())](
                                                   Result<UsageRows> rows) {
        if (!rows) return reply.fail(rows.error());
        reply.ok(cost_json(*rows, period, agent, now_ms));
    });
}

// sessions.usage

struct SessionSum {
    UsageTotals totals;
    std::string provider, model, session_id;
    std::set<std::string> days;
};

struct Sums {
    UsageTotals all;
    std::map<std::string, SessionSum> sessions;
    std::map<std::pair<std::string, std::string>, UsageTotals> models;
    std::map<std::string, UsageTotals> agents, days;
};

Sums sum(const UsageRows& rows, std::string_view key, std::string_view agent) {
    Sums sums;
    for (const auto& row : rows) {
        if (!is_of_agent(row, agent) || (!key.empty() && row.session_key != key)) continue;
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
    std::map<std::string, UsageTotals> providers;
    for (const auto& [model, totals] : sums.models) {
        out.begin_object().member("provider", model.first).member("model", model.second);
        out.member("count", totals.answers);
        write_totals_member(out, "totals", totals);
        out.end_object();
        UsageTotals& provider = providers[model.first];
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

std::string sessions_json(const Sums& sums, const UsagePeriod& period, std::size_t limit,
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
        period->query(),
        [reply = call.reply, period = *period, parts, key, limit,
         agent = std::string(call.params["agentId"].text())](Result<UsageRows> rows) {
            if (!rows) return reply.fail(rows.error());
            reply.ok(sessions_json(sum(*rows, key, agent), period, limit, parts));
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
    add_session_usage(table, parts);
}

} // namespace openclaw::rpc
