#include "workers/telegram/text_flow.h"

#include <algorithm>
#include <utility>

namespace openclaw::telegram {

void TextFlow::need_gap(std::size_t newlines) {
    if (!fresh_) gap_ = std::max(gap_, newlines);
}

void TextFlow::append(std::string_view piece) {
    write_gap(indent_);
    styled_.text += piece;
}

void TextFlow::break_line() {
    append("\n" + std::string(indent_, ' '));
}

void TextFlow::open(Mark::Kind kind, std::string argument) {
    write_gap(kind == Mark::Kind::pre ? 0 : indent_); // code keeps its own indents
    open_.push_back(Mark{kind, size(), size(), std::move(argument)});
}

std::optional<Mark> TextFlow::close() {
    auto mark = std::move(open_.back());
    open_.pop_back();
    if (mark) mark->end = size();
    return mark;
}

bool TextFlow::is_inside(Mark::Kind kind) const {
    return std::ranges::any_of(open_,
                               [kind](const auto& mark) { return mark && mark->kind == kind; });
}

void TextFlow::write_gap(std::size_t indent) {
    if (gap_ > 0 && !styled_.text.empty()) {
        const auto last = styled_.text.find_last_not_of('\n');
        const auto there = size() - (last == std::string::npos ? 0 : last + 1);
        if (there < gap_) styled_.text.append(gap_ - there, '\n');
        styled_.text.append(indent, ' ');
    }
    gap_ = 0;
    fresh_ = false;
}

Styled TextFlow::take() {
    const bool ends_in_code = std::ranges::any_of(styled_.marks, [&](const Mark& mark) {
        return mark.kind == Mark::Kind::pre && mark.end == size();
    });
    if (!ends_in_code) {
        const auto last = styled_.text.find_last_not_of(" \n\t");
        erase(styled_, last == std::string::npos ? 0 : last + 1, size());
    }
    std::erase_if(styled_.marks, [](const Mark& mark) { return mark.begin >= mark.end; });
    return std::exchange(styled_, {});
}

} // namespace openclaw::telegram
