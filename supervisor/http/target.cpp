#include "supervisor/http/target.h"

#include "common/base/strings.h"
#include "supervisor/auth/digest.h"
#include "supervisor/policy/session_key.h"
#include "supervisor/rpc/models.h"

#include <algorithm>
#include <span>

namespace openclaw::http {

namespace {

constexpr std::size_t longest_plain_user = 64;

bool is_plain(std::string_view user) {
    return user.size() <= longest_plain_user && std::ranges::all_of(user, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                      c == '-' || c == '_' || c == '.' || c == '@';
           });
}

// The same words always make the same name; different ones never do.
std::string name_for(std::string_view user) {
    if (user.empty()) return uuid_v4();
    if (is_plain(user)) return "user:" + std::string(user);
    const auto digest = auth::sha256(user);
    return "user-sha256:" + to_hex(std::span(digest).first(16));
}

std::expected<std::string, ApiError> named_session(std::string_view written,
                                                   const std::string& agent_id,
                                                   const rpc::GatewayFacts& facts) {
    const auto key = policy::canonical_session_key(written, agent_id);
    if (!key) return std::unexpected(invalid_request(key.error().sentence));
    const auto parts = policy::read_session_key(*key);
    if (!parts || policy::is_reserved_for_us(*parts))
        return std::unexpected(invalid_request(
            "`x-openclaw-session-key` cannot use reserved internal session namespaces."));
    if (!parts->agent_id.empty() && facts.agents.find(parts->agent_id) == nullptr)
        return std::unexpected(invalid_request("Unknown agent '" + parts->agent_id + "'."));
    return *key;
}

} // namespace

std::optional<std::string> agent_in_model(std::string_view model) {
    constexpr std::string_view ours = "openclaw";
    if (model == ours) return "";
    for (const std::string_view prefix : {"openclaw/", "openclaw:", "agent:"}) {
        if (!model.starts_with(prefix)) continue;
        const auto agent = to_lower(model.substr(prefix.size()));
        if (agent.empty() || agent.find_first_of("/: ") != std::string::npos) return std::nullopt;
        return agent == "default" ? "" : agent;
    }
    return std::nullopt;
}

std::expected<std::string, ApiError> agent_meant(const Aim& aim, const web::HttpHead& head,
                                                 const rpc::GatewayFacts& facts) {
    auto agent = agent_in_model(aim.model);
    if (!agent)
        return std::unexpected(
            invalid_request("Invalid `model`. Use `openclaw` or `openclaw/<agentId>`."));
    if (const auto header = head.arrival.header("x-openclaw-agent-id"); !header.empty())
        agent = to_lower(header);
    if (agent->empty()) agent = facts.agents.default_id;
    if (facts.agents.find(*agent) == nullptr)
        return std::unexpected(invalid_request("Unknown agent '" + *agent + "'."));
    return *agent;
}

std::expected<Target, ApiError> target_meant(const Aim& aim, const web::HttpHead& head,
                                             const rpc::GatewayFacts& facts) {
    auto agent = agent_meant(aim, head, facts);
    if (!agent) return std::unexpected(agent.error());
    Target target{.agent_id = std::move(*agent), .session_key = {}, .model = {}};
    if (const auto written = head.arrival.header("x-openclaw-session-key"); !written.empty()) {
        auto key = named_session(written, target.agent_id, facts);
        if (!key) return std::unexpected(key.error());
        target.session_key = std::move(*key);
        if (auto owner = policy::agent_of(target.session_key); !owner.empty())
            target.agent_id = std::move(owner);
    } else
        target.session_key =
            policy::http_session_key(target.agent_id, aim.door, name_for(aim.user));
    target.model = head.arrival.header("x-openclaw-model");
    if (!target.model.empty() && !rpc::is_known_model(target.model, facts))
        return std::unexpected(invalid_request(rpc::unknown_model(target.model).message));
    return target;
}

} // namespace openclaw::http
