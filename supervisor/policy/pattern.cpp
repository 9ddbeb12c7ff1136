// An emitter from tree to steps, and Thompson's simulation of all ways at once (R. Cox, "Regular
// Expression Matching: the Virtual Machine Approach", 2009): no way is ever tried twice.
#include "supervisor/policy/pattern.h"

#include "supervisor/policy/pattern_tree.h"

#include <algorithm>
#include <string>

namespace openclaw::policy {

namespace {

using Range = Pattern::Range;
using Step = Pattern::Step;
using Kind = Step::Kind;

constexpr std::size_t max_steps = 500;
constexpr std::size_t max_text = 16u << 10;
constexpr char32_t outside = 0xFFFFFFFF; // before the first and after the last character

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
    Ways(const std::vector<Step>& steps, const std::vector<Range>& ranges, Case letters)
        : steps_(steps)
        , ranges_(ranges)
        , case_(letters)
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
    const Case case_;
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
    const bool found = has(c) || (case_ == Case::ignored && (has(fold(c)) || has(other_case(c))));
    return found == (step.kind == Kind::one_of);
}

} // namespace

Result<Pattern> Pattern::compile(std::string_view expression, Case letters) {
    const Tree tree = TRY(parse_pattern(expression));
    Emitter emitter;
    TRY_VOID(emitter.emit(tree));
    emitter.steps.push_back({.kind = Kind::match});
    if (emitter.steps.size() > max_steps) return fail(Code::invalid, "the pattern is too large");
    Pattern pattern;
    pattern.steps_ = std::move(emitter.steps);
    pattern.ranges_ = std::move(emitter.ranges);
    pattern.case_ = letters;
    return pattern;
}

bool Pattern::found_in(std::string_view text) const {
    if (steps_.empty()) return false;
    text = text.substr(0, max_text);
    Ways first(steps_, ranges_, case_), second(steps_, ranges_, case_);
    Ways* now = &first;
    Ways* then = &second;
    char32_t before = outside;
    for (std::size_t at = 0;;) {
        std::size_t next_at = at;
        const char32_t c = at < text.size() ? decode_utf8(text, next_at) : outside;
        now->follow(0, before, c); // a match may begin anywhere
        if (now->is_match()) return true;
        if (c == outside) return false;
        std::size_t after_at = next_at;
        const char32_t after = next_at < text.size() ? decode_utf8(text, after_at) : outside;
        then->clear();
        for (const auto waiting : now->waiting())
            if (now->accepts(steps_[waiting], c)) then->follow(steps_[waiting].next, c, after);
        std::swap(now, then);
        before = c;
        at = next_at;
    }
}

} // namespace openclaw::policy
