#include "cli/view/table.h"

#include "cli/view/text_width.h"

#include <algorithm>
#include <numeric>

namespace openclaw::cli {

namespace {

constexpr std::size_t least_column = 8; // below this, wrapped words are no longer words
constexpr std::size_t padding = 3;      // "│ " before each cell and one space after it

std::string repeated(std::string_view piece, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i)
        out += piece;
    return out;
}

std::string border(const std::vector<std::size_t>& widths, std::string_view left,
                   std::string_view middle, std::string_view right) {
    std::string line(left);
    for (std::size_t i = 0; i < widths.size(); ++i)
        line += (i == 0 ? "" : std::string(middle)) + repeated("─", widths[i] + 2);
    return line + std::string(right) + "\n";
}

std::string text_row(const Row& row, const std::vector<std::size_t>& widths, const Look& look) {
    std::vector<std::vector<std::string>> cells;
    std::size_t height = 1;
    for (std::size_t i = 0; i < widths.size(); ++i) {
        cells.push_back(wrap(row[i].text, widths[i]));
        height = std::max(height, cells.back().size());
    }
    std::string out;
    for (std::size_t line = 0; line < height; ++line) {
        for (std::size_t i = 0; i < widths.size(); ++i) {
            const std::string text = line < cells[i].size() ? cells[i][line] : "";
            out += "│ " + look.paint(row[i].ink, text) +
                   std::string(widths[i] - std::min(text_width(text), widths[i]) + 1, ' ');
        }
        out += "│\n";
    }
    return out;
}

} // namespace

Table& Table::keep_whole(std::size_t index) {
    whole_.push_back(index);
    return *this;
}

std::vector<std::size_t> Table::widths(const Look& look) const {
    std::vector<std::size_t> wanted;
    for (std::size_t i = 0; i < titles_.size(); ++i) {
        std::size_t width = text_width(titles_[i]);
        for (const auto& row : rows_)
            for (const auto& line : wrap(row[i].text, std::string::npos))
                width = std::max(width, text_width(line));
        wanted.push_back(width);
    }
    const std::size_t borders = titles_.size() * padding + 1;
    const auto may_shrink = [&](std::size_t i) {
        return std::ranges::find(whole_, i) == whole_.end() &&
               wanted[i] > std::max(least_column, text_width(titles_[i]));
    };
    while (std::accumulate(wanted.begin(), wanted.end(), borders) >
           static_cast<std::size_t>(look.width)) {
        std::size_t widest = wanted.size();
        for (std::size_t i = 0; i < wanted.size(); ++i)
            if (may_shrink(i) && (widest == wanted.size() || wanted[i] > wanted[widest]))
                widest = i;
        if (widest == wanted.size()) break;
        --wanted[widest];
    }
    return wanted;
}

std::string Table::render(const Look& look) const {
    const auto sizes = widths(look);
    Row titles;
    for (const auto& title : titles_)
        titles.emplace_back(title, Ink::heading);
    std::string out =
        border(sizes, "┌", "┬", "┐") + text_row(titles, sizes, look) + border(sizes, "├", "┼", "┤");
    for (const auto& row : rows_)
        out += text_row(row, sizes, look);
    return out + border(sizes, "└", "┴", "┘");
}

} // namespace openclaw::cli
