#include "supervisor/http/tools.h"

#include "common/json/write.h"
#include "supervisor/http/answers.h"
#include "supervisor/policy/session_key.h"

#include <algorithm>
#include <array>

namespace openclaw::http {

namespace {

constexpr Milliseconds answer_within = std::chrono::seconds(30);

struct ToolRow {
    std::string_view name, method;
    std::string_view session_param;             // which parameter names the session; empty: none
    std::array<std::string_view, 4> taken = {}; // arguments that are handed on
};

constexpr std::array<ToolRow, 4> tools = {{
    {"agents_list", "agents.list", "", {}},
    {"session_status", "sessions.describe", "key", {}},
    {"sessions_history", "chat.history", "sessionKey", {"limit", "offset", "maxChars"}},
    {"sessions_list", "sessions.list", "", {"limit", "offset", "activeMinutes", "search"}},
}};

// A peer for one question: what the method answers becomes the tool's result.
class Asker final : public rpc::Peer {
  public:
    Asker(Loop& loop, std::shared_ptr<web::HttpExchange> exchange, policy::Scopes held)
        : exchange_(std::move(exchange))
        , limit_(loop) {
        scopes = std::move(held);
        auth_method = "http";
        ip = exchange_->head().arrival.ip;
        limit_.start(answer_within, [this] {
            exchange_->answer(tool_error(504, "timeout", "The tool did not answer in time."));
        });
    }

    void send_parts(std::span<const std::string_view> parts) override {
        std::string frame;
        for (const auto part : parts)
            frame += part;
        if (const auto document = json::Document::parse(frame)) tell(document->root());
    }

    void send_event(const web::SharedEvent&) override {}

    void close(std::uint16_t, std::string_view) override {}

    bool is_direct_local() const override { return exchange_->head().arrival.direct_local; }

  private:
    void tell(json::View response) {
        if (!response["ok"].boolean()) return refuse(response["error"]);
        const auto payload = response["payload"].dump();
        json::Writer out;
        out.begin_object().member("ok", true).key("result").begin_object();
        out.key("content").begin_array().begin_object().member("type", "text");
        out.member("text", json::pretty(payload)).end_object().end_array();
        out.raw_member("details", payload).end_object().end_object();
        exchange_->answer(json_answer(200, out.take()));
    }

    void refuse(json::View error) {
        const auto scope = error["details"]["missingScope"].text();
        if (!scope.empty()) return exchange_->answer(refuse_scope(scope));
        exchange_->answer(tool_error(400, "tool_error", error["message"].text()));
    }

    std::shared_ptr<web::HttpExchange> exchange_;
    Timer limit_;
};

std::string question(const ToolRequest& request) {
    json::Writer out;
    out.begin_object().member("type", "req").member("id", "1").member("method", request.method);
    return out.raw_member("params", request.params_json).end_object().take();
}

// "main" and nothing are the default agent's main session.
std::string session_meant(json::View body, std::string_view main_session) {
    for (const auto written : {body["args"]["sessionKey"], body["sessionKey"]})
        if (!written.text().empty() && written.text() != "main") return std::string(written.text());
    return std::string(main_session);
}

} // namespace

std::vector<std::string_view> tool_names() {
    std::vector<std::string_view> names;
    names.reserve(tools.size());
    for (const auto& tool : tools)
        names.push_back(tool.name);
    return names;
}

std::optional<ToolRequest> read_tool_request(std::string_view name, json::View body,
                                             std::string_view main_session) {
    const auto* tool = std::ranges::find(tools, name, &ToolRow::name);
    if (tool == tools.end()) return std::nullopt;
    const auto arguments = body["args"]; // what is no object has no arguments
    json::Writer params;
    params.begin_object();
    if (!tool->session_param.empty())
        params.member(tool->session_param, session_meant(body, main_session));
    for (const auto argument : tool->taken)
        if (!argument.empty() && arguments[argument])
            params.raw_member(argument, arguments[argument].dump());
    return ToolRequest{.method = tool->method, .params_json = params.end_object().take()};
}

void invoke_tool(const std::shared_ptr<web::HttpExchange>& exchange, json::View body, Caller caller,
                 const ToolParts& parts) {
    const std::string name(body["name"].text(body["tool"].text()));
    if (name.empty())
        return exchange->answer(tool_error(400, "invalid_request", "tools.invoke requires name"));
    const auto main_session = policy::main_session_key(parts.facts.agents.default_id);
    const bool is_denied = std::ranges::find(parts.denied, name) != parts.denied.end();
    const auto request = read_tool_request(name, body, main_session);
    if (is_denied || !request)
        return exchange->answer(tool_error(404, "not_found", "Tool not available: " + name));
    const auto asker = std::make_shared<Asker>(parts.loop, exchange, std::move(caller.scopes));
    exchange->when_gone(
        [asker] {}); // a reply that comes later finds it: until the answer is written
    parts.dispatch.on_message(*asker, question(*request));
}

} // namespace openclaw::http
