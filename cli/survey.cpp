#include "cli/survey.h"

#include "cli/config_source.h"
#include "cli/target.h"
#include "common/base/names.h"

#include <pwd.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace openclaw::cli {

namespace {

constexpr Milliseconds port_probe_within{300}; // loopback: an open port answers at once

std::string_view word_for(config::Gateway::Bind bind) {
    using Bind = config::Gateway::Bind;
    switch (bind) {
    case Bind::automatic:
        return "auto";
    case Bind::lan:
        return "lan";
    case Bind::loopback:
        return "loopback";
    case Bind::custom:
        return "custom";
    case Bind::tailnet:
        return "tailnet";
    }
    return "loopback";
}

std::string operating_system() {
    utsname name{};
    uname(&name);
    return "linux " + std::string(name.release) + " (" + name.machine + ")";
}

bool exists(const std::string& path) {
    return access(path.c_str(), F_OK) == 0;
}

void ask_all(Survey& survey, RpcClient& client, const std::vector<Question>& questions,
             Milliseconds within) {
    std::vector<std::pair<std::string, std::string>> asked; // method, id
    for (const auto& question : questions) {
        auto id = client.send(question.method, question.params_json, within);
        if (id)
            asked.emplace_back(question.method, *id);
        else
            survey.refusals.emplace(question.method, id.error());
    }
    for (const auto& [method, id] : asked) {
        auto answer = client.wait(id, within);
        if (answer)
            survey.answers.emplace(method, std::move(*answer));
        else
            survey.refusals.emplace(method, answer.error());
    }
}

// A connection that breaks before the first answer is no gateway.
void judge_reachability(Survey& survey) {
    if (!survey.answers.empty() || survey.refusals.empty()) return;
    const auto& first = survey.refusals.begin()->second;
    if (first.type != CallError::Type::request) survey.unreachable = first;
}

// A gateway that was started with --port listens there, whatever the configuration says.
void use_reported_port(Survey& survey) {
    const auto port = survey.of("workers.list")["supervisor"]["port"].integer();
    if (port > 0 && port != survey.config.port.number)
        survey.config.port = {.number = static_cast<int>(port), .source = "running gateway"};
}

} // namespace

json::View Survey::of(std::string_view method) const {
    const auto found = answers.find(method);
    return found == answers.end() ? json::View() : found->second.payload();
}

ConfigFacts read_config_facts(const Context& context, std::int64_t port_option) {
    ConfigFacts facts;
    facts.file = context.paths.config_file;
    facts.exists = exists(facts.file);
    const auto loaded = config::load(config_source(context));
    if (!loaded)
        for (const auto& issue : loaded.error())
            facts.problems.push_back(config::render(issue, names::config_file));
    const std::optional<int> flag =
        port_option == 0 ? std::nullopt : std::optional(static_cast<int>(port_option));
    const auto port = config::resolve_port(
        flag, context.environment, loaded ? loaded->gateway.port : std::nullopt, context.paths);
    if (port)
        facts.port = *port;
    else
        facts.problems.push_back(port.error().sentence);
    if (!loaded) return facts;
    facts.bind = word_for(loaded->gateway.bind);
    if (loaded->gateway.bind == config::Gateway::Bind::custom)
        facts.bind_host = loaded->gateway.custom_bind_host;
    return facts;
}

namespace {

std::string user_name(const config::Environment& environment) {
    if (const passwd* account = getpwuid(geteuid())) return account->pw_name;
    return config::variable(environment, "USER").value_or("");
}

} // namespace

ServiceFacts find_service(const config::Paths& paths, const config::Environment& environment,
                          const std::string& root) {
    ServiceFacts facts;
    facts.has_manager = exists(root + "run/systemd/system"); // sd_booted(3)
    facts.unit = std::string(names::daemon) + (paths.profile.empty() ? "" : "-" + paths.profile) +
                 ".service";
    const auto config_home =
        config::variable(environment, "XDG_CONFIG_HOME").value_or(paths.home + "/.config");
    for (const auto& folder : {config_home + "/systemd/user/", root + "etc/systemd/user/",
                               root + "usr/lib/systemd/user/", root + "etc/systemd/system/"})
        if (facts.unit_file.empty() && exists(folder + facts.unit))
            facts.unit_file = folder + facts.unit;
    facts.is_of_user =
        !facts.unit_file.empty() && !facts.unit_file.starts_with(root + "etc/systemd/system/");
    facts.lingers = exists(root + "var/lib/systemd/linger/" + user_name(environment));
    return facts;
}

Survey take_survey(const Context& context, const ConnectionOptions& options,
                   const std::vector<Question>& questions) {
    Survey survey;
    survey.operating_system = operating_system();
    survey.config = read_config_facts(context, options.port);
    survey.service = find_service(context.paths, context.environment);
    if (const auto target = resolve_target(context, options)) {
        survey.target_name = target->name;
        survey.target_source = target->source;
        survey.is_control_socket = !target->control_socket.empty();
    }
    const auto begun = std::chrono::steady_clock::now();
    auto client = open_gateway(context, options);
    if (!client)
        survey.unreachable = client.error();
    else
        ask_all(survey, *client, questions, options.timeout());
    survey.latency_ms =
        std::chrono::duration_cast<Milliseconds>(std::chrono::steady_clock::now() - begun).count();
    judge_reachability(survey);
    use_reported_port(survey);
    survey.port_is_open = connect_tcp(survey.config.bind_host, survey.config.port.number,
                                      std::chrono::steady_clock::now() + port_probe_within)
                              .has_value();
    return survey;
}

} // namespace openclaw::cli
