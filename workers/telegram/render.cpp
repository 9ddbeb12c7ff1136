#include "workers/telegram/render.h"

#include <algorithm>
#include <string_view>

namespace openclaw::telegram {

namespace {

void escape(std::string& out, std::string_view text, bool in_attribute = false) {
    for (const char c : text) {
        if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else if (c == '"' && in_attribute)
            out += "&quot;";
        else
            out += c;
    }
}

// "c++", "objective-c"; anything that is no plain word is left out.
bool is_language(std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("+-#._").contains(c);
    });
}

void open_tag(std::string& out, const Mark& mark) {
    switch (mark.kind) {
    case Mark::Kind::bold:
        out += "<b>";
        return;
    case Mark::Kind::italic:
        out += "<i>";
        return;
    case Mark::Kind::underline:
        out += "<u>";
        return;
    case Mark::Kind::strike:
        out += "<s>";
        return;
    case Mark::Kind::spoiler:
        out += "<tg-spoiler>";
        return;
    case Mark::Kind::code:
        out += "<code>";
        return;
    case Mark::Kind::quote:
        out += "<blockquote>";
        return;
    case Mark::Kind::link:
        out += "<a href=\"";
        escape(out, mark.argument, true);
        out += "\">";
        return;
    case Mark::Kind::pre:
        out += "<pre><code";
        if (is_language(mark.argument)) out += " class=\"language-" + mark.argument + "\"";
        out += ">";
        return;
    }
}

std::string_view closing_tag(Mark::Kind kind) {
    switch (kind) {
    case Mark::Kind::bold:
        return "</b>";
    case Mark::Kind::italic:
        return "</i>";
    case Mark::Kind::underline:
        return "</u>";
    case Mark::Kind::strike:
        return "</s>";
    case Mark::Kind::spoiler:
        return "</tg-spoiler>";
    case Mark::Kind::code:
        return "</code>";
    case Mark::Kind::quote:
        return "</blockquote>";
    case Mark::Kind::link:
        return "</a>";
    case Mark::Kind::pre:
        return "</code></pre>";
    }
    return {};
}

bool is_block(Mark::Kind kind) {
    return kind == Mark::Kind::pre || kind == Mark::Kind::quote;
}

bool is_verbatim(Mark::Kind kind) {
    return kind == Mark::Kind::pre || kind == Mark::Kind::code;
}

// Goes through the text once, keeping the open marks as a stack.
class HtmlWriter {
  public:
    explicit HtmlWriter(const Styled& styled)
        : text_(styled.text) {
        for (const auto& mark : styled.marks)
            if (mark.begin < mark.end) marks_.push_back(&mark);
        std::ranges::stable_sort(marks_, [](const Mark* a, const Mark* b) {
            if (a->begin != b->begin) return a->begin < b->begin;
            if (a->end != b->end) return a->end > b->end;
            return is_block(a->kind) && !is_block(b->kind);
        });
    }

    std::string write() {
        std::size_t next = 0;
        for (std::size_t at = 0; at < text_.size();) {
            close_ended(at);
            while (next < marks_.size() && marks_[next]->begin <= at)
                open(*marks_[next++]);
            const auto border = next_border(next);
            escape(out_, text_.substr(at, border - at));
            at = border;
        }
        close_ended(text_.size());
        return std::move(out_);
    }

  private:
    std::size_t next_border(std::size_t next) const {
        std::size_t border = text_.size();
        if (next < marks_.size()) border = std::min(border, marks_[next]->begin);
        for (const auto* mark : stack_)
            border = std::min(border, mark->end);
        return border;
    }

    // Nothing nests in code, a quote not in a quote, a link not in a link (Bot API, "Formatting
    // options").
    void open(const Mark& mark) {
        for (const auto* outer : stack_)
            if (is_verbatim(outer->kind) || outer->kind == mark.kind) return;
        open_tag(out_, mark);
        stack_.push_back(&mark);
    }

    // Closes what ends at `at`; marks opened later that go on are closed and opened again.
    void close_ended(std::size_t at) {
        const auto first =
            std::ranges::find_if(stack_, [at](const Mark* mark) { return mark->end <= at; });
        const auto keep = static_cast<std::size_t>(first - stack_.begin());
        std::vector<const Mark*> going_on;
        while (stack_.size() > keep) {
            out_ += closing_tag(stack_.back()->kind);
            if (stack_.back()->end > at) going_on.push_back(stack_.back());
            stack_.pop_back();
        }
        for (auto i = going_on.rbegin(); i != going_on.rend(); ++i)
            open(**i);
    }

    std::string_view text_;
    std::vector<const Mark*> marks_;
    std::vector<const Mark*> stack_;
    std::string out_;
};

} // namespace

std::string to_html(const Styled& styled) {
    return HtmlWriter(styled).write();
}

} // namespace openclaw::telegram
