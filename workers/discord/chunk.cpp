#include "workers/discord/chunk.h"

#include "common/base/strings.h"
#include "common/text/characters.h"
#include "workers/discord/fence.h"

#include <algorithm>

namespace openclaw::discord {

namespace {

constexpr std::string_view fence_end = "\n```";
constexpr std::size_t smallest_limit = 50;   // below that fences would eat the text
constexpr std::size_t longest_address = 500; // what is longer may be cut
constexpr std::size_t longest_language_tag = 30;
constexpr std::string_view zero_width_space = "\u200B";

// How good a place is for a cut; the best of the later part of what fits is taken.
enum Place { nowhere, space, sentence, line, paragraph };

struct Reach { // how far one message gets
    std::size_t bytes = 0;
    bool is_all = false;
};

bool is_blank(std::string_view text) {
    return trim(text).empty();
}

Reach reach_of(std::string_view text, std::size_t points, std::size_t lines) {
    std::size_t at = 0, used = 0, line_ends = 0;
    while (at < text.size() && used < points) {
        if (text[at] == '\n' && lines > 0 && ++line_ends == lines) break;
        ++at;
        while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80)
            ++at;
        ++used;
    }
    return {.bytes = at, .is_all = at == text.size()};
}

// "<@123>", "<:name:123>", "https://…": the start of the one that a cut at `at` would divide.
std::size_t start_of_token(std::string_view text, std::size_t at) {
    const auto from = at > longest_address ? at - longest_address : 0;
    const auto word = text.find_last_of(" \n", at - 1);
    const auto begin = word == std::string_view::npos || word < from ? from : word + 1;
    const auto piece = text.substr(begin, at - begin);
    const auto open = piece.rfind('<');
    if (open != std::string_view::npos && !piece.substr(open).contains('>') && begin + open > 0)
        return begin + open;
    const auto address = piece.rfind("http");
    const bool is_address =
        address != std::string_view::npos && (piece.substr(address).starts_with("http://") ||
                                              piece.substr(address).starts_with("https://"));
    return is_address && begin + address > 0 ? begin + address : at;
}

std::size_t hard_cut(std::string_view text, std::size_t at) {
    if (const auto token = start_of_token(text, at); token < at) return token;
    while (at > 1 &&
           (is_inside_character(text, at) || (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80))
        --at;
    return at;
}

// One message after the other, from the front of what is left.
class Chunking {
  public:
    Chunking(std::string_view text, const ChunkRule& rule)
        : rest_(text)
        , limit_(std::max(rule.limit, smallest_limit))
        , lines_(rule.lines)
        , each_paragraph_(rule.each_paragraph) {}

    std::vector<std::string> run() {
        while (!rest_.empty()) {
            is_open_ ? skip_end_of_block() : skip_blank_lines();
            if (rest_.empty()) break;
            take(cut());
        }
        return std::move(parts_);
    }

  private:
    void skip_blank_lines() {
        while (!rest_.empty()) {
            const auto end = rest_.find('\n');
            const auto first = rest_.substr(0, end);
            if (!is_blank(first)) return;
            rest_.remove_prefix(std::min(first.size() + 1, rest_.size()));
        }
    }

    // Nothing is left of the block: it is not opened again for its last line.
    void skip_end_of_block() {
        Fence fence = fence_;
        const auto first = rest_.substr(0, rest_.find('\n'));
        if (fence.read(first) != Fence::Line::closes) return;
        fence_ = fence;
        is_open_ = false;
        rest_.remove_prefix(std::min(first.size() + 1, rest_.size()));
        skip_blank_lines();
    }

    // Of the text itself: what a reopened fence and a closing one need is taken off.
    std::size_t room() const {
        const auto opening = is_open_ ? 4 + language_.size() : 0;
        return limit_ - opening - fence_end.size();
    }

    std::size_t line_room() const {
        if (lines_ == 0) return 0;
        return lines_ > 3 && is_open_ ? lines_ - 2 : lines_; // the fences are lines, too
    }

    std::size_t cut() {
        const auto whole = reach_of(rest_, is_open_ ? room() : limit_, line_room());
        const auto reach = whole.is_all ? whole : reach_of(rest_, room(), line_room());
        const auto end = each_paragraph_ ? paragraph_end(reach) : reach.bytes;
        if (reach.is_all && end == reach.bytes) return end;
        return best_cut(end, end < reach.bytes);
    }

    // In "newline" mode a message ends with its paragraph.
    std::size_t paragraph_end(const Reach& reach) const {
        Fence fence = fence_;
        for (std::size_t at = 0; at < reach.bytes;) {
            const auto stop = std::min(rest_.find('\n', at), rest_.size());
            const auto kind = fence.read(rest_.substr(at, stop - at));
            if (at > 0 && kind == Fence::Line::outside && is_blank(rest_.substr(at, stop - at)))
                return at;
            at = stop + 1;
        }
        return reach.bytes;
    }

    // The best place of the later part; a tiny first message for a better place is no gain.
    std::size_t best_cut(std::size_t end, bool is_paragraph) const {
        if (is_paragraph) return end;
        Best late, early;
        const auto consider = [&](std::size_t at, int place) {
            auto& best = at * 5 >= end * 2 ? late : early;
            if (at > 0 && at <= end && place >= best.place) best = {.at = at, .place = place};
        };
        Fence fence = fence_;
        std::size_t block = 0; // where the code block begins that `end` may lie in
        for (std::size_t at = 0; at <= end && at < rest_.size();) {
            const auto stop = std::min(rest_.find('\n', at), rest_.size());
            const auto kind = fence.read(rest_.substr(at, stop - at));
            if (kind == Fence::Line::opens) block = at;
            if (stop <= end && kind != Fence::Line::opens)
                consider(stop, place_after(kind, next_line(stop)));
            if (stop > end && kind == Fence::Line::outside) consider_inside(at, end, consider);
            at = stop + 1;
        }
        if (const auto whole = before_block(block, end); whole > 0) return whole;
        if (late.at > 0) return late.at;
        return early.at > 0 ? early.at : hard_cut(rest_, std::max<std::size_t>(end, 1));
    }

    struct Best {
        std::size_t at = 0;
        int place = nowhere;
    };

    std::string_view next_line(std::size_t stop) const {
        if (stop >= rest_.size()) return {};
        return rest_.substr(stop + 1, rest_.find('\n', stop + 1) - stop - 1);
    }

    static int place_after(Fence::Line kind, std::string_view next) {
        if (kind == Fence::Line::inside) return line;
        const bool block_follows = Fence::mark_of(next).has_value();
        return kind == Fence::Line::closes || is_blank(next) || block_follows ? paragraph : line;
    }

    template <class Consider>
    void consider_inside(std::size_t from, std::size_t end, const Consider& consider) const {
        for (std::size_t at = from + 1; at <= end; ++at) {
            if (rest_[at - 1] != ' ' || start_of_token(rest_, at) < at) continue;
            const bool ends = at >= 2 && std::string_view(".!?").contains(rest_[at - 2]);
            consider(at, ends ? sentence : space);
        }
    }

    // The cut would divide a code block that fits a message of its own: it goes there whole.
    std::size_t before_block(std::size_t block, std::size_t end) const {
        if (block == 0) return 0;
        Fence fence = fence_;
        bool is_divided = false;
        for (std::size_t at = 0; at < rest_.size();) {
            const auto stop = std::min(rest_.find('\n', at), rest_.size());
            const auto kind = fence.read(rest_.substr(at, stop - at));
            if (kind == Fence::Line::closes && at > block) {
                is_divided = stop > end;
                const auto whole = rest_.substr(block, stop - block);
                const auto lines = static_cast<std::size_t>(std::ranges::count(whole, '\n')) + 1;
                const bool fits =
                    count_code_points(whole) <= limit_ && (lines_ == 0 || lines <= lines_);
                return is_divided && fits ? block : 0;
            }
            at = stop + 1;
        }
        return 0;
    }

    void take(std::size_t bytes) {
        auto body = rest_.substr(0, bytes);
        rest_.remove_prefix(bytes);
        const bool divides_line = !body.ends_with('\n') && !rest_.starts_with('\n');
        std::string part;
        if (is_open_) part = "```" + language_ + "\n";
        const auto disarmed = read_fences(body, divides_line);
        while (body.ends_with('\n') || (!is_open_ && body.ends_with(' ')))
            body.remove_suffix(1);
        if (is_open_ && rest_.starts_with('\n')) rest_.remove_prefix(1);
        part += body.substr(0, disarmed);
        if (disarmed < body.size()) part.append(zero_width_space).append(body.substr(disarmed));
        if (is_open_) part += fence_end;
        if (!is_blank(body)) parts_.push_back(std::move(part));
        if (divides_line) disarm_rest();
    }

    // Where a line of `body` begins that is a fence only because it was cut; its size: nowhere.
    std::size_t read_fences(std::string_view body, bool divides_line) {
        const auto last = divides_line ? body.rfind('\n') + 1 : body.size(); // npos + 1: 0
        for (const auto text : split(body.substr(0, last), '\n'))
            fence_.read(text);
        const bool is_false = divides_line && is_false_fence(body.substr(last));
        if (divides_line && !is_false) fence_.read(body.substr(last));
        is_open_ = fence_.is_open();
        if (is_open_) language_ = utf8_prefix(fence_.info(), longest_language_tag);
        return is_false ? last : body.size();
    }

    bool is_false_fence(std::string_view cut_line) const {
        const auto line = std::string(cut_line).append(rest_.substr(0, rest_.find('\n')));
        return is_mark(fence_, cut_line) && !is_mark(fence_, line);
    }

    static bool is_mark(Fence before, std::string_view line) {
        const auto kind = before.read(line);
        return kind == Fence::Line::opens || kind == Fence::Line::closes;
    }

    // What was cut from a line may look like a fence where a line begins: it is none.
    void disarm_rest() {
        if (!is_mark(fence_, rest_.substr(0, rest_.find('\n')))) return;
        kept_ = std::string(zero_width_space).append(rest_);
        rest_ = kept_;
    }

    std::string kept_; // of rest_, when it is not the text any more
    std::string_view rest_;
    std::size_t limit_;
    std::size_t lines_;
    bool each_paragraph_;
    Fence fence_;
    bool is_open_ = false; // rest_ begins inside a code block
    std::string language_;
    std::vector<std::string> parts_;
};

} // namespace

std::vector<std::string> chunk(std::string_view text, const ChunkRule& rule) {
    return Chunking(text, rule).run();
}

} // namespace openclaw::discord
