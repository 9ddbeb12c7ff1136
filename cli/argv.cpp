#include "cli/argv.h"

#include "common/base/strings.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace openclaw::cli {

namespace {

constexpr std::array<std::string_view, 2> long_dashes{"\u2013", "\u2014"};
constexpr std::array<std::string_view, 2> opening_quotes{"\u201C", "\u2018"};
constexpr std::array<std::string_view, 4> closing_quotes{"\u201D", "\u2019", "\u201C", "\u2018"};
constexpr std::array<std::string_view, 7> log_levels{"silent", "fatal", "error", "warn",
                                                     "info",   "debug", "trace"};

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_name_character(char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

bool takes_words(std::string_view argument) {
    return argument == "-m" || argument == "--message";
}

// "port" or "port=18789": what may stand after the dashes of an option.
bool looks_like_option_name(std::string_view text) {
    return !text.empty() && is_letter(text[0]) &&
           std::ranges::all_of(text.substr(0, text.find('=')), is_name_character);
}

std::string with_plain_dashes(const std::string& argument) {
    std::string_view rest = argument;
    if (std::ranges::none_of(long_dashes, [&](auto dash) { return rest.starts_with(dash); }))
        return argument;
    for (bool stripped = true; stripped;) {
        stripped = rest.starts_with('-');
        if (stripped) rest.remove_prefix(1);
        for (const auto dash : long_dashes)
            if (rest.starts_with(dash)) {
                rest.remove_prefix(dash.size());
                stripped = true;
            }
    }
    return looks_like_option_name(rest) ? "--" + std::string(rest) : argument;
}

std::string_view without_curly_quotes(std::string_view value) {
    for (const auto open : opening_quotes)
        for (const auto close : closing_quotes)
            if (value.size() >= open.size() + close.size() && value.starts_with(open) &&
                value.ends_with(close))
                return value.substr(open.size(), value.size() - open.size() - close.size());
    return value;
}

std::string unquoted(const std::string& argument) {
    const auto equals = argument.starts_with("--") ? argument.find('=') : std::string::npos;
    if (equals == std::string::npos) return std::string(without_curly_quotes(argument));
    return argument.substr(0, equals + 1) +
           std::string(without_curly_quotes(std::string_view(argument).substr(equals + 1)));
}

bool is_profile_name(std::string_view name) {
    return !name.empty() && name.size() <= 64 && name[0] != '-' && name[0] != '_' &&
           std::ranges::all_of(name, is_name_character);
}

// Takes the value of `option` at `index`: "--option value" or "--option=value". Empty optional: not
// this option.
std::optional<std::string> value_of(std::string_view option,
                                    const std::vector<std::string>& arguments, std::size_t& index) {
    const std::string_view argument = arguments[index];
    if (argument == option)
        return index + 1 < arguments.size() ? arguments[++index] : std::string();
    if (argument.starts_with(option) && argument.size() > option.size() &&
        argument[option.size()] == '=')
        return std::string(argument.substr(option.size() + 1));
    return std::nullopt;
}

void refuse(GlobalsTaken& taken, std::string problem, int exit_code) {
    if (!taken.problem.empty()) return;
    taken.problem = std::move(problem);
    taken.exit_code = exit_code;
}

bool take_one(GlobalsTaken& taken, const std::vector<std::string>& arguments, std::size_t& index) {
    auto& globals = taken.globals;
    if (arguments[index] == "--dev") return globals.dev = true;
    if (arguments[index] == "--no-color") return globals.no_color = true;
    if (const auto profile = value_of("--profile", arguments, index)) {
        if (!is_profile_name(*profile))
            refuse(taken, R"([openclaw] Invalid --profile (use letters, numbers, "_", "-" only))",
                   2);
        globals.profile = *profile;
        return true;
    }
    if (const auto level = value_of("--log-level", arguments, index)) {
        if (std::ranges::find(log_levels, *level) == log_levels.end())
            refuse(taken,
                   "[openclaw] Invalid --log-level (use silent, fatal, error, warn, info, debug or "
                   "trace)",
                   1);
        globals.log_level = *level;
        return true;
    }
    return false;
}

} // namespace

Forgiven forgive(std::vector<std::string> arguments) {
    Forgiven out;
    bool after_mark = false;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        auto& typed = arguments[i];
        if (i == 0 && typed == "--")
            continue; // "openclaw -- config get x": the words still dispatch
        const bool words = i > 0 && takes_words(arguments[i - 1]);
        after_mark = after_mark || (typed == "--" && !words);
        auto meant = after_mark || words ? typed : unquoted(with_plain_dashes(typed));
        out.changed = out.changed || meant != typed;
        out.arguments.push_back(std::move(meant));
    }
    return out;
}

std::optional<std::string> broken_config_path(const std::vector<std::string>& arguments) {
    const auto config = std::ranges::find(arguments, "config");
    if (arguments.end() - config < 3) return std::nullopt;
    auto part = config + 2;
    if (!part->ends_with('.')) return std::nullopt;
    std::string path;
    for (; part != arguments.end(); ++part) {
        path += *part;
        if (!part->ends_with('.')) return path;
    }
    return std::nullopt;
}

GlobalsTaken take_globals(const std::vector<std::string>& arguments) {
    GlobalsTaken taken;
    std::size_t index = 0;
    for (; index < arguments.size() && arguments[index] != "--"; ++index) {
        const bool words = index > 0 && takes_words(arguments[index - 1]);
        if (!words && arguments[index] == "--json") taken.globals.json = true;
        if (words || !take_one(taken, arguments, index))
            taken.arguments.push_back(arguments[index]);
    }
    taken.arguments.insert(taken.arguments.end(),
                           arguments.begin() + static_cast<std::ptrdiff_t>(index), arguments.end());
    if (taken.globals.dev && !taken.globals.profile.empty())
        refuse(taken, "Cannot combine --dev with --profile", 2);
    return taken;
}

} // namespace openclaw::cli
