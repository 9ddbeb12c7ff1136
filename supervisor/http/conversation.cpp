#include "supervisor/http/conversation.h"

#include <algorithm>
#include <limits>

namespace openclaw::http {

namespace {

bool is_text_part(std::string_view type) {
    return type == "text" || type == "input_text" || type == "output_text" || type == "refusal";
}

std::string_view words_of(json::View part) {
    const auto text = part["text"].text();
    return text.empty() ? part["refusal"].text() : text;
}

} // namespace

std::expected<std::string, ApiError> text_of_content(json::View content) {
    if (!content.is_array()) return std::string(content.text());
    std::string text;
    std::string strange;
    content.each_element([&](json::View part) {
        const auto type = part.is_string() ? "text" : part["type"].text("text");
        if (!is_text_part(type)) strange = type;
        const auto words = part.is_string() ? part.text() : words_of(part);
        if (!text.empty() && !words.empty()) text += "\n";
        text += words;
        return strange.empty();
    });
    if (!strange.empty())
        return std::unexpected(invalid_request("Unsupported content part `" + strange +
                                               "`: the agent of this gateway reads text only."));
    return text;
}

std::expected<std::string, ApiError> read_model(json::View body) {
    const auto model = body["model"];
    if (!model || model.is_null()) return "openclaw";
    if (!model.is_string())
        return std::unexpected(
            invalid_request("Invalid `model`. Use `openclaw` or `openclaw/<agentId>`."));
    return std::string(model.text());
}

bool demands_tool(json::View tool_choice) {
    return tool_choice.is_object() || tool_choice.text() == "required";
}

ApiError cannot_call_tools() {
    return invalid_request("Unsupported `tool_choice`: this gateway does not call tools of the "
                           "client. Use \"auto\" or \"none\".");
}

int positive(json::View number) {
    constexpr std::int64_t most = std::numeric_limits<int>::max();
    return static_cast<int>(std::clamp<std::int64_t>(number.integer(), 0, most));
}

void append_paragraph(std::string& text, std::string_view paragraph) {
    if (paragraph.empty()) return;
    if (!text.empty()) text += "\n\n";
    text += paragraph;
}

} // namespace openclaw::http
