// process/lifecycle.h — the life of a worker as a table: state × event → (action, next state).
//
// Pure: no process, no clock. process/worker performs the actions. Every cell is filled; what
// cannot happen has the action `report`, which logs and changes nothing. docs/ipc.md shows the
// table; a test compares both.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace openclaw::process {

enum class State : std::uint8_t {
    down,     // no process, none wanted
    starting, // a process, not Ready yet
    ready,    // it serves
    draining, // asked to finish what it accepted and leave
    stopping, // told to die by a signal
    backoff,  // dead; the next life begins when the pause is over
    failed,   // dead; given up, until the breaker decays or the operator acts
};
inline constexpr std::size_t state_count = 7;

enum class Event : std::uint8_t {
    want_up,
    want_down,
    hello,
    ready,
    exited,
    deadline,   // the time allowed in this state is over
    ping_lost,  // no answer for Limits::hung_after
    misbehaved, // it broke the IPC contract
    spec_changed,
    adopted, // a serving process came with an exec of the supervisor
};
inline constexpr std::size_t event_count = 10;

enum class Action : std::uint8_t {
    ignore,
    report,    // this cannot happen: say so
    spawn,     // begin a life; the ready deadline runs
    configure, // answer Hello
    serve,     // Ready was said: pings start
    drain,     // send Drain; the drain deadline runs
    terminate, // TERM; the kill deadline runs
    kill,      // KILL
    bury,      // record the death and judge what comes next
    rest,      // forget pause and breaker
};

struct Cell {
    Action action;
    std::optional<State> next; // none: as judged (process/judgement.h): down, backoff or failed
};

Cell cell(State state, Event event);

std::string_view name(State state);
std::string_view name(Event event);
std::string_view name(Action action);

// The whole table in Markdown, one row an event.
std::string print_lifecycle();

} // namespace openclaw::process
