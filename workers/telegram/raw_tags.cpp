#include "workers/telegram/raw_tags.h"

#include "common/base/strings.h"

#include <algorithm>
#include <array>

namespace openclaw::telegram {

namespace {

struct TagName {
    std::string_view name;
    Mark::Kind kind;
};

// Bot API, "HTML style"; summary is the heading of details, which are dropped.
const auto tag_names = std::to_array<TagName>({
    {"b", Mark::Kind::bold},
    {"strong", Mark::Kind::bold},
    {"i", Mark::Kind::italic},
    {"em", Mark::Kind::italic},
    {"u", Mark::Kind::underline},
    {"ins", Mark::Kind::underline},
    {"s", Mark::Kind::strike},
    {"strike", Mark::Kind::strike},
    {"del", Mark::Kind::strike},
    {"code", Mark::Kind::code},
    {"pre", Mark::Kind::pre},
    {"blockquote", Mark::Kind::quote},
    {"tg-spoiler", Mark::Kind::spoiler},
    {"a", Mark::Kind::link},
    {"summary", Mark::Kind::bold},
});

struct Tag {
    RawTag place;
    const TagName* name = nullptr; // null: not one of ours
    bool closing = false;
    bool line_break = false;
    bool dropped = false;
    std::string url;
    std::size_t partner = 0; // index of the closing tag, 0: none
};

std::string attribute(std::string_view tag, std::string_view wanted) {
    auto at = to_lower(tag).find(std::string(wanted) + "=");
    if (at == std::string::npos) return {};
    tag.remove_prefix(at + wanted.size() + 1);
    if (tag.empty() || (tag.front() != '"' && tag.front() != '\'')) return {};
    const auto end = tag.find(tag.front(), 1);
    return end == std::string_view::npos ? std::string() : std::string(tag.substr(1, end - 1));
}

Tag read_tag(const Styled& styled, RawTag place) {
    auto source = std::string_view(styled.text).substr(place.begin, place.end - place.begin);
    Tag tag{.place = place, .url = attribute(source, "href")};
    source.remove_prefix(1);
    tag.closing = source.starts_with('/');
    if (tag.closing) source.remove_prefix(1);
    const auto name = to_lower(source.substr(0, source.find_first_of(" \t\n/>")));
    tag.line_break = name == "br";
    tag.dropped = name == "details";
    const auto found = std::ranges::find(tag_names, name, &TagName::name);
    if (found == tag_names.end()) return tag;
    if (found->kind == Mark::Kind::link && !tag.closing && !is_linkable(tag.url)) return tag;
    tag.name = &*found;
    return tag;
}

// Pairs each closing tag with the nearest open one of its name; what was opened in between stays
// alone.
void find_partners(std::vector<Tag>& tags) {
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < tags.size(); ++i) {
        if (tags[i].name == nullptr) continue;
        if (!tags[i].closing) {
            open.push_back(i);
            continue;
        }
        const auto same = [&](std::size_t other) { return tags[other].name == tags[i].name; };
        const auto match = std::find_if(open.rbegin(), open.rend(), same);
        if (match == open.rend()) continue;
        tags[*match].partner = i;
        open.erase(std::prev(match.base()), open.end());
    }
}

} // namespace

void resolve_raw_tags(Styled& styled, const std::vector<RawTag>& raw) {
    std::vector<Tag> tags;
    tags.reserve(raw.size());
    for (const auto& place : raw)
        tags.push_back(read_tag(styled, place));
    find_partners(tags);
    std::vector<RawTag> erased;
    for (const auto& tag : tags) {
        if (tag.partner == 0) continue;
        const auto& end = tags[tag.partner].place;
        styled.marks.push_back({tag.name->kind, tag.place.end, end.begin, tag.url});
        erased.push_back(tag.place);
        erased.push_back(end);
    }
    for (const auto& tag : tags) {
        if (tag.line_break) {
            styled.text[tag.place.begin] = '\n';
            erased.push_back({tag.place.begin + 1, tag.place.end});
        }
        if (tag.dropped) // with the end of a line it has for itself
            erased.push_back(
                {tag.place.begin, tag.place.end + (styled.text[tag.place.end] == '\n')});
    }
    std::ranges::sort(erased, std::greater(), &RawTag::begin);
    for (const auto& place : erased)
        erase(styled, place.begin, place.end);
}

void resolve_spoilers(Styled& styled, std::size_t from) {
    const auto is_verbatim = [&](std::size_t at) {
        return std::ranges::any_of(styled.marks, [at](const Mark& mark) {
            return (mark.kind == Mark::Kind::code || mark.kind == Mark::Kind::link) &&
                   mark.begin <= at && at < mark.end;
        });
    };
    const auto next_bars = [&](std::size_t at) {
        do
            at = styled.text.find("||", at + 1);
        while (at != std::string::npos && is_verbatim(at));
        return at;
    };
    const auto is_space = [&](std::size_t at) {
        return styled.text[at] == ' ' || styled.text[at] == '\n';
    };
    auto open = from >= styled.text.size() ? std::string::npos : next_bars(from - 1);
    while (open != std::string::npos) {
        const auto close = next_bars(open + 2);
        if (close == std::string::npos) return;
        if (is_space(open + 2) || is_space(close - 1)) { // "a || b || c" is a programmer speaking
            open = close;
            continue;
        }
        erase(styled, close, close + 2);
        erase(styled, open, open + 2);
        styled.marks.push_back({Mark::Kind::spoiler, open, close - 2, {}});
        open = next_bars(close - 3);
    }
}

bool is_linkable(std::string_view url) {
    constexpr auto schemes =
        std::to_array<std::string_view>({"http://", "https://", "tg://", "mailto:", "tel:"});
    const auto lower = to_lower(url.substr(0, 8));
    return std::ranges::any_of(schemes, [&](std::string_view scheme) {
        return lower.starts_with(scheme) && url.size() > scheme.size();
    });
}

} // namespace openclaw::telegram
