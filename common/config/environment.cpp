#include "common/config/environment.h"

#include "common/base/strings.h"

#include <unistd.h>

#include <algorithm>
#include <array>

namespace openclaw::config {

namespace {

bool starts_variable(char c) {
    return (c >= 'A' && c <= 'Z') || c == '_';
}

bool continues_variable(char c) {
    return starts_variable(c) || (c >= '0' && c <= '9');
}

bool is_variable_name(std::string_view name) {
    return !name.empty() && starts_variable(name.front()) &&
           std::ranges::all_of(name, continues_variable);
}

// CONFIG.md 2.3: what a file in somebody's working directory may not decide.
bool is_trusted_only(std::string_view name) {
    constexpr std::array suffixes = {"_BASE_URL", "_ENDPOINT", "_API_HOST",  "_HOMESERVER",
                                     "_API_KEY",  "_API_KEYS", "_BOT_TOKEN", "_AUTH_TOKEN"};
    return name.starts_with("OPENCLAW_") || name.contains("_API_KEY_") ||
           std::ranges::any_of(suffixes,
                               [&](std::string_view suffix) { return name.ends_with(suffix); });
}

// A value as .env files write it: in quotes, or up to a comment.
std::string env_value(std::string_view written) {
    written = trim(written);
    if (written.size() >= 2 && (written.front() == '"' || written.front() == '\'')) {
        const auto close = written.find(written.front(), 1);
        if (close != std::string_view::npos) return std::string(written.substr(1, close - 1));
    }
    return std::string(trim(written.substr(0, written.find(" #"))));
}

// The end of the name after "${", or npos when this is no reference.
std::size_t reference_end(std::string_view text, std::size_t name_start) {
    const std::size_t close = text.find('}', name_start);
    if (close == std::string_view::npos) return close;
    return is_variable_name(text.substr(name_start, close - name_start)) ? close
                                                                         : std::string_view::npos;
}

void substitute_text(Node& node, const Environment& environment, std::vector<Note>& notes) {
    std::string out;
    const std::string_view text = node.text;
    for (std::size_t at = 0; at < text.size();) {
        const bool literal = text.substr(at).starts_with("$${");
        const bool reference = literal || text.substr(at).starts_with("${");
        const std::size_t name_start = at + (literal ? 3 : 2);
        const std::size_t close =
            reference ? reference_end(text, name_start) : std::string_view::npos;
        if (close == std::string_view::npos) {
            out += text[at++];
            continue;
        }
        const auto name = text.substr(name_start, close - name_start);
        at = close + 1;
        if (literal) {
            out += "${" + std::string(name) + "}";
            continue;
        }
        const auto value = variable(environment, name);
        out += value ? *value : "${" + std::string(name) + "}";
        if (value) continue;
        node.is_unresolved = true;
        notes.push_back({node.place, "${" + std::string(name) + "} is not set in the environment"});
    }
    node.text = std::move(out);
}

} // namespace

Environment process_environment() {
    Environment environment;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        const auto equals = text.find('=');
        if (equals != std::string_view::npos)
            environment.emplace(std::string(text.substr(0, equals)),
                                std::string(text.substr(equals + 1)));
    }
    return environment;
}

std::optional<std::string> variable(const Environment& environment, std::string_view name) {
    const auto found = environment.find(name);
    if (found == environment.end() || found->second.empty()) return std::nullopt;
    return found->second;
}

std::optional<bool> flag(const Environment& environment, std::string_view name) {
    const auto written = variable(environment, name);
    if (!written) return std::nullopt;
    const std::string word = to_lower(trim(*written));
    if (word == "1" || word == "true" || word == "yes" || word == "on") return true;
    if (word == "0" || word == "false" || word == "no" || word == "off") return false;
    return std::nullopt;
}

Environment parse_env_file(std::string_view text) {
    Environment environment;
    for (std::string_view line : split(text, '\n')) {
        line = trim(line);
        if (line.starts_with("export ")) line = trim(line.substr(7));
        const auto equals = line.find('=');
        if (equals == std::string_view::npos) continue;
        const auto name = trim(line.substr(0, equals));
        if (is_variable_name(name))
            environment[std::string(name)] = env_value(line.substr(equals + 1));
    }
    return environment;
}

void add_missing(Environment& environment, const Environment& more) {
    environment.insert(more.begin(), more.end());
}

void add_untrusted(Environment& environment, const Environment& more) {
    for (const auto& [name, value] : more)
        if (!is_trusted_only(name)) environment.emplace(name, value);
}

void substitute(Node& node, const Environment& environment, std::vector<Note>& notes) {
    if (node.is_string() && node.text.contains("${")) substitute_text(node, environment, notes);
    for (Node& element : node.elements)
        substitute(element, environment, notes);
    for (Member& member : node.members)
        substitute(member.value, environment, notes);
}

} // namespace openclaw::config
