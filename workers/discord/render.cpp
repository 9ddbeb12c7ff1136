#include "workers/discord/render.h"

#include "common/base/strings.h"
#include "workers/discord/fence.h"
#include "workers/discord/inline_text.h"
#include "workers/discord/table.h"

namespace openclaw::discord {

namespace {

constexpr std::size_t deepest_heading = 3; // Discord knows #, ## and ###
constexpr std::size_t most_blank_lines = 1;

std::string_view without_return(std::string_view line) {
    return line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
}

// "#### Title ##" → "**Title**". Empty: no such heading.
std::string deep_heading(std::string_view line) {
    const auto level = std::min(line.find_first_not_of('#'), line.size());
    if (level <= deepest_heading || level > 6 || level == line.size() || line[level] != ' ')
        return {};
    auto title = trim(line.substr(level));
    while (title.ends_with('#'))
        title.remove_suffix(1);
    title = trim(title);
    if (title.empty()) return {};
    std::string out = "**";
    for (std::size_t i = 0; i < title.size(); ++i) { // bold inside of bold would end it
        if (title.substr(i).starts_with("**"))
            ++i;
        else
            out += title[i];
    }
    return out + "**";
}

// Backticks in it would make it another fence.
std::string language_tag(std::string_view info) {
    return std::string(info.substr(0, info.find('`')));
}

// Discord ends a block at the first three backticks, wherever they stand: in a block that was
// fenced with more of them, or with "~~~", they are parted.
std::string without_fence(std::string_view line) {
    std::string out(line);
    for (auto at = out.find("```"); at != std::string::npos; at = out.find("```", at + 1))
        out.insert(at + 1, "\u200B");
    return out;
}

class Rendering {
  public:
    explicit Rendering(std::string_view markdown)
        : lines_(split(markdown, '\n')) {}

    std::string run() {
        for (at_ = 0; at_ < lines_.size(); ++at_)
            take(without_return(lines_[at_]));
        if (fence_.is_open()) put("```"); // the model was cut off inside of it
        while (out_.ends_with('\n'))
            out_.pop_back();
        return std::move(out_);
    }

  private:
    void take(std::string_view line) {
        switch (fence_.read(line)) {
        case Fence::Line::opens:
            return put("```" + language_tag(fence_.info())); // "~~~" means nothing to Discord
        case Fence::Line::inside:
            return put(without_fence(line));
        case Fence::Line::closes:
            return put("```");
        case Fence::Line::outside:
            return take_text(line);
        }
    }

    void take_text(std::string_view line) {
        if (trim(line).empty()) return put_blank();
        if (const auto rows = table_rows(std::span(lines_).subspan(at_)); rows > 0) {
            put("```\n" + table_text(std::span(lines_).subspan(at_, rows)) + "```");
            at_ += rows - 1;
            return;
        }
        const auto heading = deep_heading(line);
        put(inline_text(heading.empty() ? line : std::string_view(heading)));
    }

    void put(std::string_view line) {
        blank_lines_ = 0;
        out_.append(line).append("\n");
    }

    void put_blank() {
        if (out_.empty() || ++blank_lines_ > most_blank_lines) return;
        out_ += '\n';
    }

    std::vector<std::string_view> lines_;
    std::size_t at_ = 0;
    Fence fence_;
    std::size_t blank_lines_ = 0;
    std::string out_;
};

} // namespace

std::string render(std::string_view markdown) {
    return Rendering(markdown).run();
}

} // namespace openclaw::discord
