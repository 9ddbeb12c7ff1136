// http/body.h — the JSON in a request's body, or the answer to one that is none. Pure.
#pragma once

#include "common/json/read.h"
#include "supervisor/http/answers.h"

#include <expected>
#include <string_view>

namespace openclaw::http {

// Strict JSON, at most 64 deep. The error has the reader's own words (PROTOCOL.md 17).
std::expected<json::Document, ApiError> read_body(std::string_view body);

} // namespace openclaw::http
