// config/agents.h — who answers: agents, the models they use, and which conversation goes to whom
// (CONFIG.md 6).
#pragma once

#include "common/base/clock.h"
#include "common/base/secret.h"
#include "common/config/session.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace openclaw::config {

struct ModelChoice {     // "provider/model" each
    std::string primary; // empty: inherited, at last builtin/echo
    std::vector<std::string> fallbacks;
};

struct Identity {
    std::string name, theme, emoji, avatar;
};

struct Agent {
    std::string id;          // lower case
    std::string name;        // for people; empty: the id
    bool is_default = false; // as written
    std::string workspace;   // expanded; empty: the defaults'
    ModelChoice model;       // empty primary: the defaults'
    std::string system_prompt;
    Identity identity;
    std::optional<std::vector<std::string>>
        mention_patterns; // set and empty: none, not even derived ones
    std::optional<int> timeout_seconds;
};

struct AgentDefaults {
    std::string workspace; // expanded; empty: Paths::workspace
    ModelChoice model;
    std::string system_prompt;
    std::string embedding_provider, embedding_model; // memorySearch.{provider,model}
    int timeout_seconds = 172'800;                   // CONFIG.md 6: 48 h when unset
    int max_concurrent = 0;                          // 0: max(8, 4 × processors)
    int typing_interval_seconds = 6;
};

struct Agents {
    std::map<std::string, Agent> entries; // never empty after load: "main" when none is written
    std::string default_id = "main";      // whose session "main" is; empty: a fleet without one
    bool answers_unbound =
        true; // does the default agent answer what no binding matches? (not in explicit fleets)
    AgentDefaults defaults;

    const Agent* find(std::string_view id) const {
        const auto found = entries.find(std::string(id));
        return found == entries.end() ? nullptr : &found->second;
    }

    const ModelChoice& model_of(const Agent& agent) const {
        return agent.model.primary.empty() ? defaults.model : agent.model;
    }
};

// "openai/gpt-5" → {"openai", "gpt-5"}; without a slash the provider is empty.
std::pair<std::string_view, std::string_view> split_model(std::string_view reference);

struct Model {
    std::string id, name;
    std::vector<std::string> input; // "text", "image": what it can be given; empty: text
    bool reasoning = false;
    int context_window = 0, max_tokens = 0; // 0: unknown
};

struct Provider {
    std::string id;
    std::string base_url;
    std::string api; // "openai-completions", …; empty: the default
    Secret api_key;
    std::map<std::string, std::string> headers; // may hold secrets: never shown
    std::optional<bool> auth_header;            // false: the key travels only in `headers`
    std::optional<int> timeout_seconds;
    std::vector<Model> models;
    std::string problem; // not empty: it cannot be used, and why (an unresolved key)
};

struct Models {
    std::map<std::string, Provider> providers;
};

struct Binding { // one row of the switchboard; what is empty matches everything
    enum class PeerKind { any, direct, group, channel };
    std::string type = "route"; // others are not kept
    std::string agent_id;
    std::string channel;
    std::string account_id; // empty: the default account only; "*": any
    PeerKind peer_kind = PeerKind::any;
    std::string peer_id; // "*": any peer of the kind
    std::string guild_id, team_id;
    std::vector<std::string> roles;
    std::optional<DmScope> dm_scope;
    std::optional<GroupScope> group_scope;
};

} // namespace openclaw::config
