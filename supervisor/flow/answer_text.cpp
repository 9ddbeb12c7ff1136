#include "supervisor/flow/answer_text.h"

#include "common/base/strings.h"

namespace openclaw::flow {

namespace {

constexpr std::string_view no_reply = "NO_REPLY";
constexpr std::string_view nothing_said = "🤐 The agent chose not to answer this.";

std::string without_reply_tags(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const auto open = text.find("[[reply_to");
        const auto close = open == std::string_view::npos ? open : text.find("]]", open);
        if (close == std::string_view::npos) return out.append(text);
        out += text.substr(0, open);
        text.remove_prefix(close + 2);
    }
    return out;
}

} // namespace

AnswerText answer_text(std::string_view written, std::string_view prefix, bool is_direct) {
    const std::string clean = without_reply_tags(written);
    const auto text = trim(clean);
    if (text == no_reply || text.empty())
        return {.markdown = std::string(is_direct ? nothing_said : ""), .is_silent = !is_direct};
    if (prefix.empty()) return {.markdown = std::string(text)};
    return {.markdown = std::string(prefix) + " " + std::string(text)};
}

} // namespace openclaw::flow
