// http/target.h — which agent and which session a request means (PROTOCOL.md 17). Pure but for the
// name of a new session.
//
//   agent    x-openclaw-agent-id, else the agent in `model`, else the default one
//   session  x-openclaw-session-key, else one that belongs to `user`, else a new one
#pragma once

#include "supervisor/http/answers.h"
#include "supervisor/rpc/facts.h"
#include "supervisor/web/http_endpoint.h"

#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace openclaw::http {

// "openclaw", "openclaw/default", "openclaw/<id>", "openclaw:<id>", "agent:<id>" to an agent's id;
// "" for the first two. Nothing: it is none of these.
std::optional<std::string> agent_in_model(std::string_view model);

struct Target {
    std::string agent_id;
    std::string session_key;
    std::string model; // "provider/model" of x-openclaw-model; empty: the agent's choice
};

// What of a body decides.
struct Aim {
    std::string_view model; // as written
    std::string_view user;
    std::string_view door; // "openai", "openresponses": of the session's name
};

// Errors, in this order: the model, the agent, the session, x-openclaw-model.
std::expected<std::string, ApiError> agent_meant(const Aim& aim, const web::HttpHead& head,
                                                 const rpc::GatewayFacts& facts);
std::expected<Target, ApiError> target_meant(const Aim& aim, const web::HttpHead& head,
                                             const rpc::GatewayFacts& facts);

} // namespace openclaw::http
