// agent/sse.h — server-sent events from bytes as they come, cut anywhere. Pure: no socket, no
// clock.
//
// WHATWG HTML §9.2 (event stream interpretation), of which model providers use "data:" only: other
// fields and comments are skipped. Lenient in one point: what stands before the end of the stream
// counts as an event even when the blank line is missing (finish()).
#pragma once

#include "common/base/result.h"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace openclaw::agent {

class SseParser {
  public:
    // `data` is valid during the call only. Return false to stop: the rest is not read.
    using OnEvent = std::function<bool(std::string_view data)>;

    static constexpr std::size_t max_event_bytes = 1u << 20;

    // Error: corrupt (an event above 1 MiB). After an error or a stop nothing may be fed any more.
    Result<void> feed(std::string_view bytes, const OnEvent& on_event);
    // The stream has ended.
    void finish(const OnEvent& on_event);

  private:
    bool take_line(std::string_view line, const OnEvent& on_event);
    bool dispatch(const OnEvent& on_event);

    std::string line_; // the unfinished one
    std::string data_;
    bool has_data_ = false;
    bool after_return_ = false; // the last byte was '\r': a '\n' now belongs to it
    bool began_ = false;
};

} // namespace openclaw::agent
