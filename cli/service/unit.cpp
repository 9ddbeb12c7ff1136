#include "cli/service/unit.h"

#include "common/base/names.h"
#include "common/base/strings.h"
#include "systemd/unit_templates.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace openclaw::cli {

namespace {

constexpr std::string_view marker = "OPENCLAW_SERVICE_MARKER=openclaw"; // OPS.md 2.1

bool has_line_break(std::string_view text) {
    return std::ranges::any_of(text, [](char c) { return c == '\n' || c == '\r' || c == '\0'; });
}

// One word of a command line or of Environment= (systemd.service(5), "Command lines").
std::string quoted_word(std::string_view text) {
    const bool is_plain = !text.empty() && std::ranges::none_of(text, [](char c) {
        return c == ' ' || c == '\t' || c == '"' || c == '\'' || c == '\\' || c == ';';
    });
    std::string out;
    for (const char c : text) {
        if (c == '%' || c == '$') out += c; // %%: no specifier; $$: no variable
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return is_plain ? out : "\"" + out + "\"";
}

// Environment= and EnvironmentFile= know specifiers, but no variables.
std::string plain_value(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '%') out += c;
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out;
}

std::string command_line(const UnitPlan& plan) {
    std::string line = quoted_word(plan.program);
    if (!plan.profile.empty()) line += " --profile " + quoted_word(plan.profile);
    line += " gateway run";
    if (plan.port != 0) line += " --port " + std::to_string(plan.port);
    if (plan.allow_unconfigured) line += " --allow-unconfigured";
    return line;
}

std::string without_template_note(std::string_view text) {
    const auto section = text.find('[');
    return std::string(text.substr(std::min(section, text.size())));
}

std::string filled_line(const UnitPlan& plan, std::string_view line) {
    if (line.starts_with("ExecStart=")) return "ExecStart=" + command_line(plan);
    if (line.starts_with("Description=") && !plan.profile.empty())
        return std::string(line) + " (profile " + plan.profile + ")";
    if (line.starts_with("EnvironmentFile=") && plan.kind == UnitKind::user)
        return "EnvironmentFile=-" + plain_value(plan.state_directory) + "/.env";
    if (line.starts_with("Environment="))
        return std::string(line) + " " + std::string(marker) +
               " OPENCLAW_SYSTEMD_UNIT=" + unit_name(plan.profile);
    return std::string(line);
}

std::vector<std::string> split_words(std::string_view line) {
    std::vector<std::string> words;
    bool in_word = false;
    char quote = '\0';
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        const bool is_space = (c == ' ' || c == '\t') && quote == '\0';
        if (is_space) {
            in_word = false;
            continue;
        }
        if (!in_word) words.emplace_back();
        in_word = true;
        if (quote == '\0' && (c == '"' || c == '\'')) {
            quote = c;
        } else if (c == quote) {
            quote = '\0';
        } else if (c == '\\' && i + 1 < line.size()) {
            words.back() += line[++i];
        } else {
            words.back() += c;
            if ((c == '%' || c == '$') && i + 1 < line.size() && line[i + 1] == c) ++i;
        }
    }
    return words;
}

struct SpanUnit {
    std::string_view name;
    std::int64_t seconds;
};

constexpr SpanUnit span_units[] = {{"", 1},      {"s", 1},     {"sec", 1},
                                   {"min", 60},  {"m", 60},    {"h", 3600},
                                   {"hr", 3600}, {"d", 86400}, {"day", 86400}};

} // namespace

std::string unit_name(std::string_view profile) {
    return std::string(names::daemon) + (profile.empty() ? "" : "-" + std::string(profile)) +
           ".service";
}

Result<std::string> unit_text(const UnitPlan& plan) {
    if (has_line_break(plan.program) || has_line_break(plan.state_directory))
        return fail(Code::invalid,
                    "a path with a line break in it cannot stand in a unit: " +
                        std::string(has_line_break(plan.program) ? "the program's"
                                                                 : "the state directory's"));
    const auto text = plan.kind == UnitKind::user ? user_unit_template : system_unit_template;
    std::string out = "# Written by `openclaw gateway install`; `openclaw doctor` keeps it up to "
                      "date.\n# Changes of your own go beside it: systemctl edit\n";
    const std::string body = without_template_note(text);
    for (const auto line : split(body, '\n'))
        out += filled_line(plan, line) + "\n";
    while (out.ends_with("\n\n"))
        out.pop_back();
    return out;
}

UnitFile::UnitFile(std::string_view text) {
    std::string section, joined;
    for (const auto raw : split(text, '\n')) {
        joined += trim(raw);
        if (joined.ends_with('\\')) {
            joined.back() = ' ';
            continue;
        }
        const std::string line = std::exchange(joined, {});
        if (line.starts_with('#') || line.starts_with(';')) continue;
        if (line.starts_with('[') && line.ends_with(']')) section = line.substr(1, line.size() - 2);
        const auto equals = line.find('=');
        if (line.starts_with('[') || equals == std::string::npos) continue;
        assignments_.push_back({.section = section,
                                .key = std::string(trim(line.substr(0, equals))),
                                .value = std::string(trim(line.substr(equals + 1)))});
    }
}

std::string UnitFile::value(std::string_view key) const {
    for (auto it = assignments_.rbegin(); it != assignments_.rend(); ++it)
        if (it->key == key) return it->value;
    return {};
}

std::vector<std::string> UnitFile::values(std::string_view key) const {
    std::vector<std::string> all;
    for (const auto& assignment : assignments_)
        if (assignment.key == key) all.push_back(assignment.value);
    return all;
}

std::vector<std::string> UnitFile::command() const {
    return split_words(value("ExecStart"));
}

int UnitFile::pinned_port() const {
    const auto words = command();
    for (std::size_t i = 0; i < words.size(); ++i) {
        std::string_view digits;
        if (words[i] == "--port" && i + 1 < words.size()) digits = words[i + 1];
        if (words[i].starts_with("--port=")) digits = std::string_view(words[i]).substr(7);
        int port = 0;
        if (!digits.empty()) std::from_chars(digits.data(), digits.data() + digits.size(), port);
        if (port > 0) return port;
    }
    return 0;
}

bool UnitFile::is_ours() const {
    return std::ranges::any_of(values("Environment"), [](const std::string& line) {
        return line.find(marker) != std::string::npos;
    });
}

std::int64_t seconds_of(std::string_view span) {
    if (span == "infinity") return std::numeric_limits<std::int64_t>::max();
    std::int64_t total = 0;
    for (const auto part : split(span, ' ')) {
        std::int64_t number = 0;
        const auto read = std::from_chars(part.data(), part.data() + part.size(), number);
        const std::string_view name(read.ptr, static_cast<std::size_t>(part.end() - read.ptr));
        const auto unit = std::ranges::find(span_units, name, &SpanUnit::name);
        if (read.ec != std::errc() || unit == std::end(span_units)) return -1;
        total += number * unit->seconds;
    }
    return total;
}

} // namespace openclaw::cli
