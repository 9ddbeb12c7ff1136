// cli/view/reply.h — an answer that grows: what to print now so that the terminal always shows the
// text so far. Pure.
//
// Told the whole text again and again (events overlap, come twice, or replace what was said), it
// gives out only what is new.
#pragma once

#include "common/json/read.h"

#include <string>
#include <string_view>

namespace openclaw::cli {

class GrowingReply {
  public:
    // `text` is the answer so far. Returns what to print: the new end, or, when the beginning
    // changed, a new line and all of it.
    std::string grow(std::string_view text);
    // What is missing of the final text, and its closing newline.
    std::string finish(std::string_view text);

    bool has_text() const { return !shown_.empty(); }

  private:
    std::string shown_;
};

// The answer so far in a `chat` or `agent` event of this run (PROTOCOL.md 12.3, 12.4); empty: the
// event has none.
std::string text_so_far(std::string_view event, json::View payload, std::string_view run_id);
// The texts of an agent call's outcome, one below the other.
std::string final_text(json::View outcome);

} // namespace openclaw::cli
