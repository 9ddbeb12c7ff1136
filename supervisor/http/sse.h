// http/sse.h — server-sent events (WHATWG HTML, "Server-sent events"): bytes around JSON. Pure.
//
// JSON text as our writer makes it holds no line break, so that every event is one data line.
#pragma once

#include <string>
#include <string_view>

namespace openclaw::http::sse {

inline std::string data(std::string_view json) {
    return std::string("data: ").append(json).append("\n\n");
}

inline std::string event(std::string_view name, std::string_view json) {
    return std::string("event: ").append(name).append("\n").append(data(json));
}

// Ends the streams of both APIs.
inline constexpr std::string_view done = "data: [DONE]\n\n";
// A comment: ignored by every reader, and a sign of life for whatever sits between.
inline constexpr std::string_view sign_of_life = ": the run goes on\n\n";

} // namespace openclaw::http::sse
