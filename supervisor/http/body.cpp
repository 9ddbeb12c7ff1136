#include "supervisor/http/body.h"

namespace openclaw::http {

ApiError unreadable_body(const Error& error) {
    if (error.code != Code::busy) return invalid_request(error.sentence);
    return {.status = 503,
            .message = error.sentence,
            .type = "api_error",
            .may_retry = true,
            .retry_after_seconds = 1};
}

} // namespace openclaw::http
