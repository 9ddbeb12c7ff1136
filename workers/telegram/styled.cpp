#include "workers/telegram/styled.h"

#include <algorithm>
#include <string_view>

namespace openclaw::telegram {

Styled slice(const Styled& whole, std::size_t begin, std::size_t end) {
    Styled part{.text = whole.text.substr(begin, end - begin), .marks = {}};
    for (const auto& mark : whole.marks) {
        const auto from = std::max(mark.begin, begin), to = std::min(mark.end, end);
        if (from >= to) continue;
        part.marks.push_back({mark.kind, from - begin, to - begin, mark.argument});
    }
    return part;
}

void erase(Styled& styled, std::size_t begin, std::size_t end) {
    const auto moved = [&](std::size_t at) {
        if (at <= begin) return at;
        return at >= end ? at - (end - begin) : begin;
    };
    styled.text.erase(begin, end - begin);
    for (auto& mark : styled.marks) {
        mark.begin = moved(mark.begin);
        mark.end = moved(mark.end);
    }
}

void insert(Styled& styled, std::size_t at, std::string_view piece) {
    styled.text.insert(at, piece);
    for (auto& mark : styled.marks) {
        if (mark.begin >= at) mark.begin += piece.size();
        if (mark.end > at) mark.end += piece.size();
    }
}

} // namespace openclaw::telegram
