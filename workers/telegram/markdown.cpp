#include "workers/telegram/markdown.h"

#include "common/base/strings.h"
#include "workers/telegram/character_names.h"
#include "workers/telegram/raw_tags.h"
#include "workers/telegram/text_table.h"

#include <md4c.h>

#include <algorithm>
#include <optional>

namespace openclaw::telegram {

namespace {

std::string text_of(const MD_ATTRIBUTE& attribute) {
    std::string out;
    if (attribute.size == 0) return out;
    for (std::size_t i = 0; attribute.substr_offsets[i] < attribute.size; ++i) {
        const auto from = attribute.substr_offsets[i], to = attribute.substr_offsets[i + 1];
        const std::string_view piece(attribute.text + from, to - from);
        out += attribute.substr_types[i] == MD_TEXT_ENTITY ? decode_character(piece)
                                                           : std::string(piece);
    }
    return out;
}

// Listens to md4c and writes a Styled, in document order.
class Reader {
  public:
    void enter_block(MD_BLOCKTYPE type, void* detail);
    void leave_block(MD_BLOCKTYPE type);
    void enter_span(MD_SPANTYPE type, void* detail);
    void leave_span(MD_SPANTYPE type);
    void text(MD_TEXTTYPE type, std::string_view piece);
    Styled take();

  private:
    struct List {
        bool ordered = false;
        bool tight = true;
        unsigned next = 1;
        bool has_items = false;
    };

    void need_gap(std::size_t newlines);
    void flush_gap(std::size_t indent);
    void append(std::string_view piece);
    void append_to_cell(std::string_view piece);
    void begin_item();
    void begin_list(List list);
    void begin_segment();
    void end_segment();
    void open_span(MD_SPANTYPE type, void* detail);
    void leave_innermost_span();
    void open_mark(Mark::Kind kind, std::string argument = {});

    void open_nothing() { open_.push_back({}); }

    void close_mark();
    void close_link(const Mark& mark);
    void end_table();

    std::size_t block_gap() const { return lists_.empty() ? 2 : 1; }

    std::size_t indent() const { return 2 * lists_.size(); } // of lines below a bullet

    bool is_inside(Mark::Kind kind) const;

    Styled out_;
    std::vector<std::optional<Mark>>
        open_; // begun, in order of nesting; empty: a span that leaves no mark
    std::vector<MD_SPANTYPE> spans_; // entered and not left, in order of nesting
    std::vector<List> lists_;
    std::vector<RawTag> raw_tags_; // of this segment: text between two block borders
    std::size_t segment_ = 0;
    std::size_t gap_ = 0; // newlines wanted before the next text
    bool fresh_ = true;   // nothing since the bullet or the quote began: no gap there
    unsigned quotes_ = 0;
    std::optional<TextTable> table_;
};

void Reader::enter_block(MD_BLOCKTYPE type, void* detail) {
    end_segment();
    switch (type) {
    case MD_BLOCK_QUOTE:
        need_gap(block_gap());
        if (quotes_++ == 0)
            open_mark(Mark::Kind::quote); // Telegram cannot nest them
        else
            open_nothing();
        fresh_ = true;
        break;
    case MD_BLOCK_UL:
        begin_list({.tight = static_cast<MD_BLOCK_UL_DETAIL*>(detail)->is_tight != 0});
        break;
    case MD_BLOCK_OL: {
        const auto* list = static_cast<MD_BLOCK_OL_DETAIL*>(detail);
        begin_list({.ordered = true, .tight = list->is_tight != 0, .next = list->start});
        break;
    }
    case MD_BLOCK_LI:
        begin_item();
        break;
    case MD_BLOCK_P:
        need_gap(lists_.empty() || !lists_.back().tight ? 2 : 1);
        break;
    case MD_BLOCK_H:
        need_gap(block_gap());
        open_mark(Mark::Kind::bold);
        break;
    case MD_BLOCK_HR:
        need_gap(block_gap());
        append("───");
        break;
    case MD_BLOCK_CODE:
        need_gap(block_gap());
        open_mark(Mark::Kind::pre, text_of(static_cast<MD_BLOCK_CODE_DETAIL*>(detail)->lang));
        break;
    case MD_BLOCK_TABLE:
        need_gap(block_gap());
        table_.emplace();
        break;
    case MD_BLOCK_TR:
        table_->begin_row();
        break;
    case MD_BLOCK_TH:
    case MD_BLOCK_TD:
        table_->begin_cell();
        break;
    case MD_BLOCK_DOC:
    case MD_BLOCK_HTML:
    case MD_BLOCK_THEAD:
    case MD_BLOCK_TBODY:
        break;
    }
    begin_segment();
}

void Reader::leave_block(MD_BLOCKTYPE type) {
    while (!spans_.empty())
        leave_innermost_span();
    end_segment();
    switch (type) {
    case MD_BLOCK_QUOTE:
        --quotes_;
        close_mark();
        break;
    case MD_BLOCK_H:
    case MD_BLOCK_CODE:
        close_mark();
        break;
    case MD_BLOCK_UL:
    case MD_BLOCK_OL:
        lists_.pop_back();
        break;
    case MD_BLOCK_TABLE:
        end_table();
        break;
    default:
        break;
    }
    if (type != MD_BLOCK_DOC && type != MD_BLOCK_LI) need_gap(block_gap());
    begin_segment();
}

void Reader::enter_span(MD_SPANTYPE type, void* detail) {
    if (table_) return; // a table is plain text
    spans_.push_back(type);
    open_span(type, detail);
}

void Reader::open_span(MD_SPANTYPE type, void* detail) {
    switch (type) {
    case MD_SPAN_EM:
        return open_mark(Mark::Kind::italic);
    case MD_SPAN_STRONG:
        return is_inside(Mark::Kind::bold) ? open_nothing() : open_mark(Mark::Kind::bold);
    case MD_SPAN_DEL:
        return open_mark(Mark::Kind::strike);
    case MD_SPAN_CODE:
        return open_mark(Mark::Kind::code);
    case MD_SPAN_U:
        return open_mark(Mark::Kind::underline);
    case MD_SPAN_A:
        return open_mark(Mark::Kind::link, text_of(static_cast<MD_SPAN_A_DETAIL*>(detail)->href));
    case MD_SPAN_IMG: // pictures are sent as links
        if (is_inside(Mark::Kind::link)) return open_nothing();
        return open_mark(Mark::Kind::link, text_of(static_cast<MD_SPAN_IMG_DETAIL*>(detail)->src));
    default:
        return open_nothing();
    }
}

// md4c 0.4.8 may leave a span that it never entered, or another than the innermost (a bare URL with
// "~~" in it does both): leaving one leaves what is inside it, and the unknown is passed over.
void Reader::leave_span(MD_SPANTYPE type) {
    if (table_ || std::ranges::find(spans_, type) == spans_.end()) return;
    while (spans_.back() != type)
        leave_innermost_span();
    leave_innermost_span();
}

void Reader::leave_innermost_span() {
    spans_.pop_back();
    close_mark();
}

void Reader::text(MD_TEXTTYPE type, std::string_view piece) {
    switch (type) {
    case MD_TEXT_NULLCHAR:
        return append("\uFFFD");
    case MD_TEXT_ENTITY:
        return append(decode_character(piece));
    case MD_TEXT_BR:
    case MD_TEXT_SOFTBR:
        return append(table_ ? " " : "\n" + std::string(indent(), ' '));
    case MD_TEXT_HTML: {
        append(piece);
        if (!table_ && piece.starts_with('<'))
            raw_tags_.push_back({out_.text.size() - piece.size(), out_.text.size()});
        return;
    }
    default:
        return append(piece);
    }
}

Styled Reader::take() {
    end_segment();
    const bool ends_in_block = std::ranges::any_of(out_.marks, [&](const Mark& mark) {
        return mark.kind == Mark::Kind::pre && mark.end == out_.text.size();
    });
    if (!ends_in_block) {
        const auto last = out_.text.find_last_not_of(" \n\t");
        erase(out_, last == std::string::npos ? 0 : last + 1, out_.text.size());
    }
    std::erase_if(out_.marks, [](const Mark& mark) { return mark.begin >= mark.end; });
    return std::move(out_);
}

void Reader::need_gap(std::size_t newlines) {
    if (!fresh_) gap_ = std::max(gap_, newlines);
}

void Reader::flush_gap(std::size_t indent) {
    if (gap_ > 0 && !out_.text.empty()) {
        const auto last = out_.text.find_last_not_of('\n');
        const auto there = out_.text.size() - (last == std::string::npos ? 0 : last + 1);
        if (there < gap_) out_.text.append(gap_ - there, '\n');
        out_.text.append(indent, ' ');
    }
    gap_ = 0;
    fresh_ = false;
}

void Reader::append(std::string_view piece) {
    if (table_) return append_to_cell(piece);
    flush_gap(indent());
    out_.text += piece;
}

void Reader::append_to_cell(std::string_view piece) {
    if (!table_->has_cell()) return;
    if (piece.starts_with("<br")) piece = " ";
    for (auto bar = piece.find("\\|"); bar != std::string_view::npos; bar = piece.find("\\|")) {
        table_->append(
            piece.substr(0, bar)); // in code md4c leaves the backslash that GFM takes off
        piece.remove_prefix(bar + 1);
    }
    table_->append(piece);
}

void Reader::begin_list(List list) {
    need_gap(block_gap());
    lists_.push_back(list);
}

void Reader::begin_item() {
    auto& list = lists_.back();
    if (list.has_items) need_gap(list.tight ? 1 : 2);
    list.has_items = true;
    flush_gap(indent() - 2);
    append(list.ordered ? std::to_string(list.next++) + ". " : "• ");
    fresh_ = true;
}

void Reader::begin_segment() {
    segment_ = out_.text.size();
}

void Reader::end_segment() {
    if (!raw_tags_.empty()) resolve_raw_tags(out_, raw_tags_);
    raw_tags_.clear();
    if (!is_inside(Mark::Kind::pre)) resolve_spoilers(out_, segment_);
}

void Reader::open_mark(Mark::Kind kind, std::string argument) {
    flush_gap(kind == Mark::Kind::pre ? 0 : indent());
    open_.push_back(Mark{kind, out_.text.size(), out_.text.size(), std::move(argument)});
}

void Reader::close_mark() {
    auto mark = std::move(open_.back());
    open_.pop_back();
    if (!mark) return;
    mark->end = out_.text.size();
    if (mark->kind == Mark::Kind::link)
        close_link(*mark);
    else
        out_.marks.push_back(*std::move(mark));
}

// What cannot be a link stays as it was written.
void Reader::close_link(const Mark& mark) {
    if (mark.begin == mark.end) append(mark.argument);
    if (is_linkable(mark.argument)) {
        out_.marks.push_back({mark.kind, mark.begin, out_.text.size(), mark.argument});
        return;
    }
    insert(out_, mark.begin, "[");
    for (auto& tag : raw_tags_) {
        if (tag.begin < mark.begin) continue;
        ++tag.begin;
        ++tag.end;
    }
    append("](" + mark.argument + ")");
}

void Reader::end_table() {
    const auto text = table_->text();
    table_.reset();
    open_mark(Mark::Kind::pre);
    append(text);
    close_mark();
}

bool Reader::is_inside(Mark::Kind kind) const {
    return std::ranges::any_of(open_,
                               [kind](const auto& mark) { return mark && mark->kind == kind; });
}

constexpr unsigned dialect =
    MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_PERMISSIVEURLAUTOLINKS | MD_FLAG_NOHTMLBLOCKS;

Reader& reader(void* userdata) {
    return *static_cast<Reader*>(userdata);
}

const MD_PARSER parser = {
    .abi_version = 0,
    .flags = dialect,
    .enter_block = [](MD_BLOCKTYPE type, void* detail,
                      void* to) { return reader(to).enter_block(type, detail), 0; },
    .leave_block = [](MD_BLOCKTYPE type, void*,
                      void* to) { return reader(to).leave_block(type), 0; },
    .enter_span = [](MD_SPANTYPE type, void* detail,
                     void* to) { return reader(to).enter_span(type, detail), 0; },
    .leave_span = [](MD_SPANTYPE type, void*, void* to) { return reader(to).leave_span(type), 0; },
    .text =
        [](MD_TEXTTYPE type, const MD_CHAR* text, MD_SIZE size, void* to) {
            return reader(to).text(type, {text, size}), 0;
        },
    .debug_log = nullptr,
    .syntax = nullptr,
};

} // namespace

Styled read_markdown(std::string_view markdown) {
    const std::string text =
        is_valid_utf8(markdown) ? std::string(markdown) : to_valid_utf8(markdown);
    Reader listener;
    if (md_parse(text.data(), static_cast<MD_SIZE>(text.size()), &parser, &listener) != 0)
        return {.text = text, .marks = {}};
    return listener.take();
}

} // namespace openclaw::telegram
