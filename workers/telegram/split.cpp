#include "workers/telegram/split.h"

#include "common/text/characters.h"
#include "workers/telegram/render.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace openclaw::telegram {

namespace {

constexpr auto nowhere = std::string::npos;

bool is_space(char c) {
    return c == ' ' || c == '\n' || c == '\t';
}

// Does the line break at `at`, either side of it?
bool is_line_end(std::string_view text, std::size_t at) {
    return text[at - 1] == '\n' || text[at] == '\n';
}

bool is_blank_line(std::string_view text, std::size_t at) {
    if (text[at - 1] != '\n') return false;
    return text[at] == '\n' || (at >= 2 && text[at - 2] == '\n');
}

bool is_sentence_end(std::string_view text, std::size_t at) {
    if (text[at - 1] == ' ') return at >= 2 && std::string_view(".!?").contains(text[at - 2]);
    const auto before = text.substr(0, at);
    return before.ends_with("。") || before.ends_with("！") || before.ends_with("？");
}

// "• " and "12. " at the head of a line belong to what follows.
bool is_after_list_prefix(std::string_view text, std::size_t at) {
    const auto line = text.rfind('\n', at - 1);
    auto head = text.substr(line == nowhere ? 0 : line + 1, at - (line == nowhere ? 0 : line + 1));
    while (head.starts_with(' '))
        head.remove_prefix(1);
    if (head.empty() || head == "• ") return true;
    return head.ends_with(". ") && head.find_first_not_of("0123456789") == head.size() - 2;
}

bool is_word_end(std::string_view text, std::size_t at) {
    return (text[at - 1] == ' ' || text[at] == ' ') && !is_after_list_prefix(text, at);
}

// What to prefer, and how full (in percent) a part must at least be for it.
struct Preference {
    bool (*fits)(std::string_view text, std::size_t at);
    std::size_t least_percent;
};

constexpr auto preferences = std::to_array<Preference>({
    {is_blank_line, 30},
    {is_line_end, 50},
    {is_sentence_end, 50},
    {is_word_end, 10},
    {is_line_end, 1},
});

class Splitter {
  public:
    Splitter(const Styled& whole, std::size_t limit)
        : whole_(whole)
        , text_(whole.text)
        , limit_(limit) {}

    std::vector<Styled> split() {
        for (std::size_t at = skip_newlines(0); at < text_.size();) {
            const auto cut = next_cut(at);
            add(at, cut);
            at = skip_newlines(cut);
        }
        return std::move(parts_);
    }

  private:
    std::size_t next_cut(std::size_t from) const {
        const auto reach = from + utf16_prefix(text_.substr(from), limit_);
        if (reach == text_.size()) return reach;
        if (const auto* block = block_at(from, reach)) return cut_block(from, reach, *block);
        const auto cut = cut_prose(from, reach);
        return cut == nowhere ? cut_hard(from, reach) : cut;
    }

    // The code block that the limit falls into.
    const Mark* block_at(std::size_t from, std::size_t reach) const {
        for (const auto& mark : whole_.marks)
            if (mark.kind == Mark::Kind::pre && mark.begin < reach && reach < mark.end &&
                mark.end > from)
                return &mark;
        return nullptr;
    }

    std::size_t cut_block(std::size_t from, std::size_t reach, const Mark& block) const {
        const bool fits_alone =
            utf16_length(text_.substr(block.begin, block.end - block.begin)) <= limit_;
        if (block.begin > from && fits_alone && has_ink(from, block.begin)) return block.begin;
        const auto line = text_.rfind('\n', reach - 1);
        if (line != nowhere && line + 1 > std::max(from, block.begin)) return line + 1;
        if (block.begin > from && has_ink(from, block.begin)) return block.begin;
        return cut_hard(from, reach);
    }

    std::size_t cut_prose(std::size_t from, std::size_t reach) const {
        for (const auto& preference : preferences) {
            const auto least =
                std::max(from + (reach - from) * preference.least_percent / 100, from + 1);
            for (auto at = reach; at >= least; --at)
                if (preference.fits(text_, at) && !is_inside_whole(at) && has_ink(from, at))
                    return at;
        }
        return nowhere;
    }

    std::size_t cut_hard(std::size_t from, std::size_t reach) const {
        auto at = reach;
        while (at > from + 1 && is_inside_character(text_, at))
            --at;
        return at > from + 1 || !is_inside_character(text_, at) ? at : reach;
    }

    // Links, inline code and blocks are not cut for the sake of prose.
    bool is_inside_whole(std::size_t at) const {
        return std::ranges::any_of(whole_.marks, [at](const Mark& mark) {
            return (mark.kind == Mark::Kind::link || mark.kind == Mark::Kind::code ||
                    mark.kind == Mark::Kind::pre) &&
                   mark.begin < at && at < mark.end;
        });
    }

    bool has_ink(std::size_t from, std::size_t to) const {
        return std::ranges::any_of(text_.substr(from, to - from),
                                   [](char c) { return !is_space(c); });
    }

    std::size_t skip_newlines(std::size_t at) const {
        while (at < text_.size() && text_[at] == '\n')
            ++at;
        return has_ink(at, text_.size()) ? at : text_.size();
    }

    void add(std::size_t from, std::size_t to) {
        if (!has_ink(from, to)) return;
        auto part = slice(whole_, from, to);
        const bool ends_in_block = std::ranges::any_of(part.marks, [&](const Mark& mark) {
            return mark.kind == Mark::Kind::pre && mark.end == part.text.size();
        });
        const auto last = part.text.find_last_not_of(ends_in_block ? " \t" : " \n\t");
        erase(part, last + 1, part.text.size());
        std::erase_if(part.marks, [](const Mark& mark) { return mark.begin >= mark.end; });
        add_within_bytes(std::move(part));
    }

    // A text of "&&&&…" grows five times when it is escaped.
    void add_within_bytes(Styled part) {
        if (to_html(part).size() <= most_html_bytes) return parts_.push_back(std::move(part));
        for (auto& smaller : Splitter(part, std::max<std::size_t>(limit_ / 2, 16)).split())
            parts_.push_back(std::move(smaller));
    }

    const Styled& whole_;
    std::string_view text_;
    std::size_t limit_;
    std::vector<Styled> parts_;
};

std::vector<Styled> paragraphs(const Styled& whole) {
    std::vector<Styled> out;
    std::size_t from = 0;
    const auto in_block = [&](std::size_t at) {
        return std::ranges::any_of(whole.marks, [at](const Mark& mark) {
            return mark.kind == Mark::Kind::pre && mark.begin < at && at < mark.end;
        });
    };
    for (auto at = whole.text.find("\n\n"); at != nowhere; at = whole.text.find("\n\n", at + 1)) {
        if (in_block(at + 1) || at <= from) continue;
        out.push_back(slice(whole, from, at + 1));
        from = at + 2;
    }
    if (from < whole.text.size()) out.push_back(slice(whole, from, whole.text.size()));
    return out;
}

} // namespace

std::vector<Styled> split(const Styled& whole, const SplitRule& rule) {
    const auto limit = std::clamp<std::size_t>(rule.limit, 1, most_units);
    if (!rule.each_paragraph) return Splitter(whole, limit).split();
    std::vector<Styled> parts;
    for (const auto& paragraph : paragraphs(whole))
        for (auto& part : Splitter(paragraph, limit).split())
            parts.push_back(std::move(part));
    return parts;
}

} // namespace openclaw::telegram
