// telegram/text_flow.h — a Styled written from front to back: gaps between blocks, indents, marks.
//
// Gaps are wishes: the widest one is written before the next text, counting the newlines that are
// there already (a code block ends with one), and none at the head of the text, an item or a quote.
#pragma once

#include "workers/telegram/styled.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::telegram {

class TextFlow {
  public:
    void need_gap(std::size_t newlines);

    // What comes next follows without a gap: after a bullet, at the head of a quote.
    void begin_here() { fresh_ = true; }

    // Of the lines from now on.
    void set_indent(std::size_t columns) { indent_ = columns; }

    void append(std::string_view piece);
    void break_line();

    void open(Mark::Kind kind, std::string argument = {});

    void open_nothing() { open_.emplace_back(); } // nests like a mark and leaves none

    // Ends the innermost; what it was, for add() or for another use.
    std::optional<Mark> close();

    void add(Mark mark) { styled_.marks.push_back(std::move(mark)); }

    bool is_inside(Mark::Kind kind) const;

    std::size_t size() const { return styled_.text.size(); }

    Styled& styled() { return styled_; } // what is written; the open marks must not be cut away

    Styled take(); // without white space at the end, and empty marks

  private:
    void write_gap(std::size_t indent);

    Styled styled_;
    std::vector<std::optional<Mark>> open_; // in order of nesting
    std::size_t gap_ = 0;                   // newlines wanted before the next text
    std::size_t indent_ = 0;
    bool fresh_ = true;
};

} // namespace openclaw::telegram
