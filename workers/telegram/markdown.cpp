#include "workers/telegram/markdown.h"

#include "common/base/strings.h"
#include "common/text/text_table.h"
#include "workers/telegram/character_names.h"
#include "workers/telegram/raw_tags.h"
#include "workers/telegram/text_flow.h"

#include <md4c.h>

#include <algorithm>
#include <memory>

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

// Listens to md4c and writes a text with marks, in document order.
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

    void append(std::string_view piece);
    void append_raw(std::string_view piece);
    void append_to_cell(std::string_view piece);
    void begin_quote();
    void begin_list(List list);
    void begin_item();
    void end_list();
    void end_table();

    void begin_segment() { segment_ = flow_.size(); }

    void end_segment();
    void open_span(MD_SPANTYPE type, void* detail);
    void leave_innermost_span();
    void close_mark();
    void close_link(Mark mark);

    std::size_t block_gap() const { return lists_.empty() ? 2 : 1; }

    TextFlow flow_;
    std::vector<MD_SPANTYPE> spans_; // entered and not left, in order of nesting
    std::vector<List> lists_;
    std::vector<RawTag> raw_tags_; // of this segment: text between two block borders
    std::size_t segment_ = 0;
    unsigned quotes_ = 0;
    std::unique_ptr<TextTable> table_; // while inside one
};

void Reader::enter_block(MD_BLOCKTYPE type, void* detail) {
    end_segment();
    switch (type) {
    case MD_BLOCK_QUOTE:
        begin_quote();
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
        flow_.need_gap(lists_.empty() || !lists_.back().tight ? 2 : 1);
        break;
    case MD_BLOCK_H:
        flow_.need_gap(block_gap());
        flow_.open(Mark::Kind::bold);
        break;
    case MD_BLOCK_HR:
        flow_.need_gap(block_gap());
        append("───");
        break;
    case MD_BLOCK_CODE:
        flow_.need_gap(block_gap());
        flow_.open(Mark::Kind::pre, text_of(static_cast<MD_BLOCK_CODE_DETAIL*>(detail)->lang));
        break;
    case MD_BLOCK_TABLE:
        flow_.need_gap(block_gap());
        table_ = std::make_unique<TextTable>();
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
        end_list();
        break;
    case MD_BLOCK_TABLE:
        end_table();
        break;
    default:
        break;
    }
    if (type != MD_BLOCK_DOC && type != MD_BLOCK_LI) flow_.need_gap(block_gap());
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
        return flow_.open(Mark::Kind::italic);
    case MD_SPAN_STRONG:
        return flow_.is_inside(Mark::Kind::bold) ? flow_.open_nothing()
                                                 : flow_.open(Mark::Kind::bold);
    case MD_SPAN_DEL:
        return flow_.open(Mark::Kind::strike);
    case MD_SPAN_CODE:
        return flow_.open(Mark::Kind::code);
    case MD_SPAN_U:
        return flow_.open(Mark::Kind::underline);
    case MD_SPAN_A:
        return flow_.open(Mark::Kind::link, text_of(static_cast<MD_SPAN_A_DETAIL*>(detail)->href));
    case MD_SPAN_IMG: // pictures are sent as links
        if (flow_.is_inside(Mark::Kind::link)) return flow_.open_nothing();
        return flow_.open(Mark::Kind::link, text_of(static_cast<MD_SPAN_IMG_DETAIL*>(detail)->src));
    default:
        return flow_.open_nothing();
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
        return table_ ? append(" ") : flow_.break_line();
    case MD_TEXT_HTML:
        return append_raw(piece);
    default:
        return append(piece);
    }
}

Styled Reader::take() {
    end_segment();
    return flow_.take();
}

void Reader::append(std::string_view piece) {
    table_ ? append_to_cell(piece) : flow_.append(piece);
}

void Reader::append_raw(std::string_view piece) {
    append(piece);
    if (!table_ && piece.starts_with('<'))
        raw_tags_.push_back({flow_.size() - piece.size(), flow_.size()});
}

void Reader::append_to_cell(std::string_view piece) {
    if (!table_->has_cell()) return;
    if (piece.starts_with("<br")) piece = " ";
    // In code md4c leaves the backslash that GFM takes off.
    for (auto bar = piece.find("\\|"); bar != std::string_view::npos; bar = piece.find("\\|")) {
        table_->append(piece.substr(0, bar));
        piece.remove_prefix(bar + 1);
    }
    table_->append(piece);
}

void Reader::begin_quote() {
    flow_.need_gap(block_gap());
    if (quotes_++ == 0)
        flow_.open(Mark::Kind::quote);
    else
        flow_.open_nothing(); // Telegram cannot nest them
    flow_.begin_here();
}

void Reader::begin_list(List list) {
    flow_.need_gap(block_gap());
    lists_.push_back(list);
}

void Reader::begin_item() {
    auto& list = lists_.back();
    if (list.has_items) flow_.need_gap(list.tight ? 1 : 2);
    list.has_items = true;
    flow_.set_indent(2 * (lists_.size() - 1));
    flow_.append(list.ordered ? std::to_string(list.next++) + ". " : "• ");
    flow_.set_indent(2 * lists_.size()); // of lines below the bullet
    flow_.begin_here();
}

void Reader::end_list() {
    lists_.pop_back();
    flow_.set_indent(2 * lists_.size());
}

void Reader::end_table() {
    const auto text = table_->text();
    table_.reset();
    flow_.open(Mark::Kind::pre);
    flow_.append(text);
    close_mark();
}

void Reader::end_segment() {
    if (!raw_tags_.empty()) resolve_raw_tags(flow_.styled(), raw_tags_);
    raw_tags_.clear();
    if (!flow_.is_inside(Mark::Kind::pre)) resolve_spoilers(flow_.styled(), segment_);
}

void Reader::close_mark() {
    auto mark = flow_.close();
    if (!mark) return;
    if (mark->kind == Mark::Kind::link)
        close_link(*std::move(mark));
    else
        flow_.add(*std::move(mark));
}

// What cannot be a link stays as it was written.
void Reader::close_link(Mark mark) {
    if (mark.begin == mark.end) flow_.append(mark.argument);
    if (is_linkable(mark.argument)) {
        mark.end = flow_.size();
        return flow_.add(std::move(mark));
    }
    insert(flow_.styled(), mark.begin, "[");
    for (auto& tag : raw_tags_) {
        if (tag.begin < mark.begin) continue;
        ++tag.begin;
        ++tag.end;
    }
    flow_.append("](" + mark.argument + ")");
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
