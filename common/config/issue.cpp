#include "common/config/issue.h"

#include <algorithm>

namespace openclaw::config {

namespace {

constexpr std::size_t issues_on_a_screen = 20;

bool is_plain_key(std::string_view key) {
    const auto is_word = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-' || c == '$' || c == '*';
    };
    return !key.empty() && std::ranges::all_of(key, is_word);
}

std::string_view base_name(std::string_view file) {
    return file.substr(file.rfind('/') + 1);
}

} // namespace

std::string join_path(std::string_view path, std::string_view key) {
    if (!is_plain_key(key)) return std::string(path) + "[" + json::quoted(key) + "]";
    return path.empty() ? std::string(key) : std::string(path) + "." + std::string(key);
}

std::string join_path(std::string_view path, std::size_t index) {
    return std::string(path) + "[" + std::to_string(index) + "]";
}

std::string render(const Issue& issue, std::string_view file_name) {
    std::string line(issue.place.file ? std::string_view(*issue.place.file) : file_name);
    if (issue.place.line > 0)
        line += ":" + std::to_string(issue.place.line) + ":" + std::to_string(issue.place.column);
    line +=
        " — " + (issue.path.empty() ? std::string("<root>") : issue.path) + ": " + issue.message;
    if (!issue.remedy.empty()) line += " (" + issue.remedy + ")";
    return line;
}

std::string render_issues(std::span<const Issue> issues, std::string_view file) {
    std::string screen = "OpenClaw config is invalid: " + std::string(file) + "\n";
    for (const Issue& issue : issues.first(std::min(issues.size(), issues_on_a_screen)))
        screen += "  × " + render(issue, base_name(file)) + "\n";
    if (issues.size() > issues_on_a_screen)
        screen += "  … and " + std::to_string(issues.size() - issues_on_a_screen) + " more\n";
    screen += "\nCorrect the file, then check it with: openclaw config validate\n";
    screen += "The five versions before this one are kept beside it as openclaw.json.bak, .bak.1 … "
              ".bak.4\n";
    return screen;
}

} // namespace openclaw::config
