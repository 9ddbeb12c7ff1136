// discord/fence.h — code fences, line by line: what stands between two of them is nobody's
// Markdown.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace openclaw::discord {

class Fence {
  public:
    struct Mark {
        char sign;         // '`' or '~'
        std::size_t count; // at least three
        std::string_view info;
    };

    // A line that opens or closes a block (CommonMark 4.5). Nothing: an ordinary line.
    static std::optional<Mark> mark_of(std::string_view line) {
        const auto start = line.find_first_not_of(' ');
        if (start == std::string_view::npos || start > 3) return std::nullopt;
        line.remove_prefix(start);
        const char sign = line.front();
        if (sign != '`' && sign != '~') return std::nullopt;
        const auto count = std::min(line.find_first_not_of(sign), line.size());
        if (count < 3) return std::nullopt;
        auto info = line.substr(count);
        if (sign == '`' && info.contains('`')) return std::nullopt; // inline code
        while (!info.empty() && (info.front() == ' ' || info.front() == '\t'))
            info.remove_prefix(1);
        while (!info.empty() && (info.back() == ' ' || info.back() == '\r' || info.back() == '\t'))
            info.remove_suffix(1);
        return Mark{.sign = sign, .count = count, .info = info};
    }

    enum class Line { outside, opens, inside, closes };

    Line read(std::string_view line) {
        const auto mark = mark_of(line);
        if (count_ == 0) {
            if (!mark) return Line::outside;
            sign_ = mark->sign;
            count_ = mark->count;
            info_ = mark->info;
            return Line::opens;
        }
        const bool closes =
            mark && mark->sign == sign_ && mark->count >= count_ && mark->info.empty();
        if (!closes) return Line::inside;
        count_ = 0;
        return Line::closes;
    }

    bool is_open() const { return count_ > 0; }

    const std::string& info() const { return info_; } // of the last one opened: "python"

  private:
    char sign_ = 0;
    std::size_t count_ = 0; // 0: closed
    std::string info_;
};

} // namespace openclaw::discord
