#include "supervisor/policy/pattern_tree.h"

#include <array>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace openclaw::policy {

namespace {

using Range = Pattern::Range;
using Kind = Pattern::Step::Kind;

constexpr int max_group_depth = 20;
constexpr int max_repeat = 100;

constexpr std::array<Range, 1> digits = {{{'0', '9'}}};
constexpr std::array<Range, 6> spaces = {
    {{'\t', '\r'}, {' ', ' '}, {0xA0, 0xA0}, {0x2000, 0x200A}, {0x2028, 0x2029}, {0x3000, 0x3000}}};
constexpr std::array<Range, 8> words = {{{'0', '9'},
                                         {'A', 'Z'},
                                         {'_', '_'},
                                         {'a', 'z'},
                                         {0xC0, 0xD6},
                                         {0xD8, 0xF6},
                                         {0xF8, 0x1FFF},
                                         {0x3040, 0xD7FF}}};

std::vector<Range> all(std::span<const Range> ranges) {
    return {ranges.begin(), ranges.end()};
}

// What is not in `ranges`, which are sorted.
std::vector<Range> complement(std::span<const Range> ranges) {
    std::vector<Range> out;
    char32_t from = 0;
    for (const Range& range : ranges) {
        if (range.first > from) out.push_back({from, range.first - 1});
        from = range.last + 1;
    }
    out.push_back({from, 0x10FFFF});
    return out;
}

Tree step(Kind kind, std::vector<Range> ranges = {}) {
    return {.form = Tree::Form::step, .kind = kind, .ranges = std::move(ranges), .parts = {}};
}

class Parser {
  public:
    explicit Parser(std::string_view text)
        : text_(text) {}

    Result<Tree> run() {
        take("(?i)"); // case is ignored anyway
        Tree tree = TRY(choice(0));
        if (at_ < text_.size()) return fail(Code::invalid, "a ) without its (");
        return tree;
    }

  private:
    bool take(std::string_view word) {
        if (!text_.substr(at_).starts_with(word)) return false;
        at_ += word.size();
        return true;
    }

    bool sees(char c) const { return at_ < text_.size() && text_[at_] == c; }

    Result<Tree> choice(int depth);
    Result<Tree> sequence(int depth);
    Result<Tree> atom(int depth);
    Result<Tree> group(int depth);
    Result<Tree> repeated(Tree what);
    Result<std::pair<int, int>> counts();
    std::optional<int> number();
    Result<Tree> escape();
    Result<Tree> char_class();
    Result<std::vector<Range>> class_item();

    std::string_view text_;
    std::size_t at_ = 0;
};

Result<Tree> Parser::choice(int depth) {
    if (depth > max_group_depth) return fail(Code::invalid, "groups nested too deeply");
    Tree tree{.form = Tree::Form::choice, .ranges = {}, .parts = {}};
    do
        tree.parts.push_back(TRY(sequence(depth)));
    while (take("|"));
    return tree;
}

Result<Tree> Parser::sequence(int depth) {
    Tree tree{.form = Tree::Form::sequence, .ranges = {}, .parts = {}};
    while (at_ < text_.size() && !sees('|') && !sees(')')) {
        Tree next = TRY(atom(depth));
        tree.parts.push_back(TRY(repeated(std::move(next))));
    }
    return tree;
}

Result<Tree> Parser::atom(int depth) {
    if (take("(")) return group(depth);
    if (take("[")) return char_class();
    if (take("\\")) return escape();
    if (take(".")) return step(Kind::any);
    if (take("^")) return step(Kind::line_start);
    if (take("$")) return step(Kind::line_end);
    if (sees('*') || sees('+') || sees('?'))
        return fail(Code::invalid, "nothing to repeat before " + std::string(1, text_[at_]));
    const char32_t c = decode_utf8(text_, at_);
    return step(Kind::one_of, {{c, c}});
}

Result<Tree> Parser::group(int depth) {
    if (take("?") && !take(":"))
        return fail(Code::invalid, "look-around is not available in mention patterns");
    Tree tree = TRY(choice(depth + 1));
    if (!take(")")) return fail(Code::invalid, "a ( without its )");
    return tree;
}

std::optional<int> Parser::number() {
    int value = 0;
    const std::size_t start = at_;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9' && value <= max_repeat)
        value = value * 10 + (text_[at_++] - '0');
    return at_ == start ? std::nullopt : std::optional(value);
}

// After "{": "3}", "3,}", "3,5}".
Result<std::pair<int, int>> Parser::counts() {
    const auto least = number();
    if (!least) return fail(Code::invalid, "a number belongs after {");
    int most = *least;
    if (take(",")) most = number().value_or(without_limit);
    if (!take("}")) return fail(Code::invalid, "a { without its }");
    if (*least > max_repeat || most > max_repeat)
        return fail(Code::invalid, "more than 100 repetitions");
    if (most != without_limit && most < *least)
        return fail(Code::invalid, "repetitions in the wrong order");
    return std::pair(*least, most);
}

Result<Tree> Parser::repeated(Tree what) {
    std::pair<int, int> bounds{0, without_limit};
    if (take("*"))
        bounds = {0, without_limit};
    else if (take("+"))
        bounds = {1, without_limit};
    else if (take("?"))
        bounds = {0, 1};
    else if (take("{"))
        bounds = TRY(counts());
    else
        return what;
    take("?"); // lazy or greedy: whether it is found is the same
    Tree tree{.form = Tree::Form::repeat,
              .ranges = {},
              .parts = {},
              .least = bounds.first,
              .most = bounds.second};
    tree.parts.push_back(std::move(what));
    return tree;
}

Result<Tree> Parser::escape() {
    if (at_ == text_.size()) return fail(Code::invalid, "a \\ at the end");
    switch (const char c = text_[at_]) {
    case 'b':
        ++at_;
        return step(Kind::border);
    case 'B':
        ++at_;
        return step(Kind::no_border);
    default:
        if (c >= '1' && c <= '9')
            return fail(Code::invalid, "back references are not available in mention patterns");
        --at_; // class_item() reads the backslash itself
        return step(Kind::one_of, TRY(class_item()));
    }
}

// One character, or a set like \d: what may stand in a class.
Result<std::vector<Range>> Parser::class_item() {
    if (!take("\\")) {
        const char32_t c = decode_utf8(text_, at_);
        return std::vector<Range>{{c, c}};
    }
    if (at_ == text_.size()) return fail(Code::invalid, "a \\ at the end");
    const char32_t c = decode_utf8(text_, at_);
    switch (c) {
    case 'd':
        return all(digits);
    case 'D':
        return complement(digits);
    case 's':
        return all(spaces);
    case 'S':
        return complement(spaces);
    case 'w':
        return all(words);
    case 'W':
        return complement(words);
    case 'n':
        return std::vector<Range>{{'\n', '\n'}};
    case 'r':
        return std::vector<Range>{{'\r', '\r'}};
    case 't':
        return std::vector<Range>{{'\t', '\t'}};
    default:
        return std::vector<Range>{{c, c}};
    }
}

Result<Tree> Parser::char_class() {
    const Kind kind = take("^") ? Kind::none_of : Kind::one_of;
    std::vector<Range> ranges;
    for (bool first = true; first || !sees(']'); first = false) {
        if (at_ >= text_.size()) return fail(Code::invalid, "a [ without its ]");
        auto item = TRY(class_item());
        const bool is_span =
            item.size() == 1 && sees('-') && at_ + 1 < text_.size() && text_[at_ + 1] != ']';
        if (is_span) {
            ++at_;
            const auto end = TRY(class_item());
            if (end.size() != 1 || end[0].first < item[0].first)
                return fail(Code::invalid, "a range in the wrong order");
            item[0].last = end[0].last;
        }
        ranges.insert(ranges.end(), item.begin(), item.end());
    }
    ++at_;
    return step(kind, std::move(ranges));
}

} // namespace

Result<Tree> parse_pattern(std::string_view expression) {
    return Parser(expression).run();
}

char32_t decode_utf8(std::string_view text, std::size_t& at) {
    const auto byte = [&](std::size_t i) {
        return static_cast<char32_t>(static_cast<unsigned char>(text[i]));
    };
    const char32_t lead = byte(at);
    const std::size_t length = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (length == 1 || at + length > text.size()) return ++at, lead;
    char32_t c = lead & (0xFFu >> (length + 1));
    for (std::size_t i = 1; i < length; ++i)
        c = c << 6 | (byte(at + i) & 0x3F);
    at += length;
    return c;
}

} // namespace openclaw::policy
