// flow/answer_text.h — what a model wrote, as what a chat gets (BEHAVIOUR.md A4). Pure.
#pragma once

#include <string>
#include <string_view>

namespace openclaw::flow {

struct AnswerText {
    std::string markdown;
    bool is_silent = false; // NO_REPLY where silence is allowed
};

// Takes out reply tags ("[[reply_to_current]]", "[[reply_to:42]]"), reads NO_REPLY, puts the prefix
// before the rest. In direct conversations silence is not allowed: a person is told that nothing
// was said.
AnswerText answer_text(std::string_view written, std::string_view prefix, bool is_direct);

} // namespace openclaw::flow
