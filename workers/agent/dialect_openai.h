// agent/dialect_openai.h — OpenAI-compatible chat completions: a prompt into a request, answers
// into pieces. Pure.
//
// Source of field names: the "Chat" and "Chat streaming" pages of OpenAI's API reference
// (platform.openai.com/docs); what compatible servers do differently is noted where it is handled.
#pragma once

#include "common/base/result.h"
#include "common/ipc/attached_files.h"
#include "common/net/http_message.h"
#include "workers/agent/prompt.h"
#include "workers/agent/settings.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::agent {

// What a provider says about its own failure.
struct ProviderError {
    std::string message; // for the log: it may quote what was sent
    std::string
        code; // "insufficient_quota", "context_length_exceeded"; code or type, whichever is there
    int status = 0; // an HTTP status inside an event stream; 0: none
};

// One step of an answer: a chunk of the stream, or a whole answer at once.
struct Piece {
    std::string text;
    std::string finish_reason; // empty: it goes on
    std::string model;         // as the provider calls it
    std::uint64_t input_tokens = 0, output_tokens = 0;
    bool has_usage = false;
    bool is_last = false; // "[DONE]"
    std::optional<ProviderError> error;
};

// A JSON request to `url` with what this provider wants in every one: its headers and its key.
net::HttpRequest post(const ProviderSettings& provider, std::string url);

// `max_output_tokens` 0: the model's own limit. `images` go with the last message, as data: URLs;
// only to a model that sees them.
net::HttpRequest build_request(const ProviderSettings& provider, std::string_view model,
                               const std::vector<PromptMessage>& prompt,
                               std::uint32_t max_output_tokens = 0,
                               std::span<const ipc::FileView> images = {});

// The data of one event. Error: corrupt (no JSON object, and not "[DONE]").
Result<Piece> read_chunk(std::string_view data);
// The body of an answer that was not streamed. Error: corrupt (no JSON object, or one without an
// answer).
Result<Piece> read_completion(std::string_view body);
// The body of an error status; whatever it is.
ProviderError read_error(std::string_view body);

} // namespace openclaw::agent
