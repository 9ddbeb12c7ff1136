#include "supervisor/options.h"

#include "common/base/names.h"
#include "common/base/strings.h"

#include <getopt.h>

#include <array>
#include <charconv>

namespace openclaw {

namespace {

enum Flag {
    port = 256,
    bind_to,
    auth,
    profile,
    dev,
    allow_unconfigured,
    ambient,
    verbose,
    log_level,
    rehearse,
    version,
    help
};

constexpr std::array<option, 13> long_options{{
    {"port", required_argument, nullptr, port},
    {"bind", required_argument, nullptr, bind_to},
    {"auth", required_argument, nullptr, auth},
    {"profile", required_argument, nullptr, profile},
    {"dev", no_argument, nullptr, dev},
    {"allow-unconfigured", no_argument, nullptr, allow_unconfigured},
    {"ambient-channels", no_argument, nullptr, ambient},
    {"verbose", no_argument, nullptr, verbose},
    {"log-level", required_argument, nullptr, log_level},
    {"rehearse", required_argument, nullptr, rehearse},
    {"version", no_argument, nullptr, version},
    {"help", no_argument, nullptr, help},
    {nullptr, 0, nullptr, 0},
}};

Result<int> read_port(std::string_view text) {
    int number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (problem != std::errc() || end != text.data() + text.size() || number < 1 || number > 65535)
        return fail(Code::invalid,
                    "Invalid --port. Use a port number from 1 to 65535, for example 18789.");
    return number;
}

Result<std::string> one_of(std::string_view value, std::initializer_list<std::string_view> allowed,
                           std::string_view sentence) {
    for (const auto word : allowed)
        if (word == value) return std::string(value);
    return fail(Code::invalid, std::string(sentence));
}

Result<void> apply(Options& options, int flag, const char* value) {
    switch (flag) {
    case port:
        options.port = TRY(read_port(value));
        return {};
    case bind_to:
        options.bind = TRY(one_of(
            value, {"loopback", "lan", "tailnet", "auto", "custom"},
            "Invalid --bind. Use \"loopback\", \"lan\", \"tailnet\", \"auto\", or \"custom\"."));
        return {};
    case auth:
        options.auth = TRY(one_of(value, {"none", "token", "password"},
                                  "Invalid --auth. Use \"none\", \"token\" or \"password\"."));
        return {};
    case profile:
        options.profile = value;
        return {};
    case dev:
        options.dev = true;
        return {};
    case allow_unconfigured:
        options.allow_unconfigured = true;
        return {};
    case ambient:
        options.ambient_channels = true;
        return {};
    case verbose:
        options.verbose = true;
        return {};
    case log_level:
        options.log_level = value;
        return {};
    case rehearse:
        options.rehearse = value;
        return {};
    case version:
        options.show_version = true;
        return {};
    case help:
        options.show_help = true;
        return {};
    default:
        return fail(Code::invalid,
                    "openclaw-gateway does not know this option. Try: openclaw-gateway --help");
    }
}

} // namespace

Result<Options> parse_options(int argc, char** argv) {
    Options options;
    opterr = 0;
    optind = 1;
    for (int flag; (flag = getopt_long(argc, argv, "", long_options.data(), nullptr)) != -1;)
        TRY_VOID(apply(options, flag, optarg));
    if (optind < argc)
        return fail(Code::invalid, "openclaw-gateway takes no argument \"" +
                                       std::string(argv[optind]) +
                                       "\". Try: openclaw-gateway --help");
    return options;
}

std::string options_help() {
    return "Usage: openclaw-gateway [options]\n\n"
           "The supervisor. People start it with `openclaw gateway run`.\n\n"
           "Options:\n"
           "  --allow-unconfigured   start without gateway.mode=local in the config\n"
           "  --ambient-channels     let tokens in the environment make channels\n"
           "  --auth <mode>          none, token or password, for this run\n"
           "  --bind <mode>          loopback, lan, tailnet, auto or custom\n"
           "  --dev                  profile dev, port 19001\n"
           "  --help                 this text\n"
           "  --log-level <level>    error, warn, info or debug\n"
           "  --port <port>          1 to 65535 (default: 18789)\n"
           "  --profile <name>       state and config below ~/.openclaw-<name>\n"
           "  --rehearse <folder>    show with the ledger in there that this program could take "
           "over\n"
           "  --verbose              show debug lines on the console\n"
           "  --version              version and build\n";
}

} // namespace openclaw
