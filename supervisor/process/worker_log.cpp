#include "supervisor/process/worker_log.h"

#include "common/log/log.h"
#include "supervisor/process/events.h"

#include <algorithm>
#include <vector>

namespace openclaw::process {

namespace {

log::Level level_of(wire::Log::Level level) {
    const int number = std::clamp<int>(level, wire::Log::ERROR,
                                       wire::Log::DEBUG); // the same numbers as log::Level
    return static_cast<log::Level>(number);
}

} // namespace

bool WorkerLog::record(const wire::Log& record, std::string_view trace) {
    if (!flood_.take(clock_.now())) return false;
    if (!log::is_enabled(level_of(record.level())) || !admit()) return true;
    const log::TraceScope scope(trace);
    std::vector<log::Field> fields{{"worker", id_}};
    for (const auto& field : record.fields())
        fields.emplace_back(field.name(), log::redact(field.value()));
    log::write(level_of(record.level()), record.event(), fields);
    return true;
}

void WorkerLog::line(std::string_view text) {
    if (admit()) log::warn(event::stderr_line, {{"worker", id_}, {"line", log::redact(text)}});
}

bool WorkerLog::admit() {
    if (!budget_.take(clock_.now())) return false;
    if (budget_.dropped() > 0)
        log::warn(event::log_dropped, {{"worker", id_}, {"count", budget_.take_dropped()}});
    return true;
}

} // namespace openclaw::process
