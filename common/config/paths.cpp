#include "common/config/paths.h"

#include "common/base/names.h"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

namespace openclaw::config {

namespace {

constexpr int dev_port = 19001; // OPS.md 4

bool is_profile_name(std::string_view name) {
    const auto is_letter_or_digit = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    };
    const auto may_follow = [&](char c) { return is_letter_or_digit(c) || c == '_' || c == '-'; };
    // CLI.md, --profile: ^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$
    return !name.empty() && name.size() <= 64 && is_letter_or_digit(name.front()) &&
           std::ranges::all_of(name, may_follow);
}

std::string home_from_account() {
    const passwd* account = getpwuid(geteuid());
    return account != nullptr && account->pw_dir != nullptr ? account->pw_dir : "/";
}

std::string absolute(std::string_view path) {
    return std::filesystem::absolute(std::filesystem::path(path)).lexically_normal().string();
}

Result<std::string> choose_profile(const PathOptions& options, const Environment& environment) {
    if (options.dev && !options.profile.empty())
        return fail(Code::invalid,
                    "--profile and --dev exclude each other: --dev is the profile \"dev\"");
    std::string profile = options.profile;
    if (profile.empty())
        profile = options.dev ? "dev" : variable(environment, "OPENCLAW_PROFILE").value_or("");
    if (profile == "default") profile.clear();
    if (!profile.empty() && !is_profile_name(profile))
        return fail(Code::invalid, R"(Invalid --profile (use letters, numbers, "_", "-" only))");
    return profile;
}

// FNV-1a, 32 bits: the port of a named profile (OPS.md 4).
std::uint32_t fnv1a32(std::string_view text) {
    std::uint32_t hash = 2'166'136'261;
    for (const char c : text)
        hash = (hash ^ static_cast<unsigned char>(c)) * 16'777'619;
    return hash;
}

int profile_port(const Paths& paths) {
    if (paths.dev || paths.profile == "dev") return dev_port;
    return 20'000 + static_cast<int>(fnv1a32(paths.profile) % 40'000);
}

Result<int> port_number(std::string_view text, std::string_view place) {
    const auto digits = text.substr(text.rfind(':') + 1); // "N", "host:N", "[::1]:N"
    int port = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (read.ec == std::errc() && read.ptr == digits.data() + digits.size() && port >= 1 &&
        port <= 65'535)
        return port;
    return fail(Code::invalid, std::string(place) + " is no port: give a number from 1 to 65535");
}

} // namespace

std::string Paths::in_state(std::string_view relative) const {
    return state_directory + "/" + std::string(relative);
}

std::string expand_home(std::string_view path, std::string_view home) {
    if (path == "~") return std::string(home);
    if (path.starts_with("~/")) return std::string(home) + std::string(path.substr(1));
    return std::string(path);
}

std::string shorten_home(std::string_view path, std::string_view home) {
    if (home.size() < 2 || !path.starts_with(home)) return std::string(path);
    if (path.size() == home.size()) return "~";
    return path[home.size()] == '/' ? "~" + std::string(path.substr(home.size()))
                                    : std::string(path);
}

Result<Paths> resolve_paths(const PathOptions& options, const Environment& environment) {
    Paths paths;
    paths.profile = TRY(choose_profile(options, environment));
    paths.dev = options.dev;
    const auto real_home = variable(environment, "HOME");
    const auto home = variable(environment, "OPENCLAW_HOME");
    paths.home = home ? absolute(expand_home(*home, real_home.value_or("/")))
                      : absolute(real_home ? *real_home : home_from_account());

    const std::string suffix = paths.profile.empty() ? "" : "-" + paths.profile;
    const auto state = variable(environment, "OPENCLAW_STATE_DIR");
    paths.state_directory = state ? absolute(expand_home(*state, paths.home))
                                  : paths.home + "/" + std::string(names::state_directory) + suffix;
    const auto file = variable(environment, "OPENCLAW_CONFIG_PATH");
    paths.config_file =
        file ? absolute(expand_home(*file, paths.home)) : paths.in_state(names::config_file);
    const auto workspace = variable(environment, "OPENCLAW_WORKSPACE_DIR");
    paths.workspace =
        workspace ? absolute(expand_home(*workspace, paths.home))
        : state ? paths.in_state("workspace") // a state directory of its own keeps everything apart
                : paths.home + "/" + std::string(names::state_directory) + "/workspace" + suffix;
    return paths;
}

Result<Port> resolve_port(std::optional<int> flag, const Environment& environment,
                          std::optional<int> configured, const Paths& paths) {
    if (flag) {
        if (*flag < 1 || *flag > 65'535)
            return fail(Code::invalid, "--port must be a number from 1 to 65535");
        return Port{*flag, "cli"};
    }
    if (const auto written = variable(environment, "OPENCLAW_GATEWAY_PORT"))
        return Port{TRY(port_number(*written, "OPENCLAW_GATEWAY_PORT")), "env"};
    if (configured) return Port{*configured, "config"};
    if (!paths.profile.empty()) return Port{profile_port(paths), "profile"};
    return Port{names::default_port, "default"};
}

} // namespace openclaw::config
