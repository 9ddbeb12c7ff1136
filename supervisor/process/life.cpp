#include "supervisor/process/life.h"

#include "common/base/strings.h"
#include "common/log/log.h"
#include "common/sandbox/violation.h"

#include <csignal>

namespace openclaw::process {

namespace {
constexpr std::size_t last_line_bytes = 300; // sixteen of them are kept for each worker
constexpr std::size_t call_bytes = 120;
} // namespace

Death Life::obituary(const Clock& clock) const {
    const Instant now = clock.now();
    Death death;
    death.at = now;
    death.at_ms = clock.unix_ms();
    death.status = exit;
    death.words = words();
    if (process) death.last_line = log::redact(utf8_prefix(process->last_line(), last_line_bytes));
    death.reached_ready = ready_at.has_value();
    death.was_asked = was_asked;
    death.cause = cause;
    death.not_before_ms = not_before_ms;
    death.served = std::chrono::duration_cast<Milliseconds>(now - ready_at.value_or(now));
    death.generation = generation;
    return death;
}

std::string Life::words() const {
    if (!cannot_start.empty()) return cannot_start;
    if (!kill_reason.empty()) return "killed: " + kill_reason;
    if (const auto call = forbidden_call(); !call.empty())
        return "killed by its sandbox: called " + log::redact(call);
    if (was_asked && !asked_because.empty()) return asked_because;
    if (!fault.empty()) return explain_exit(exit) + ": " + fault;
    return explain_exit(exit);
}

// The kernel says that it was a call, the worker's last line which one. Without the signal the line
// is not believed.
std::string Life::forbidden_call() const {
    if (exit.signal != SIGSYS || !process) return {};
    const std::string_view line = process->last_line();
    if (!line.starts_with(sandbox::violation_mark)) return {};
    return std::string(utf8_prefix(line.substr(sandbox::violation_mark.size()), call_bytes));
}

void Life::show(WorkerView& view, Instant now, Measure measure) {
    if (!process) return;
    view.pid = process->pid();
    view.generation = generation;
    view.started_ms = started_ms;
    view.uptime = std::chrono::duration_cast<Milliseconds>(now - born);
    view.build_id = build_id;
    view.sandbox = sandbox;
    view.layers = layers;
    view.is_unresponsive = is_unresponsive;
    if (process->heartbeat() != nullptr) view.health = process->heartbeat()->health();
    view.last_upstream = upstream.at();
    view.link = process->counters();
    if (measure == Measure::yes) view.usage = meter->look(now);
}

} // namespace openclaw::process
