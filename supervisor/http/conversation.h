// http/conversation.h — what both APIs ask for, read out of their bodies: one turn of a
// conversation.
#pragma once

#include "common/json/read.h"
#include "supervisor/flow/runs.h"
#include "supervisor/http/answers.h"

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::http {

struct Conversation {
    std::string model = "openclaw"; // as written: the answer says it again
    std::string user;
    std::string system; // instructions, system and developer messages, files
    std::vector<flow::EarlierMessage> earlier;
    std::string message;
    AttachedFiles images; // of the message
    int max_output_tokens = 0;
    bool is_streamed = false;
    bool wants_usage = false;         // chat completions: a last chunk with the counts
    std::string previous_response_id; // responses: the turn before
};

using ReadConversation = std::expected<Conversation, ApiError>;

// What a message says: words, and images that came with the request.
struct Content {
    std::string text;
    AttachedFiles images; // named in the text

    bool is_empty() const;
};

// `content` is a string, or parts. What the agent of this build cannot take (sound, addresses of
// images) is refused by name: an answer that ignored it would be wrong without saying so.
std::expected<Content, ApiError> read_content(json::View content);
// One more part of it, a text or an image. The error of one that is neither.
std::optional<ApiError> add_part(Content& content, json::View part);

// The images of all messages but the last stay names: an agent looks at what it is asked about.
struct SaidMessage {
    std::string role;
    Content content;
};

void put_said(Conversation& asked, std::vector<SaidMessage> said);

// "model" when it is there: a string. Errors: the sentence of a model that is none.
std::expected<std::string, ApiError> read_model(json::View body);
// tool_choice that demands a call of the client's tools. Tools that are only offered are left
// alone: the agent does without.
bool demands_tool(json::View tool_choice);
ApiError cannot_call_tools();
// A whole number of at least 1, else 0.
int positive(json::View number);
// What a `role` message says to the system prompt. The error of one with images: they would not be
// seen there.
std::optional<ApiError> add_to_system(std::string& system, const Content& content,
                                      std::string_view role);
void append_paragraph(std::string& text, std::string_view paragraph);

} // namespace openclaw::http
