#include "cli/view/reply.h"

namespace openclaw::cli {

namespace {

std::string content_text(json::View message) {
    if (message["content"].is_string()) return std::string(message["content"].text());
    std::string text;
    message["content"].each_element([&](json::View part) {
        if (part["type"].text() == "text") text += part["text"].text();
        return true;
    });
    return text;
}

} // namespace

std::string GrowingReply::grow(std::string_view text) {
    if (text.empty() || std::string_view(shown_).starts_with(text))
        return {}; // old news: events may overtake each other
    std::string fresh = text.starts_with(shown_) ? std::string(text.substr(shown_.size()))
                                                 : "\n" + std::string(text);
    shown_ = text;
    return fresh;
}

std::string GrowingReply::finish(std::string_view text) {
    std::string rest = grow(text);
    if (!shown_.empty() && shown_.back() != '\n') rest += '\n';
    return rest;
}

std::string text_so_far(std::string_view event, json::View payload, std::string_view run_id) {
    if (payload["runId"].text() != run_id) return {};
    if (event == "chat") return content_text(payload["message"]);
    if (event == "agent" && payload["stream"].text() == "assistant")
        return std::string(payload["data"]["text"].text());
    return {};
}

std::string final_text(json::View outcome) {
    std::string text;
    outcome["result"]["payloads"].each_element([&](json::View part) {
        const auto words = part["text"].text();
        if (!words.empty()) text += (text.empty() ? "" : "\n\n") + std::string(words);
        const auto media = part["mediaUrl"].text();
        if (!media.empty()) text += (text.empty() ? "" : "\n") + std::string(media);
        return true;
    });
    return text;
}

} // namespace openclaw::cli
