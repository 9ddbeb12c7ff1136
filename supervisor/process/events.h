// process/events.h — the log events of this room.
#pragma once

#include <string_view>

namespace openclaw::process::event {

inline constexpr std::string_view starting = "worker.starting";
inline constexpr std::string_view cannot_start = "worker.cannot_start"; // no process came to be
inline constexpr std::string_view ready = "worker.ready";
inline constexpr std::string_view adopted =
    "worker.adopted"; // it served another image of us before
inline constexpr std::string_view not_adopted = "worker.not_adopted";
inline constexpr std::string_view draining = "worker.draining";
inline constexpr std::string_view recycled = "worker.recycled"; // above its soft memory limit
inline constexpr std::string_view fault = "worker.fault";       // it says why it leaves
inline constexpr std::string_view unresponsive = "worker.unresponsive";
inline constexpr std::string_view responsive = "worker.responsive";
inline constexpr std::string_view misbehaved = "worker.misbehaved";
inline constexpr std::string_view exited = "worker.exited";
inline constexpr std::string_view failed = "worker.failed"; // given up
inline constexpr std::string_view stderr_line = "worker.stderr";
inline constexpr std::string_view log_dropped = "worker.log_dropped";
inline constexpr std::string_view log_unnamed =
    "worker.log_unnamed"; // a record whose event has no name of ours
inline constexpr std::string_view unexpected =
    "worker.unexpected_event"; // the life cycle's table says: cannot happen

} // namespace openclaw::process::event
