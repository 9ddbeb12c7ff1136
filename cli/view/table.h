// cli/view/table.h — a table in box-drawing characters, as wide as the terminal, cells wrapped,
// nothing cut off.
//
// Columns take what they need; when that is more than there is, the widest ones give way first,
// down to a least width that keeps ids readable. A terminal too narrow even for that gets a table
// wider than itself: ids stay whole.
#pragma once

#include "cli/view/look.h"

#include <string>
#include <vector>

namespace openclaw::cli {

struct Cell {
    std::string text;
    Ink ink = Ink::plain;

    Cell(std::string content, Ink color = Ink::plain)
        : text(std::move(content))
        , ink(color) {} // NOLINT: rows read as lists

    Cell(const char* content)
        : text(content) {}
};

using Row = std::vector<Cell>;

class Table {
  public:
    explicit Table(std::vector<std::string> titles)
        : titles_(std::move(titles)) {}

    void add(Row row) { rows_.push_back(std::move(row)); } // as many cells as titles

    // Column `index` is never wrapped: ids, keys.
    Table& keep_whole(std::size_t index);
    std::string render(const Look& look) const; // ends with a newline

  private:
    std::vector<std::size_t> widths(const Look& look) const;

    std::vector<std::string> titles_;
    std::vector<Row> rows_;
    std::vector<std::size_t> whole_;
};

} // namespace openclaw::cli
