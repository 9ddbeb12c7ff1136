// cli/survey.h — what can be learned about this gateway in one go: the configuration file, the
// service manager, the port, and the running gateway's own answers, asked for all at once over one
// connection.
//
// Taking a survey never fails: what could not be learned is part of the result.
#pragma once

#include "cli/context.h"
#include "common/config/paths.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace openclaw::cli {

struct ConfigFacts {
    std::string file;
    bool exists = false;
    std::vector<std::string> problems; // one line each, with place and remedy; empty: it is valid
    std::string bind = "loopback";
    std::string bind_host = "127.0.0.1";
    // In a survey that reached a gateway: where that one listens.
    config::Port port{.number = 18789, .source = "default"};
};

struct ServiceFacts {
    bool has_manager = false; // systemd runs this machine
    std::string unit;         // "openclaw-gateway.service"
    std::string unit_file;    // empty: not installed
    bool is_of_user = false;  // it runs with a user's sessions …
    bool lingers = false;     // … or, with lingering, without them (loginctl(1))
    std::string known;        // "enabled, running, pid 1234": the manager's word; empty: not asked
};

struct Survey {
    ConfigFacts config;
    ServiceFacts service;
    std::string operating_system; // "linux 6.12.0 (x86_64)"
    std::string target_name, target_source;
    bool is_control_socket = true;
    bool port_is_open = false; // somebody listens on bind_host:port
    std::optional<CallError> unreachable;
    std::int64_t latency_ms = 0; // connection and all answers
    std::map<std::string, Answer, std::less<>> answers;
    std::map<std::string, CallError, std::less<>> refusals; // methods that answered with an error

    bool is_reachable() const { return !unreachable.has_value(); }

    json::View of(std::string_view method) const; // the payload; absent when there is none
};

struct Question {
    std::string method;
    std::string params_json;
};

Survey take_survey(const Context& context, const ConnectionOptions& options,
                   const std::vector<Question>& questions);

ConfigFacts read_config_facts(const Context& context, std::int64_t port_option);
// Looks at files only; asks no service manager. `root` is "/" but in tests.
ServiceFacts find_service(const config::Paths& paths, const config::Environment& environment,
                          const std::string& root = "/");

} // namespace openclaw::cli
