#include "cli/config_source.h"
#include "cli/doctor/facts.h"

namespace openclaw::cli::doctor {

namespace {

std::string log_file_of(const Context& context, const ConfigFacts& config) {
    if (!config.config || config.config->logging.file.empty())
        return context.paths.in_state("logs/gateway.log");
    return config::expand_home(config.config->logging.file, context.paths.home);
}

PortFacts look_at_port(const Context& context, const ConfigFacts& config) {
    PortFacts facts;
    const auto port = config::resolve_port(
        std::nullopt, context.environment,
        config.config ? config.config->gateway.port : std::nullopt, context.paths);
    if (!port) return facts.problem = port.error().sentence, facts;
    facts.port = *port;
    facts.listeners = find_listeners(facts.port.number);
    return facts;
}

} // namespace

Facts look(const Context& context, const LookOptions& options) {
    Facts facts;
    facts.home = context.paths.home;
    facts.config_file = context.paths.config_file;
    facts.state_directory = context.paths.state_directory;
    facts.environment = context.environment;
    facts.now_ms = context.console.look().now_ms;
    facts.config = look_at_config(config_source(context));
    facts.state = look_at_state(context.paths);
    facts.gateway = ask_gateway(context.paths);
    facts.port = look_at_port(context, facts.config);
    facts.unit = look_at_unit(context, options);
    facts.programs = find_programs(context.environment, facts.config.config);
    facts.machine = look_at_machine(context.paths, log_file_of(context, facts.config));
    if (!facts.gateway.answers) facts.sandbox = try_sandbox();
    return facts;
}

} // namespace openclaw::cli::doctor
