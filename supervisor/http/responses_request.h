// http/responses_request.h — the body of POST /v1/responses. Pure.
//
// Source of field names: the "Responses" page of OpenAI's API reference (platform.openai.com/docs)
// and the product's own page on its OpenResponses endpoint: `instructions`, system and developer
// items make the system prompt; the last user message or tool result is the message; what was
// before is history; text files are shown to the model with the system prompt and not kept.
#pragma once

#include "supervisor/http/conversation.h"

namespace openclaw::http {

ReadConversation read_responses_request(json::View body);

} // namespace openclaw::http
