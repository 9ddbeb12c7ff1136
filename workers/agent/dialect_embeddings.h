// agent/dialect_embeddings.h — OpenAI-compatible embeddings: texts into a request, the provider's
// answer into the one we hand on. Pure.
//
// Source of field names: the "Embeddings" page of OpenAI's API reference
// (platform.openai.com/docs).
#pragma once

#include "common/base/result.h"
#include "common/net/http_message.h"
#include "proto/agent.pb.h"
#include "workers/agent/settings.h"

#include <string>
#include <string_view>

namespace openclaw::agent {

// `input_json` goes into the body as it is; it is JSON, the supervisor has read it.
net::HttpRequest build_embedding_request(const ProviderSettings& provider, const wire::Embed& order,
                                         std::string_view input_json);

// The provider's answer, of which only what the API defines is handed on: vectors and counts.
// Vectors come in the encoding the order asks for, also from a provider that knows only one:
// "base64" is little-endian 32-bit floats. Error: corrupt (no JSON object with vectors).
Result<std::string> read_embeddings(std::string_view body, const wire::Embed& order);

} // namespace openclaw::agent
