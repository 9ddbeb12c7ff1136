#include "supervisor/http/chat_request.h"

#include "common/base/strings.h"

namespace openclaw::http {

namespace {

// What a tool of the client has answered is told in words: the agent did not call it.
std::string tool_result(json::View message, std::string_view text) {
    const auto name = message["name"].text(message["tool_call_id"].text());
    return "[Result of " + std::string(name.empty() ? "a tool" : name) + "]\n" + std::string(text);
}

// The role a message has in a transcript; empty: it belongs to the system prompt.
std::string_view role_of(std::string_view written) {
    if (written == "system" || written == "developer") return {};
    return written == "assistant" ? "assistant" : "user";
}

std::optional<ApiError> read_message(json::View message, std::string& system,
                                     std::vector<SaidMessage>& said) {
    auto content = read_content(message["content"]);
    if (!content) return content.error();
    if (content->is_empty()) return std::nullopt; // an assistant that only called a tool
    const auto written = message["role"].text("user");
    const auto role = role_of(written);
    if (role.empty()) return add_to_system(system, *content, written);
    if (written == "tool" || written == "function")
        content->text = tool_result(message, content->text);
    said.push_back({std::string(role), std::move(*content)});
    return std::nullopt;
}

std::expected<std::vector<SaidMessage>, ApiError> read_messages(json::View messages,
                                                                std::string& system) {
    std::vector<SaidMessage> said;
    std::optional<ApiError> refused;
    messages.each_element([&](json::View message) {
        refused = read_message(message, system, said);
        return !refused;
    });
    if (refused) return std::unexpected(*refused);
    return said;
}

} // namespace

ReadConversation read_chat_request(json::View body) {
    Conversation asked;
    auto model = read_model(body);
    if (!model) return std::unexpected(model.error());
    asked.model = std::move(*model);
    auto said = read_messages(body["messages"], asked.system);
    if (!said) return std::unexpected(said.error());
    while (!said->empty() && said->back().role != "user")
        said->pop_back(); // an answer that was begun by the client is not continued
    if (said->empty())
        return std::unexpected(invalid_request("Missing user message in `messages`."));
    put_said(asked, std::move(*said));
    if (demands_tool(body["tool_choice"])) return std::unexpected(cannot_call_tools());
    if (body["n"].integer(1) > 1)
        return std::unexpected(invalid_request("Unsupported `n`: an agent gives one answer."));
    asked.user = body["user"].text();
    asked.is_streamed = body["stream"].boolean();
    asked.wants_usage = body["stream_options"]["include_usage"].boolean();
    asked.max_output_tokens = positive(body["max_completion_tokens"]);
    if (asked.max_output_tokens == 0) asked.max_output_tokens = positive(body["max_tokens"]);
    return asked;
}

} // namespace openclaw::http
