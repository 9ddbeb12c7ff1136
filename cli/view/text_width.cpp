#include "cli/view/text_width.h"

#include "common/base/strings.h"

#include <locale.h>
#include <wchar.h>

#include <algorithm>

namespace openclaw::cli {

namespace {

struct Character {
    char32_t code = 0;
    std::size_t bytes = 1;
};

// `text` is valid UTF-8 and not empty.
Character first_character(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text[0]);
    const std::size_t bytes = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    char32_t code = bytes == 1 ? lead : lead & (0xFFu >> (bytes + 1));
    for (std::size_t i = 1; i < bytes && i < text.size(); ++i)
        code = code << 6 | (static_cast<unsigned char>(text[i]) & 0x3F);
    return {code, std::min(bytes, text.size())};
}

// The C library knows Unicode's widths, in whatever locale the operator runs us.
std::size_t columns(char32_t code) {
    if (code >= 0x20 && code < 0x7F) return 1;
    static const locale_t unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    if (unicode == nullptr) return code < 0x20 || code == 0x7F ? 0 : 1;
    const locale_t before = uselocale(unicode);
    const int width = wcwidth(static_cast<wchar_t>(code));
    uselocale(before);
    return width > 0 ? static_cast<std::size_t>(width) : 0;
}

// The length of a colour sequence (ESC [ … letter) at the front, else 0.
std::size_t colour_sequence(std::string_view text) {
    if (!text.starts_with("\x1b[")) return 0;
    const auto end = text.find_first_not_of("0123456789;", 2);
    return end == std::string_view::npos ? text.size() : end + 1;
}

// How many bytes of `text` fit into `width` columns; at least one character, so that wrapping
// always goes on.
std::size_t fitting(std::string_view text, std::size_t width) {
    std::size_t at = 0, used = 0;
    while (at < text.size()) {
        const auto next = first_character(text.substr(at));
        used += columns(next.code);
        if (used > width && at > 0) break;
        at += next.bytes;
    }
    return at;
}

void wrap_paragraph(std::string_view text, std::size_t width, std::vector<std::string>& lines) {
    while (text_width(text) > width) {
        std::size_t cut = fitting(text, width);
        const auto space = text.rfind(' ', cut);
        const bool at_space = space != std::string_view::npos && space > 0 && cut < text.size();
        if (at_space) cut = space;
        lines.emplace_back(trim(text.substr(0, cut)));
        text.remove_prefix(at_space ? cut + 1 : cut);
        if (text.empty()) return;
    }
    lines.emplace_back(text);
}

} // namespace

std::size_t text_width(std::string_view text) {
    std::size_t width = 0;
    while (!text.empty()) {
        if (const auto skip = colour_sequence(text); skip > 0) {
            text.remove_prefix(skip);
            continue;
        }
        const auto next = first_character(text);
        width += columns(next.code);
        text.remove_prefix(next.bytes);
    }
    return width;
}

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
    std::vector<std::string> lines;
    for (const auto paragraph : split(text, '\n'))
        wrap_paragraph(paragraph, std::max<std::size_t>(width, 1), lines);
    return lines;
}

std::string shortened(std::string_view text, std::size_t width) {
    if (text_width(text) <= width) return std::string(text);
    if (width <= 1) return "…";
    return std::string(trim(text.substr(0, fitting(text, width - 1)))) + "…";
}

std::string printable(std::string_view text) {
    std::string line = printable_lines(text);
    std::ranges::replace_if(
        line, [](char c) { return c == '\n' || c == '\t'; }, ' ');
    return line;
}

std::string printable_lines(std::string_view text) {
    std::string out;
    const std::string valid = to_valid_utf8(text);
    for (std::size_t i = 0; i < valid.size(); ++i) {
        const auto byte = static_cast<unsigned char>(valid[i]);
        // C1 controls (U+0080…U+009F) are C2 80…C2 9F in UTF-8; some terminals obey them.
        if (byte == 0xC2 && static_cast<unsigned char>(valid[i + 1]) < 0xA0)
            ++i;
        else if (byte == '\n' || byte == '\t' || (byte >= 0x20 && byte != 0x7F))
            out += valid[i];
    }
    return out;
}

} // namespace openclaw::cli
