// A parser from expression to tree, an emitter from tree to steps, and Thompson's simulation of all
// ways at once (R. Cox, "Regular Expression Matching: the Virtual Machine Approach", 2009): no way
// is ever tried twice.
#include "supervisor/policy/pattern.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace openclaw::policy {

namespace {

using Range = Pattern::Range;
using Step = Pattern::Step;
using Kind = Step::Kind;

constexpr std::size_t max_steps = 500;
constexpr std::size_t max_text = 16u << 10;
constexpr int max_group_depth = 20;
constexpr int max_repeat = 100;
constexpr int without_limit = -1;
constexpr char32_t outside = 0xFFFFFFFF; // before the first and after the last character

// Malformed bytes stand for themselves: text is checked where it enters.
char32_t decode(std::string_view text, std::size_t& at) {
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

// One case for each letter of the scripts people write names in: Latin, Greek, Cyrillic.
char32_t fold(char32_t c) {
    if (c >= 'A' && c <= 'Z') return c + 32;
    if (c >= 0xC0 && c <= 0xDE && c != 0xD7) return c + 32;
    if (c >= 0x100 && c <= 0x17E && c % 2 == 0 && c < 0x138) return c + 1;
    if (c >= 0x391 && c <= 0x3A9) return c + 32;
    if (c >= 0x410 && c <= 0x42F) return c + 32;
    if (c >= 0x400 && c <= 0x40F) return c + 80;
    return c;
}

char32_t other_case(char32_t c) {
    if (c >= 'a' && c <= 'z') return c - 32;
    if ((c >= 0xE0 && c <= 0xFE && c != 0xF7) || (c >= 0x3B1 && c <= 0x3C9) ||
        (c >= 0x430 && c <= 0x44F))
        return c - 32;
    return fold(c);
}

// \w as people mean it: letters of every script, which JavaScript's \w is not.
bool is_word(char32_t c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (c >= 0xC0 && c < 0x2000 && c != 0xD7 && c != 0xF7) || (c >= 0x3040 && c <= 0xD7FF);
}

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

struct Tree {
    enum class Form { step, sequence, choice, repeat } form = Form::sequence;
    Kind kind = Kind::any;     // of a step
    std::vector<Range> ranges; // of one_of and none_of
    std::vector<Tree> parts;   // of a sequence, a choice; the one repeated
    int least = 0, most = without_limit;
};

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
    const char32_t c = decode(text_, at_);
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
        const char32_t c = decode(text_, at_);
        return std::vector<Range>{{c, c}};
    }
    if (at_ == text_.size()) return fail(Code::invalid, "a \\ at the end");
    const char32_t c = decode(text_, at_);
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

// Lays a tree out as steps. A consuming step goes on at its `next`; so does everything else.
class Emitter {
  public:
    Result<void> emit(const Tree& tree);
    std::vector<Step> steps;
    std::vector<Range> ranges;

  private:
    std::uint32_t here() const { return static_cast<std::uint32_t>(steps.size()); }

    std::uint32_t add(Step made) {
        made.next = made.next == 0 ? here() + 1 : made.next;
        steps.push_back(made);
        return here() - 1;
    }

    Result<void> emit_step(const Tree& tree);
    Result<void> emit_choice(const Tree& tree);
    Result<void> emit_repeat(const Tree& tree);
};

Result<void> Emitter::emit(const Tree& tree) {
    if (steps.size() > max_steps) return fail(Code::invalid, "the pattern is too large");
    switch (tree.form) {
    case Tree::Form::step:
        return emit_step(tree);
    case Tree::Form::choice:
        return emit_choice(tree);
    case Tree::Form::repeat:
        return emit_repeat(tree);
    case Tree::Form::sequence:
        break;
    }
    for (const Tree& part : tree.parts)
        TRY_VOID(emit(part));
    return {};
}

Result<void> Emitter::emit_step(const Tree& tree) {
    const auto first = static_cast<std::uint32_t>(ranges.size());
    ranges.insert(ranges.end(), tree.ranges.begin(), tree.ranges.end());
    add({.kind = tree.kind, .first = first, .last = static_cast<std::uint32_t>(ranges.size())});
    return {};
}

Result<void> Emitter::emit_choice(const Tree& tree) {
    std::vector<std::uint32_t> jumps;
    for (std::size_t i = 0; i + 1 < tree.parts.size(); ++i) {
        const auto fork = add({.kind = Kind::fork});
        TRY_VOID(emit(tree.parts[i]));
        jumps.push_back(add({.kind = Kind::jump}));
        steps[fork].other = here();
    }
    TRY_VOID(emit(tree.parts.back()));
    for (const auto jump : jumps)
        steps[jump].next = here();
    return {};
}

Result<void> Emitter::emit_repeat(const Tree& tree) {
    const Tree& what = tree.parts.front();
    for (int i = 0; i < tree.least; ++i)
        TRY_VOID(emit(what));
    if (tree.most == without_limit) {
        const auto fork = add({.kind = Kind::fork});
        TRY_VOID(emit(what));
        add({.kind = Kind::jump, .next = fork});
        steps[fork].other = here();
        if (fork == 0) steps.back().next = 0; // add() takes 0 for "the next one"
        return {};
    }
    std::vector<std::uint32_t> forks;
    for (int i = tree.least; i < tree.most; ++i) {
        forks.push_back(add({.kind = Kind::fork}));
        TRY_VOID(emit(what));
    }
    for (const auto fork : forks)
        steps[fork].other = here();
    return {};
}

// All ways through the steps at one place in the text.
class Ways {
  public:
    Ways(const std::vector<Step>& steps, const std::vector<Range>& ranges)
        : steps_(steps)
        , ranges_(ranges)
        , seen_(steps.size()) {}

    // Follows what needs no character. `before` and `after`: the neighbours of this place.
    void follow(std::uint32_t start, char32_t before, char32_t after);

    bool is_match() const { return is_match_; }

    const std::vector<std::uint32_t>& waiting() const { return waiting_; }

    bool accepts(const Step& step, char32_t c) const;

    void clear() {
        waiting_.clear();
        seen_.assign(seen_.size(), false);
    }

  private:
    const std::vector<Step>& steps_;
    const std::vector<Range>& ranges_;
    std::vector<bool> seen_;
    std::vector<std::uint32_t> waiting_; // consuming steps
    std::vector<std::uint32_t> stack_;
    bool is_match_ = false;
};

bool holds(Kind kind, char32_t before, char32_t after) {
    const auto word = [](char32_t c) { return c != outside && is_word(c); };
    switch (kind) {
    case Kind::line_start:
        return before == outside || before == '\n';
    case Kind::line_end:
        return after == outside || after == '\n';
    case Kind::border:
        return word(before) != word(after);
    case Kind::no_border:
        return word(before) == word(after);
    default:
        return true;
    }
}

void Ways::follow(std::uint32_t start, char32_t before, char32_t after) {
    stack_.push_back(start);
    while (!stack_.empty()) {
        const auto at = stack_.back();
        stack_.pop_back();
        if (seen_[at]) continue;
        seen_[at] = true;
        const Step& step = steps_[at];
        switch (step.kind) {
        case Kind::match:
            is_match_ = true;
            break;
        case Kind::one_of:
        case Kind::none_of:
        case Kind::any:
            waiting_.push_back(at);
            break;
        case Kind::fork:
            stack_.push_back(step.other);
            [[fallthrough]];
        case Kind::jump:
            stack_.push_back(step.next);
            break;
        case Kind::line_start:
        case Kind::line_end:
        case Kind::border:
        case Kind::no_border:
            if (holds(step.kind, before, after)) stack_.push_back(step.next);
        }
    }
}

bool Ways::accepts(const Step& step, char32_t c) const {
    if (step.kind == Kind::any) return c != '\n';
    const auto has = [&](char32_t wanted) {
        return std::any_of(
            ranges_.begin() + step.first, ranges_.begin() + step.last,
            [&](const Range& range) { return wanted >= range.first && wanted <= range.last; });
    };
    const bool found = has(c) || has(fold(c)) || has(other_case(c));
    return found == (step.kind == Kind::one_of);
}

} // namespace

Result<Pattern> Pattern::compile(std::string_view expression) {
    const Tree tree = TRY(Parser(expression).run());
    Emitter emitter;
    TRY_VOID(emitter.emit(tree));
    emitter.steps.push_back({.kind = Kind::match});
    if (emitter.steps.size() > max_steps) return fail(Code::invalid, "the pattern is too large");
    Pattern pattern;
    pattern.steps_ = std::move(emitter.steps);
    pattern.ranges_ = std::move(emitter.ranges);
    return pattern;
}

bool Pattern::found_in(std::string_view text) const {
    if (steps_.empty()) return false;
    text = text.substr(0, max_text);
    Ways first(steps_, ranges_), second(steps_, ranges_);
    Ways* now = &first;
    Ways* then = &second;
    char32_t before = outside;
    for (std::size_t at = 0;;) {
        std::size_t next_at = at;
        const char32_t c = at < text.size() ? decode(text, next_at) : outside;
        now->follow(0, before, c); // a match may begin anywhere
        if (now->is_match()) return true;
        if (c == outside) return false;
        std::size_t after_at = next_at;
        const char32_t after = next_at < text.size() ? decode(text, after_at) : outside;
        then->clear();
        for (const auto waiting : now->waiting())
            if (now->accepts(steps_[waiting], c)) then->follow(steps_[waiting].next, c, after);
        std::swap(now, then);
        before = c;
        at = next_at;
    }
}

} // namespace openclaw::policy
