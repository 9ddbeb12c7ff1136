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

struct GivenSecrets {
    Secret token, password; // OPENCLAW_GATEWAY_TOKEN and …_PASSWORD
    Secret made_token;      // made when there was none
};

struct Preparation {
    Options options;
    config::Environment environment; // .env files included, the gateway's own secrets taken out
    config::Paths paths;
    config::Config config;
    web::ListenAddress address;
    config::GatewayAuth auth; // in force: flags, config, environment, or made for this run
    bool token_was_made = false;
    Secret made_token;                              // for this run: good until its end
    Secret environment_token, environment_password; // .env files included
    Secret given_token, given_password;             // of the environment we were started with
    std::string log_file;

    config::LoadOptions load_options() const; // to read the configuration again
    // The same start with another file: who may come in is decided again, where we listen is not.
    std::expected<Preparation, Refusal> with(config::Config changed) const;
};

// `given`: what an earlier image of this process took out of the environment.
std::expected<Preparation, Refusal> prepare(const Options& options, GivenSecrets given = {});

// The same process with what the files say now. May run on the pool: it changes nothing of the
// process.
enum class Reread { config, everything }; // everything: the .env files and the address as well
std::expected<Preparation, Refusal> prepare_again(const Preparation& before, Reread what);

} // namespace openclaw
