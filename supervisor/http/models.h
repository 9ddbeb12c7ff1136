// http/models.h — GET /v1/models and /v1/models/{id}: the agents, under the names that `model`
// takes (PROTOCOL.md 17). Pure.
#pragma once

#include "supervisor/http/answers.h"
#include "supervisor/rpc/facts.h"

#include <string_view>

namespace openclaw::http {

web::HttpAnswer list_models(const rpc::GatewayFacts& facts);
// `id` is what the path says, unescaped. 400 when there is none of that name.
web::HttpAnswer find_model(std::string_view id, const rpc::GatewayFacts& facts);

} // namespace openclaw::http
