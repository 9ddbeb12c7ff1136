#include "cli/view/facts.h"

#include "cli/view/text_width.h"

#include <algorithm>

namespace openclaw::cli {

Facts& Facts::add(std::string name, Cell value) {
    if (!value.text.empty()) facts_.emplace_back(std::move(name), std::move(value));
    return *this;
}

std::string Facts::render(const Look& look) const {
    std::size_t name_width = 0;
    for (const auto& [name, value] : facts_)
        name_width = std::max(name_width, text_width(name));
    const std::size_t indent = name_width + 4;
    const auto width = static_cast<std::size_t>(look.width);
    std::string out;
    for (const auto& [name, value] : facts_) {
        std::string lead =
            "  " + look.paint(Ink::muted, name) + std::string(indent - 2 - text_width(name), ' ');
        for (const auto& line : wrap(value.text, width > indent + 20 ? width - indent : 20)) {
            out += lead + look.paint(value.ink, line) + "\n";
            lead = std::string(indent, ' ');
        }
    }
    return out;
}

} // namespace openclaw::cli
