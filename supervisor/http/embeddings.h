// http/embeddings.h — POST /v1/embeddings: checked here, asked of the provider by the agent worker.
//
// Which model: x-openclaw-model, else agents.defaults.memorySearch.{provider,model}. `model` names
// an agent, as in the other routes, or a configured "provider/model" outright.
#pragma once

#include "common/json/read.h"
#include "supervisor/flow/embeddings.h"
#include "supervisor/http/answers.h"
#include "supervisor/rpc/facts.h"
#include "supervisor/web/http_exchange.h"

#include <expected>
#include <memory>
#include <string>

namespace openclaw::http {

// Pure. `configured`: "provider/model" of the configuration; empty: none.
std::expected<flow::EmbeddingOrder, ApiError> read_embedding_request(json::View body,
                                                                     const web::HttpHead& head,
                                                                     const rpc::GatewayFacts& facts,
                                                                     std::string_view configured);

void answer_embeddings(std::shared_ptr<web::HttpExchange> exchange, flow::EmbeddingOrder order,
                       flow::Embedder& embedder);

} // namespace openclaw::http
