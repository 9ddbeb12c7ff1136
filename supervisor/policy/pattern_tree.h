// policy/pattern_tree.h — a mention pattern as a tree. Only pattern.cpp uses this.
#pragma once

#include "common/base/result.h"
#include "supervisor/policy/pattern.h"

#include <string_view>
#include <vector>

namespace openclaw::policy {

inline constexpr int without_limit = -1;

struct Tree {
    enum class Form { step, sequence, choice, repeat } form = Form::sequence;
    Pattern::Step::Kind kind = Pattern::Step::Kind::any; // of a step
    std::vector<Pattern::Range> ranges;                  // of one_of and none_of
    std::vector<Tree> parts; // of a sequence, a choice; the one repeated
    int least = 0, most = without_limit;
};

// Errors: invalid, with what is wrong in words.
Result<Tree> parse_pattern(std::string_view expression);

// The code point at `at`, which moves behind it. Malformed bytes stand for themselves: text is
// checked where it enters.
char32_t decode_utf8(std::string_view text, std::size_t& at);

} // namespace openclaw::policy
