#include "workers/discord/embeds.h"

#include "common/base/strings.h"

#include <algorithm>
#include <utility>

namespace openclaw::discord {

namespace {

// Lines up to a limit; what has no room is cut, and said to be.
class Lines {
  public:
    explicit Lines(std::string_view content)
        : content_(content) {}

    void add(std::string_view line) {
        line = trim(line);
        if (line.empty() || is_full_ || content_.contains(line)) return;
        if (!text_.empty()) text_ += '\n';
        const auto room = longest_embeds - std::min(longest_embeds, text_.size());
        is_full_ = line.size() > room;
        text_ += utf8_prefix(line, room);
        if (is_full_) text_ += "…";
    }

    bool is_full() const { return is_full_; }

    std::string take() { return std::move(text_); }

  private:
    std::string_view content_;
    std::string text_;
    bool is_full_ = false;
};

void add_fields(Lines& lines, json::View fields) {
    fields.each_element([&](json::View field) {
        const auto name = trim(field["name"].text()), value = trim(field["value"].text());
        lines.add(name.empty() || value.empty() ? std::string(name) + std::string(value)
                                                : std::string(name) + ": " + std::string(value));
        return !lines.is_full();
    });
}

} // namespace

std::string embeds_in_words(json::View embeds, std::string_view content) {
    Lines lines(content);
    embeds.each_element([&](json::View embed) {
        lines.add(embed["author"]["name"].text());
        lines.add(embed["title"].text());
        lines.add(embed["description"].text());
        add_fields(lines, embed["fields"]);
        return !lines.is_full();
    });
    return lines.take();
}

} // namespace openclaw::discord
