#include "cli/view/help.h"

#include "common/base/strings.h"

#include <algorithm>

namespace openclaw::cli {

namespace {

constexpr std::size_t page_width = 80;
constexpr std::size_t widest_column = 30; // of names

std::string wrapped(std::string_view text, std::size_t indent) {
    std::string out;
    std::size_t column = indent;
    for (const auto word : split(text, ' ')) {
        const bool breaks = column > indent && column + 1 + word.size() > page_width;
        if (column > indent) out += breaks ? "\n" + std::string(indent, ' ') : " ";
        column = (breaks || column == indent ? indent : column + 1) + word.size();
        out += word;
    }
    return out;
}

// "  name   text, wrapped under itself"; a name too long for its column has a line of its own.
std::string block(std::string_view title, const std::vector<HelpRow>& rows) {
    std::size_t widest = 0;
    for (const auto& row : rows)
        if (row.name.size() + 4 <= widest_column) widest = std::max(widest, row.name.size());
    const std::size_t column = widest + 4;
    std::string out = rows.empty() ? "" : "\n" + std::string(title) + ":\n";
    for (const auto& row : rows) {
        const bool fits = row.name.size() <= widest;
        out += "  " + row.name;
        out +=
            fits ? std::string(column - 2 - row.name.size(), ' ') : "\n" + std::string(column, ' ');
        out += wrapped(row.text, column) + "\n";
    }
    return out;
}

} // namespace

std::string help_text(const HelpPage& page) {
    std::string text = "Usage: " + page.usage + "\n\n" + page.summary + "\n";
    text += block("Arguments", page.arguments) + block("Options", page.options);
    text += block("Commands (* has commands of its own)", page.commands);
    if (!page.examples.empty()) text += "\nExamples:\n";
    for (const auto& example : page.examples)
        text += "  " + example + "\n";
    return text;
}

} // namespace openclaw::cli
