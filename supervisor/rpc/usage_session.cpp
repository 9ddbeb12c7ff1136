// What one session used, answer by answer.
#include "common/base/strings.h"
#include "common/json/write.h"
#include "supervisor/policy/session_key.h"
#include "supervisor/rpc/usage.h"

#include <array>

namespace openclaw::rpc {

namespace {

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

constexpr std::array one_params = {required_text("key"), text("agentId"),
                                   integer("limit", 1, max_points)};

} // namespace

void add_session_usage(MethodTable& table, HistoryParts parts) {
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
