#include "common/log/log.h"

#include "common/base/strings.h"
#include "common/json/write.h"
#include "common/log/known_secrets.h"

#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <filesystem>

namespace openclaw::log {

namespace {

// The one piece of process-wide state outside main: a log call must work from anywhere, before and
// after everything.
struct State {
    Level level = Level::info;
    bool console = true;
    bool console_json = false;
    std::shared_ptr<spdlog::sinks::sink> file;
    std::shared_ptr<spdlog::sinks::sink> console_sink;
    Sink redirected;
    std::string trace;
    std::string hostname;
};

State& state() {
    static State instance;
    return instance;
}

constexpr std::array<std::string_view, 5> level_names{"", "error", "warn", "info", "debug"};
constexpr std::array<std::string_view, 5> upper_names{"", "ERROR", "WARN", "INFO", "DEBUG"};

std::string iso_time() {
    const auto now = std::chrono::system_clock::now();
    const auto ms =
        std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
    const std::time_t seconds = static_cast<std::time_t>(ms / 1000);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char text[40];
    const auto length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
    std::string out(text, length);
    char fraction[8];
    snprintf(fraction, sizeof fraction, ".%03dZ", static_cast<int>(ms % 1000));
    return out + fraction;
}

bool is_plain(char c) {
    return c > 0x20 && c < 0x7f && c != '"' && c != '=';
}

// What a terminal obeys and JSON lets through: DEL, and the control characters U+0080 to U+009F,
// which UTF-8 writes as 0xC2 and themselves.
std::string without_terminal_controls(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const unsigned next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0;
        if (text[i] == '\x7f') {
            out += "\\u007f";
        } else if (text[i] == '\xc2' && next >= 0x80 && next < 0xa0) {
            (out += "\\u00") += digits[next >> 4];
            out += digits[next & 15];
            ++i;
        } else {
            out += text[i];
        }
    }
    return out;
}

// For a line that people and their terminals read. The words may be anybody's: they neither end the
// line, nor look like another field, nor move a cursor.
std::string shown(std::string_view value) {
    if (!value.empty() && std::ranges::all_of(value, is_plain)) return std::string(value);
    return without_terminal_controls(json::quoted(to_valid_utf8(value)));
}

std::string human_tail(std::span<const Field> fields) {
    std::string tail;
    for (const auto& field : fields) {
        tail += ' ';
        tail += field.name;
        tail += '=';
        tail += shown(field.value);
    }
    return tail;
}

// The record's shape follows OPS.md §7, so that tools of the original read it: time, message,
// _meta, hostname.
std::string json_line(Level level, std::string_view event, std::span<const Field> fields,
                      const std::string& time) {
    const auto index = static_cast<std::size_t>(level);
    json::Writer line;
    line.begin_object()
        .member("time", time)
        .member("level", level_names[index])
        .member("event", event);
    if (!state().trace.empty()) line.member("traceId", state().trace);
    line.key("fields").begin_object();
    for (const auto& field : fields)
        line.member(field.name, field.value);
    line.end_object();
    line.member("message", std::string(event) + human_tail(fields))
        .member("hostname", state().hostname);
    line.key("_meta")
        .begin_object()
        .member("logLevelName", upper_names[index])
        .member("date", time)
        .end_object();
    return line.end_object().take();
}

void emit(const std::shared_ptr<spdlog::sinks::sink>& sink, std::string_view line) {
    sink->log(spdlog::details::log_msg("", spdlog::level::info, {line.data(), line.size()}));
    sink->flush();
}

std::shared_ptr<spdlog::sinks::sink> plain(std::shared_ptr<spdlog::sinks::sink> sink) {
    sink->set_pattern("%v");
    return sink;
}

bool looks_secret(std::string_view word) {
    constexpr std::array<std::string_view, 5> prefixes{"sk-", "xoxb-", "ghp_", "AIza", "Bearer"};
    for (const auto prefix : prefixes)
        if (word.starts_with(prefix) && word.size() > prefix.size() + 8) return true;
    const auto colon = word.find(':'); // <digits>:<30 and more url-safe characters>: a bot token
    if (colon == std::string_view::npos || colon < 5 || word.size() - colon < 31) return false;
    return word.substr(0, colon).find_first_not_of("0123456789") == std::string_view::npos;
}

std::string masked(std::string_view secret) {
    if (secret.size() < 18) return "***";
    return std::string(secret.substr(0, 6)) + "…" + std::string(secret.substr(secret.size() - 4));
}

} // namespace

Result<void> open(const Options& options) {
    state().level = options.level;
    state().console = options.console;
    state().console_json = options.console_json;
    char host[256] = "";
    gethostname(host, sizeof host - 1);
    state().hostname = host;
    if (options.file.empty()) return {};
    try { // spdlog reports by exception; nothing of it leaves this function
        std::filesystem::create_directories(std::filesystem::path(options.file).parent_path());
        state().file = plain(std::make_shared<spdlog::sinks::rotating_file_sink_st>(
            options.file, options.max_file_bytes, options.max_files));
        chmod(options.file.c_str(), 0600);
    } catch (const std::exception& problem) {
        return fail(Code::unavailable,
                    "cannot write the log file " + options.file + ": " + problem.what());
    }
    return {};
}

void redirect(Sink sink) {
    state().redirected = std::move(sink);
}

void set_level(Level level) {
    state().level = level;
}

bool is_enabled(Level level) {
    return level <= state().level;
}

std::string_view name(Level level) {
    return level_names[static_cast<std::size_t>(level)];
}

Result<Level> level_from(std::string_view word) {
    for (std::size_t i = 1; i < level_names.size(); ++i)
        if (word == level_names[i]) return static_cast<Level>(i);
    if (word == "trace") return Level::debug;
    if (word == "silent" || word == "fatal") return Level::error;
    return fail(Code::invalid, "no log level is called \"" + std::string(word) +
                                   "\": use error, warn, info or debug");
}

void write(Level level, std::string_view event, std::span<const Field> fields) {
    if (!is_enabled(level)) return;
    if (state().redirected) return state().redirected(level, event, fields);
    const std::string time = iso_time();
    try {
        if (state().file) emit(state().file, json_line(level, event, fields, time));
        if (!state().console) return;
        if (!state().console_sink)
            state().console_sink = plain(std::make_shared<spdlog::sinks::stderr_sink_st>());
        std::string line = state().console_json ? json_line(level, event, fields, time)
                                                : time + " " + std::string(name(level)) + " " +
                                                      std::string(event) + human_tail(fields);
        if (!state().console_json && !state().trace.empty())
            line += " trace=" + shown(state().trace);
        emit(state().console_sink, line);
    } catch (const std::exception&) { // NOLINT(bugprone-empty-catch)
        // A full disk must not stop the gateway (OPS.md §7), and there is nobody left to tell.
    }
}

void error(std::string_view event, Fields fields) {
    write(Level::error, event, {fields.begin(), fields.size()});
}

void warn(std::string_view event, Fields fields) {
    write(Level::warn, event, {fields.begin(), fields.size()});
}

void info(std::string_view event, Fields fields) {
    write(Level::info, event, {fields.begin(), fields.size()});
}

void debug(std::string_view event, Fields fields) {
    write(Level::debug, event, {fields.begin(), fields.size()});
}

std::string_view trace() {
    return state().trace;
}

TraceScope::TraceScope(std::string_view trace)
    : before_(std::move(state().trace)) {
    state().trace = trace;
}

TraceScope::~TraceScope() {
    state().trace = std::move(before_);
}

std::string redact(std::string_view foreign) {
    const std::string unknown = without_known_secrets(foreign);
    std::string_view text = unknown;
    std::string out;
    constexpr std::string_view borders = " \t\n\r\"'/<>(),;&?=";
    while (!text.empty()) {
        const auto end = std::min(text.find_first_of(borders), text.size());
        std::string_view word = text.substr(0, end);
        if (word.starts_with("bot") && looks_secret(word.substr(3)))
            out += "bot" + masked(word.substr(3));
        else if (looks_secret(word))
            out += masked(word);
        else
            out += word;
        if (end < text.size()) out += text[end];
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

} // namespace openclaw::log
