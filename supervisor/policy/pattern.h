// policy/pattern.h — a regular expression that is searched in linear time.
//
// Understands what people write in mention patterns: literals, ".", classes, \b \B \d \D \w \W \s
// \S, ^ $, groups,
// "|", "*", "+", "?" and {m,n}. No back references, no look-around: those cannot be searched in
// linear time. A pattern compiles to at most 500 steps and of a text the first 16 KiB are searched:
// a message costs at most some milliseconds.
#pragma once

#include "common/base/result.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace openclaw::policy {

enum class Case { ignored, kept };

class Pattern {
  public:
    static Result<Pattern> compile(std::string_view expression, Case letters = Case::ignored);
    bool found_in(std::string_view text) const;

    struct Range {
        char32_t first, last;
    };

    struct Step {
        enum class Kind : std::uint8_t {
            one_of,
            none_of,
            any,
            line_start,
            line_end,
            border,
            no_border,
            fork,
            jump,
            match
        };
        Kind kind = Kind::match;
        std::uint32_t first = 0, last = 0; // into ranges_, for one_of and none_of
        std::uint32_t next = 0, other = 0; // where to go on; `other` for fork
    };

  private:
    std::vector<Step> steps_;
    std::vector<Range> ranges_;
    Case case_ = Case::ignored;
};

} // namespace openclaw::policy
