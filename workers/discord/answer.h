// discord/answer.h — the REST API's answer to one request, read and judged.
#pragma once

#include "common/base/clock.h"
#include "common/json/read.h"
#include "workers/discord/buckets.h"
#include "workers/discord/failure.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace openclaw::discord {

struct Answer {
    Trouble trouble = Trouble::none;
    int status = 0;                          // of HTTP; 0: none came
    std::int64_t code = 0;                   // Discord's
    std::string description;                 // the server's words, or ours
    std::optional<Milliseconds> retry_after; // with Trouble::rate
    bool is_global = false;                  // the same: all of the bot must wait
    bool is_shared = false;                  // the same: others used it up, it does not count
    std::optional<json::Document> body;      // of a success that has one

    bool ok() const { return trouble == Trouble::none; }

    json::View result() const { return body ? body->root() : json::View(); }

    std::string_view word() const;
    wire::Cause cause() const; // when it is of no use to us
};

// `header` gives the value of a header by its lower-case name; empty: none.
using HeaderReader = std::function<std::string_view(std::string_view lower_case_name)>;

Answer read_answer(int status, std::string_view body, const HeaderReader& header);
RateFacts read_rate_facts(const HeaderReader& header);

// No answer came. `sent`: the request may have reached the server.
Answer no_answer(std::string_view reason, bool sent);
Answer dropped_answer();
Answer too_early_answer(Milliseconds retry_after); // it did not leave: its limit is used up

} // namespace openclaw::discord
