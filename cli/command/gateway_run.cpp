#include "cli/command/gateway_run.h"

#include "common/base/names.h"
#include "common/base/strings.h"
#include "common/base/unique_fd.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace openclaw::cli {

namespace {

constexpr std::size_t max_secret_bytes = 4096;

std::string own_folder() {
    std::array<char, 4096> path{};
    const ssize_t length = readlink("/proc/self/exe", path.data(), path.size() - 1);
    const std::string_view own(path.data(), static_cast<std::size_t>(std::max<ssize_t>(length, 0)));
    return std::string(own.substr(0, own.rfind('/')));
}

Result<config::Environment> daemon_environment(const Context& context, const RunOptions& options) {
    auto environment = context.environment;
    if (!options.token.empty()) environment["OPENCLAW_GATEWAY_TOKEN"] = options.token;
    if (!options.token_file.empty())
        environment["OPENCLAW_GATEWAY_TOKEN"] = TRY(read_secret_file(options.token_file));
    if (!options.password.empty()) environment["OPENCLAW_GATEWAY_PASSWORD"] = options.password;
    return environment;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> out;
    out.reserve(texts.size() + 1);
    for (auto& text : texts)
        out.push_back(text.data());
    out.push_back(nullptr);
    return out;
}

Error replace_process(const std::string& program, std::vector<std::string> arguments,
                      const config::Environment& environment) {
    arguments.insert(arguments.begin(), std::string(names::daemon));
    std::vector<std::string> variables;
    variables.reserve(environment.size());
    for (const auto& [name, value] : environment)
        variables.push_back(name + "=" + value);
    execve(program.c_str(), pointers(arguments).data(), pointers(variables).data());
    return system_error(Code::internal, "cannot start " + program, errno);
}

int refuse(const Context& context, const Error& error) {
    context.console.note(error.sentence);
    return exit_failure;
}

} // namespace

void add_run_options(Command& command, RunOptions& options) {
    command.number("--port", options.port, {1, 65535}, "port for WebSocket and HTTP (18789)");
    command.choice("--bind", options.bind, {"loopback", "lan", "tailnet", "auto", "custom"},
                   "where to listen (loopback)");
    command.choice("--auth", options.auth, {"none", "token", "password"},
                   "how clients prove who they are (token)");
    command.option("--token", options.token,
                   "gateway token for this run (visible in the process list; prefer --token-file)");
    command.option("--token-file", options.token_file,
                   "file with the gateway token, readable by its owner only");
    command.option("--password", options.password,
                   "gateway password for this run (visible in the process list)");
    command.flag("--allow-unconfigured", options.allow_unconfigured,
                 "start without a configuration file");
    command.flag("--ambient-channels,--dev-ambient-channels", options.ambient_channels,
                 "let token variables create channels without a config block");
    command.flag("--verbose", options.verbose, "show debug lines on the console");
}

std::vector<std::string> daemon_arguments(const RunOptions& options, const Globals& globals) {
    std::vector<std::string> arguments;
    const auto add = [&](std::string name, const std::string& value) {
        if (!value.empty()) arguments.insert(arguments.end(), {std::move(name), value});
    };
    add("--port", options.port == 0 ? "" : std::to_string(options.port));
    add("--bind", options.bind);
    const bool has_token = !options.token.empty() || !options.token_file.empty();
    add("--auth", options.auth.empty() && has_token                   ? "token"
                  : options.auth.empty() && !options.password.empty() ? "password"
                                                                      : options.auth);
    add("--log-level", globals.log_level);
    add("--profile", globals.profile);
    if (globals.dev) arguments.emplace_back("--dev");
    if (options.allow_unconfigured) arguments.emplace_back("--allow-unconfigured");
    if (options.ambient_channels) arguments.emplace_back("--ambient-channels");
    if (options.verbose) arguments.emplace_back("--verbose");
    return arguments;
}

Result<std::string> find_daemon() {
    const auto places = daemon_places(own_folder());
    for (const auto& place : places)
        if (access(place.c_str(), X_OK) == 0) return place;
    std::string sentence = "cannot find " + std::string(names::daemon) + "; looked for";
    for (const auto& place : places)
        sentence += " " + place;
    return fail(Code::not_found, sentence + ". Is the installation complete?");
}

std::vector<std::string> daemon_places(const std::string& own_folder) {
    const std::string name(names::daemon);
    return {own_folder + "/" + name, own_folder + "/../supervisor/" + name,
            own_folder + "/../libexec/openclaw/" + name, own_folder + "/../lib/openclaw/" + name};
}

Result<std::string> read_secret_file(const std::string& path) {
    const UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));

    struct stat facts {};

    if (!file || fstat(file.get(), &facts) != 0)
        return Failure(system_error(Code::not_found, "cannot read " + path, errno));
    if (!S_ISREG(facts.st_mode) || (facts.st_mode & 077) != 0)
        return fail(Code::denied,
                    path + " must be a regular file that only its owner can read: chmod 600 " +
                        path);
    std::string text(max_secret_bytes, '\0');
    const ssize_t length = read(file.get(), text.data(), text.size());
    std::string secret(trim(
        std::string_view(text).substr(0, static_cast<std::size_t>(std::max<ssize_t>(length, 0)))));
    if (secret.empty()) return fail(Code::invalid, path + " holds no token");
    return secret;
}

int run_gateway(const Context& context, const RunOptions& options) {
    const auto daemon = find_daemon();
    if (!daemon) return refuse(context, daemon.error());
    const auto environment = daemon_environment(context, options);
    if (!environment) return refuse(context, environment.error());
    if (!options.token.empty() && context.console.is_terminal())
        context.console.note("note: --token can be read in the process list while this command "
                             "starts; prefer --token-file");
    return refuse(context, replace_process(*daemon, daemon_arguments(options, context.globals),
                                           *environment));
}

} // namespace openclaw::cli
