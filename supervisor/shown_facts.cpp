#include "supervisor/shown_facts.h"

#include "common/base/names.h"
#include "common/base/strings.h"
#include "common/version.h"
#include "supervisor/door_settings.h"

namespace openclaw {

namespace {

std::vector<rpc::ShownProvider> shown_providers(const config::Models& models) {
    std::vector<rpc::ShownProvider> shown;
    for (const auto& [id, provider] : models.providers) {
        rpc::ShownProvider one{
            .id = id, .has_key = !provider.api_key.empty(), .problem = provider.problem};
        for (const auto& model : provider.models)
            one.models.push_back({.id = model.id,
                                  .name = model.name,
                                  .reasoning = model.reasoning,
                                  .context_window = model.context_window,
                                  .max_tokens = model.max_tokens});
        shown.push_back(std::move(one));
    }
    return shown;
}

std::string_view word(config::Messages::QueueMode mode) {
    using Mode = config::Messages::QueueMode;
    switch (mode) {
    case Mode::followup:
        return "followup";
    case Mode::collect:
        return "collect";
    case Mode::interrupt:
        return "interrupt";
    case Mode::steer:
        break;
    }
    return "steer";
}

} // namespace

void show(const config::Config& config, rpc::GatewayFacts& shown) {
    const auto* agent = config.agents.find(config.agents.default_id);
    shown.agents = config.agents;
    shown.providers = shown_providers(config.models);
    shown.applied_config_hash = config.hash;
    shown.queue_mode = word(config.messages.queue_mode);
    shown.health = config.gateway.health;
    shown.model_configured = agent != nullptr && !config.agents.model_of(*agent).primary.empty();
}

rpc::GatewayFacts shown_facts(const Standing& facts, const Preparation& p) {
    rpc::GatewayFacts shown{.workspace = p.paths.workspace,
                            .config_path = p.paths.config_file,
                            .state_directory = p.paths.state_directory,
                            .ledger_path = p.paths.in_state(names::ledger_file),
                            .log_file = p.log_file,
                            .auth_mode = std::string(auth::name(gate_of(p).mode)),
                            .started_at_ms = facts.rooms.started_at_ms,
                            .boot_id = uuid_v4(),
                            .build = std::string(build_id)};
    show(facts.generation.config(), shown);
    return shown;
}

} // namespace openclaw
