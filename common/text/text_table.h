// text/text_table.h — a Markdown table as aligned text, for platforms that have no tables.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace openclaw {

// Collects cells in reading order; the first row is the heading.
class TextTable {
  public:
    void begin_row() { rows_.emplace_back(); }

    void begin_cell() { rows_.back().emplace_back(); }

    void append(std::string_view text) { rows_.back().back() += text; }

    bool has_cell() const { return !rows_.empty() && !rows_.back().empty(); }

    // "| A   | B   |\n| --- | --- |\n| x   | y   |\n"
    std::string text() const;

  private:
    std::vector<std::vector<std::string>> rows_;
};

// Columns a monospaced font gives to `utf8`: two for East Asian wide characters and emoji, none for
// marks.
std::size_t display_width(std::string_view utf8);

} // namespace openclaw
