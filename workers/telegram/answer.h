// telegram/answer.h — the Bot API's answer to one call, read and judged.
#pragma once

#include "common/base/clock.h"
#include "common/json/read.h"
#include "workers/telegram/failure.h"

#include <optional>
#include <string>
#include <string_view>

namespace openclaw::telegram {

struct Answer {
    Trouble trouble = Trouble::none;
    int status = 0;                          // of HTTP; 0: none came
    std::string description;                 // the server's words, or ours; secrets masked
    std::optional<Milliseconds> retry_after; // with Trouble::rate, when the server said one
    std::string migrated_to;                 // chat id, with Trouble::migrated
    std::optional<json::Document> body;      // of a success

    bool ok() const { return trouble == Trouble::none; }

    json::View result() const { return body ? body->root()["result"] : json::View(); }

    wire::Cause cause() const { return cause_of(trouble); }

    std::string_view word() const { return trouble == Trouble::none ? "ok" : word_for(trouble); }
};

// `retry_after` is the header's, used when the body names none.
Answer read_answer(int status, std::string_view body, std::optional<Milliseconds> retry_after);

// No answer came. `sent`: the request may have reached the server.
Answer no_answer(std::string_view reason, bool sent);

} // namespace openclaw::telegram
