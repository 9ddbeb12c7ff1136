#include "supervisor/process/worker_log.h"

#include "common/log/log.h"
#include "supervisor/process/events.h"

#include <algorithm>
#include <vector>

namespace openclaw::process {

namespace {

constexpr std::string_view own_name = "worker";
constexpr std::size_t longest_name = 64;

log::Level level_of(wire::Log::Level level) {
    const int number = std::clamp<int>(level, wire::Log::ERROR,
                                       wire::Log::DEBUG); // the same numbers as log::Level
    return static_cast<log::Level>(number);
}

bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

// Names stand in a line as they are, and are ours to give: a hijacked worker's could hold a line's
// end and another line.
bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= longest_name &&
           std::ranges::all_of(text, is_name_character);
}

// Of a client's choice at times (the id of a run), so wider than a name.
bool is_trace(std::string_view text) {
    return text.size() <= longest_name && std::ranges::all_of(text, [](char c) {
               return is_name_character(c) || (c >= 'A' && c <= 'Z') || c == '-' || c == ':';
           });
}

// Who speaks, we say: many readers of logs take the last field of a name.
bool may_say(std::string_view field) {
    return is_name(field) && field != own_name;
}

} // namespace

bool WorkerLog::record(const wire::Log& record, std::string_view trace) {
    if (!flood_.take(clock_.now())) return false;
    if (!log::is_enabled(level_of(record.level())) || !admit()) return true;
    const log::TraceScope scope(is_trace(trace) ? trace : "");
    std::vector<log::Field> fields{{own_name, id_}};
    for (const auto& field : record.fields())
        if (may_say(field.name())) fields.emplace_back(field.name(), log::redact(field.value()));
    const std::string_view name = record.event();
    log::write(level_of(record.level()), is_name(name) ? name : event::log_unnamed, fields);
    return true;
}

void WorkerLog::line(std::string_view text) {
    if (admit()) log::warn(event::stderr_line, {{own_name, id_}, {"line", log::redact(text)}});
}

bool WorkerLog::admit() {
    if (!budget_.take(clock_.now())) return false;
    if (budget_.dropped() > 0)
        log::warn(event::log_dropped, {{own_name, id_}, {"count", budget_.take_dropped()}});
    return true;
}

} // namespace openclaw::process
