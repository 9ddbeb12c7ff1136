// supervisor/preparation.h — everything that can refuse a start, before anything has begun.
//
// Environment, paths, configuration, port, address and credentials become one value, or one screen
// of text and the exit code a service manager understands (78: do not try again before somebody
// changes the configuration).
#pragma once

#include "common/config/config.h"
#include "supervisor/options.h"
#include "supervisor/web/listener.h"

#include <expected>
#include <string>

namespace openclaw {

struct Refusal {
    int exit_code = 1;
    std::string text;
};

struct Preparation {
    Options options;
    config::Environment environment; // .env files included, the gateway's own secrets taken out
    config::Paths paths;
    config::Config config;
    web::ListenAddress address;
    config::GatewayAuth auth; // in force: flags, config, environment, or made for this run
    bool token_was_made = false;
    Secret environment_token, environment_password;
    std::string log_file;

    config::LoadOptions load_options() const; // to read the configuration again
    // The same start with another file: who may come in is decided again, where we listen is not.
    std::expected<Preparation, Refusal> with(config::Config changed) const;
};

std::expected<Preparation, Refusal> prepare(const Options& options);

} // namespace openclaw
