// http/tools.h — POST /tools/invoke: the tools this gateway has itself, each a method of the
// protocol (PROTOCOL.md 17).
//
// The agent of this build has no tools; what can be invoked here are looks at the gateway's own
// affairs. Everything else, and what gateway.tools.deny names, is not available. A tool asks the
// same dispatch as every client, with the caller's scopes.
#pragma once

#include "common/json/read.h"
#include "common/loop/timer.h"
#include "supervisor/http/caller.h"
#include "supervisor/rpc/dispatch.h"
#include "supervisor/web/http_exchange.h"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::http {

// What the method is asked for a tool call. Nothing: no such tool. Pure.
struct ToolRequest {
    std::string_view method;
    std::string params_json;
};

std::vector<std::string_view> tool_names();
std::optional<ToolRequest> read_tool_request(std::string_view name, json::View body,
                                             std::string_view main_session);

struct ToolParts {
    Loop& loop;
    rpc::Dispatch& dispatch;
    const rpc::GatewayFacts& facts;
    std::span<const std::string> denied;
};

void invoke_tool(const std::shared_ptr<web::HttpExchange>& exchange, json::View body, Caller caller,
                 const ToolParts& parts);

} // namespace openclaw::http
