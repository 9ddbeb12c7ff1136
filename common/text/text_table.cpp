#include "common/text/text_table.h"

#include "common/text/characters.h"

#include <algorithm>
#include <string_view>

namespace openclaw {

namespace {

constexpr std::size_t narrowest_column = 3; // "---"

// Unicode 15, East_Asian_Width W and F, the blocks that occur in chats.
bool is_wide(std::uint32_t point) {
    return (point >= 0x1100 && point <= 0x115F) || (point >= 0x2E80 && point <= 0xA4CF) ||
           (point >= 0xAC00 && point <= 0xD7A3) || (point >= 0xF900 && point <= 0xFAFF) ||
           (point >= 0xFE30 && point <= 0xFE6F) || (point >= 0xFF00 && point <= 0xFF60) ||
           (point >= 0x1F300 && point <= 0x1FAFF) || (point >= 0x20000 && point <= 0x3FFFD);
}

std::vector<std::size_t> column_widths(const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::size_t> widths;
    for (const auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()), narrowest_column);
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], display_width(row[i]));
    }
    return widths;
}

void write_row(std::string& out, const std::vector<std::string>& row,
               const std::vector<std::size_t>& widths) {
    for (std::size_t i = 0; i < widths.size(); ++i) {
        const std::string_view cell =
            i < row.size() ? std::string_view(row[i]) : std::string_view();
        out += "| ";
        out += cell;
        out.append(widths[i] - display_width(cell) + 1, ' ');
    }
    out += "|\n";
}

} // namespace

std::size_t display_width(std::string_view utf8) {
    std::size_t width = 0;
    for (std::size_t at = 0; at < utf8.size();) {
        const auto point = code_point_at(utf8, at);
        if (!is_inside_character(utf8, at)) width += is_wide(point) ? 2 : 1;
        do
            ++at;
        while (at < utf8.size() && (static_cast<unsigned char>(utf8[at]) & 0xC0) == 0x80);
    }
    return width;
}

std::string TextTable::text() const {
    const auto widths = column_widths(rows_);
    std::string out;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        write_row(out, rows_[i], widths);
        if (i > 0) continue;
        for (const auto width : widths)
            out += "| " + std::string(width, '-') + ' ';
        out += "|\n";
    }
    return out;
}

} // namespace openclaw
