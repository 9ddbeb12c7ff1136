#include "workers/discord/inline_text.h"

#include "workers/discord/fence.h"

#include <algorithm>
#include <cctype>

namespace openclaw::discord {

namespace {

constexpr std::string_view zero_width_space = "\u200B";

bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           static_cast<unsigned char>(c) >= 0x80;
}

// Where the code span that begins at `at` ends; `at` itself: none begins there.
std::size_t end_of_code(std::string_view line, std::size_t at) {
    if (line[at] != '`') return at;
    const auto ticks = std::min(line.find_first_not_of('`', at), line.size()) - at;
    for (auto next = at + ticks; next < line.size();) {
        const auto run = line.find('`', next);
        if (run == std::string_view::npos) return at;
        const auto length = std::min(line.find_first_not_of('`', run), line.size()) - run;
        if (length == ticks) return run + length;
        next = run + length;
    }
    return at;
}

// The closing "__" of the one that opens at `at`; npos: it does not open.
std::size_t closing_underlines(std::string_view line, std::size_t at) {
    const bool inside_word = at > 0 && (is_word(line[at - 1]) || line[at - 1] == '_');
    const bool has_text = at + 2 < line.size() && line[at + 2] != ' ' && line[at + 2] != '_';
    if (inside_word || !has_text) return std::string_view::npos;
    for (auto end = line.find("__", at + 2); end != std::string_view::npos;
         end = line.find("__", end + 1)) {
        const bool ends_word =
            end + 2 >= line.size() || (!is_word(line[end + 2]) && line[end + 2] != '_');
        if (ends_word && line[end - 1] != ' ' && line[end - 1] != '\\') return end;
    }
    return std::string_view::npos;
}

// "![alt](url)": without alt text the address speaks for itself.
std::string image(std::string_view line, std::size_t& at) {
    const auto close = line.find("](", at + 2);
    const auto end = close == std::string_view::npos ? close : line.find(')', close);
    if (end == std::string_view::npos) return {};
    const auto alt = line.substr(at + 2, close - at - 2);
    const auto url = line.substr(close + 2, end - close - 2);
    at = end + 1;
    if (alt.empty()) return std::string(url);
    return "[" + std::string(alt) + "](" + std::string(url) + ")";
}

bool is_mass_mention(std::string_view line, std::size_t at) {
    const bool is_address = at > 0 && is_word(line[at - 1]); // "me@here.example"
    const auto rest = line.substr(at);
    return !is_address && (rest.starts_with("@everyone") || rest.starts_with("@here"));
}

} // namespace

std::string inline_text(std::string_view line) {
    std::string out;
    std::vector<std::size_t> closing;
    for (std::size_t at = 0; at < line.size();) {
        const auto rest = line.substr(at);
        if (const auto code_end = end_of_code(line, at); code_end > at) {
            out += line.substr(at, code_end - at);
            at = code_end;
        } else if (rest[0] == '\\' && rest.size() > 1) {
            out += rest.substr(0, 2);
            at += 2;
        } else if (is_mass_mention(line, at)) {
            out.append("@").append(zero_width_space);
            ++at;
        } else if (!closing.empty() && closing.back() == at) {
            closing.pop_back();
            out += "**";
            at += 2;
        } else if (const auto end = rest.starts_with("__") ? closing_underlines(line, at)
                                                           : std::string_view::npos;
                   end != std::string_view::npos) {
            closing.push_back(end);
            out += "**";
            at += 2;
        } else if (rest.starts_with("![")) {
            const auto before = at;
            out += image(line, at);
            if (at == before) out += line[at++];
        } else {
            out += line[at++];
        }
    }
    return out;
}

std::vector<std::string> mentioned_users(std::string_view text, std::size_t most) {
    std::vector<std::string> users;
    Fence fence;
    while (!text.empty() && users.size() < most) {
        const auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        if (fence.read(line) != Fence::Line::outside) continue;
        for (std::size_t at = 0; at < line.size() && users.size() < most;) {
            if (const auto end = end_of_code(line, at); end > at) {
                at = end;
                continue;
            }
            const auto close = line.find('>', at);
            const auto digits = line.find_first_of("0123456789", at);
            const bool is_mention = line.substr(at).starts_with("<@") &&
                                    digits != std::string_view::npos &&
                                    close != std::string_view::npos && digits < close &&
                                    digits - at <= 3 && line.substr(at, digits - at) != "<@&";
            ++at;
            if (!is_mention) continue;
            std::string id(line.substr(digits, close - digits));
            const bool is_id =
                id.find_first_not_of("0123456789") == std::string::npos && id.size() <= 20;
            if (is_id && std::ranges::find(users, id) == users.end())
                users.push_back(std::move(id));
        }
    }
    return users;
}

} // namespace openclaw::discord
