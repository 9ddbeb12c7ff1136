#include "supervisor/process/lifecycle.h"

#include <array>
#include <utility>

namespace openclaw::process {

namespace {

using enum State;
using enum Action;

constexpr std::optional<State> judged = std::nullopt;

using Row = std::array<Cell, state_count>;

// Rows in the order of Event, columns in the order of State.
// clang-format off
constexpr std::array<Row, event_count> table{{
    //    down               starting               ready              draining               stopping            backoff            failed
    /* want_up */
    Row{{ {spawn, starting}, {ignore, starting},    {ignore, ready},   {ignore, draining},    {ignore, stopping}, {ignore, backoff}, {ignore, failed} }},
    /* want_down */
    Row{{ {ignore, down},    {terminate, stopping}, {drain, draining}, {ignore, draining},    {ignore, stopping}, {rest, down},      {rest, down} }},
    /* hello */
    Row{{ {report, down},    {configure, starting}, {report, ready},   {report, draining},    {ignore, stopping}, {report, backoff}, {report, failed} }},
    /* ready */
    Row{{ {report, down},    {serve, ready},        {report, ready},   {report, draining},    {ignore, stopping}, {report, backoff}, {report, failed} }},
    /* exited */
    Row{{ {report, down},    {bury, judged},        {bury, judged},    {bury, judged},        {bury, judged},     {report, backoff}, {report, failed} }},
    /* deadline */
    Row{{ {report, down},    {kill, stopping},      {report, ready},   {terminate, stopping}, {kill, stopping},   {spawn, starting}, {spawn, starting} }},
    /* ping_lost */
    Row{{ {report, down},    {report, starting},    {kill, stopping},  {kill, stopping},      {ignore, stopping}, {report, backoff}, {report, failed} }},
    /* misbehaved */
    Row{{ {report, down},    {kill, stopping},      {kill, stopping},  {kill, stopping},      {kill, stopping},   {report, backoff}, {report, failed} }},
    /* spec_changed */
    Row{{ {ignore, down},    {terminate, stopping}, {drain, draining}, {ignore, draining},    {ignore, stopping}, {spawn, starting}, {spawn, starting} }},
    /* adopted */
    Row{{ {serve, ready},    {report, starting},    {report, ready},   {report, draining},    {report, stopping}, {report, backoff}, {report, failed} }},
}};
// clang-format on

constexpr std::array<std::string_view, state_count> state_names{
    "down", "starting", "ready", "draining", "stopping", "backoff", "failed"};
constexpr std::array<std::string_view, event_count> event_names{
    "want_up",  "want_down", "hello",      "ready",        "exited",
    "deadline", "ping_lost", "misbehaved", "spec_changed", "adopted"};
constexpr std::array<std::string_view, 10> action_names{
    "ignore", "report",    "spawn", "configure", "serve",
    "drain",  "terminate", "kill",  "bury",      "rest"};

std::string print_cell(State state, const Cell& what) {
    std::string text(name(what.action));
    if (what.next != state) text += " → " + (what.next ? std::string(name(*what.next)) : "judged");
    return text;
}

} // namespace

Cell cell(State state, Event event) {
    return table.at(std::to_underlying(event)).at(std::to_underlying(state));
}

std::string_view name(State state) {
    return state_names.at(std::to_underlying(state));
}

std::string_view name(Event event) {
    return event_names.at(std::to_underlying(event));
}

std::string_view name(Action action) {
    return action_names.at(std::to_underlying(action));
}

std::string print_lifecycle() {
    std::string out = "| |";
    for (const auto state : state_names)
        out.append(" **").append(state).append("** |");
    out += "\n|---|---|---|---|---|---|---|---|";
    for (std::size_t e = 0; e < event_count; ++e) {
        out.append("\n| *").append(event_names[e]).append("* |");
        for (std::size_t s = 0; s < state_count; ++s)
            out += " " + print_cell(static_cast<State>(s), table[e][s]) + " |";
    }
    return out + "\n";
}

} // namespace openclaw::process
