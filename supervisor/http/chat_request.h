// http/chat_request.h — the body of POST /v1/chat/completions. Pure.
//
// Source of field names: the "Chat" page of OpenAI's API reference (platform.openai.com/docs), and
// PROTOCOL.md 17 for what is refused with which words. Fields that are not read (temperature,
// tools that may be used, …) change nothing: docs/http.md lists them.
#pragma once

#include "supervisor/http/conversation.h"

namespace openclaw::http {

// `body` may be anything; what is no object has no messages.
ReadConversation read_chat_request(json::View body);

} // namespace openclaw::http
