// http/answers.h — the form of what programs get: JSON, and errors in the shape of the API they
// asked. Pure.
#pragma once

#include "supervisor/web/http_routes.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace openclaw::http {

// What is wrong with a request or a run, before it has a shape.
struct ApiError {
    int status = 400;
    std::string message;
    std::string type = "invalid_request_error";
    std::string code = {};  // "previous_response_not_found"; empty: none
    bool may_retry = false; // asking again can help
    std::int64_t retry_after_seconds = 0;
};

ApiError invalid_request(std::string message);

web::HttpAnswer json_answer(int status, std::string body);
// {"error":{"message":…,"type":…,"code":…?}}: the OpenAI-style routes, and refusals at the door.
// The published client repeats a request after 408, 409, 429 and 5xx unless it is told not to
// (`x-should-retry`, openai-node): a run that failed has had its repetitions.
web::HttpAnswer to_answer(const ApiError& error);
// {"ok":false,"error":{"type":…,"message":…}}: /tools/invoke.
web::HttpAnswer tool_error(int status, std::string_view type, std::string_view message);

// {"message":…,"type":…,"code":…?}
std::string error_json(const ApiError& error);

} // namespace openclaw::http
