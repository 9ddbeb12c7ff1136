#include "workers/discord/table.h"

#include "common/base/strings.h"
#include "common/text/text_table.h"

#include <algorithm>
#include <vector>

namespace openclaw::discord {

namespace {

constexpr std::size_t most_rows = 200;

// "| a | b \| c |" → {"a", "b | c"}
std::vector<std::string> cells_of(std::string_view line) {
    line = trim(line);
    if (line.starts_with('|')) line.remove_prefix(1);
    if (line.ends_with('|') && !line.ends_with("\\|")) line.remove_suffix(1);
    std::vector<std::string> cells(1);
    bool is_code = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] == '\\' && i + 1 < line.size() && line[i + 1] == '|')
            cells.back() += line[++i];
        else if (line[i] == '|' && !is_code)
            cells.emplace_back();
        else {
            if (line[i] == '`') is_code = !is_code;
            cells.back() += line[i];
        }
    }
    for (auto& cell : cells)
        cell = std::string(trim(cell));
    return cells;
}

// ":---", "---:", ":-:"
bool is_delimiter(std::string_view cell) {
    if (cell.starts_with(':')) cell.remove_prefix(1);
    if (cell.ends_with(':')) cell.remove_suffix(1);
    return !cell.empty() && cell.find_first_not_of('-') == std::string_view::npos;
}

bool is_delimiter_row(std::string_view line, std::size_t columns) {
    if (!line.contains('-')) return false;
    const auto cells = cells_of(line);
    return cells.size() == columns && std::ranges::all_of(cells, is_delimiter);
}

// Markup means nothing inside a code block: what it stood for is left.
std::string plain(std::string_view cell) {
    std::string out;
    for (std::size_t i = 0; i < cell.size(); ++i) {
        const bool is_pair = i + 1 < cell.size() && cell[i] == cell[i + 1];
        if (cell[i] == '`') continue;
        if ((cell[i] == '*' || cell[i] == '~' || cell[i] == '_') && is_pair) {
            ++i;
            continue;
        }
        out += cell[i];
    }
    return out;
}

} // namespace

std::size_t table_rows(std::span<const std::string_view> lines) {
    if (lines.size() < 2 || !lines[0].contains('|')) return 0;
    if (!is_delimiter_row(lines[1], cells_of(lines[0]).size())) return 0;
    std::size_t rows = 2;
    while (rows < lines.size() && rows < most_rows && lines[rows].contains('|'))
        ++rows;
    return rows;
}

std::string table_text(std::span<const std::string_view> lines) {
    TextTable table;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (i == 1) continue; // the delimiters
        table.begin_row();
        for (const auto& cell : cells_of(lines[i])) {
            table.begin_cell();
            table.append(plain(cell));
        }
    }
    return table.text();
}

} // namespace openclaw::discord
