#include "supervisor/http/answers.h"

#include "common/json/write.h"

namespace openclaw::http {

ApiError invalid_request(std::string message) {
    return {.message = std::move(message)};
}

web::HttpAnswer json_answer(int status, std::string body) {
    return {.status = status,
            .content_type = "application/json; charset=utf-8",
            .body = std::move(body),
            .headers = {}};
}

std::string error_json(const ApiError& error) {
    json::Writer out;
    out.begin_object().member("message", error.message).member("type", error.type);
    if (!error.code.empty()) out.member("code", error.code);
    return out.end_object().take();
}

web::HttpAnswer to_answer(const ApiError& error) {
    json::Writer out;
    out.begin_object().raw_member("error", error_json(error)).end_object();
    auto answer = json_answer(error.status, out.take());
    if (error.retry_after_seconds > 0)
        answer.headers.emplace_back("Retry-After", std::to_string(error.retry_after_seconds));
    const bool would_be_repeated =
        error.status >= 500 || error.status == 429 || error.status == 409 || error.status == 408;
    if (would_be_repeated && !error.may_retry)
        answer.headers.emplace_back("x-should-retry", "false");
    return answer;
}

web::HttpAnswer tool_error(int status, std::string_view type, std::string_view message) {
    json::Writer out;
    out.begin_object().member("ok", false).key("error").begin_object();
    out.member("type", type).member("message", message).end_object().end_object();
    return json_answer(status, out.take());
}

} // namespace openclaw::http
