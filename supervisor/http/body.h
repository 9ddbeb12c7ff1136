// http/body.h — the answer to a body that could not be read. Pure.
#pragma once

#include "common/base/result.h"
#include "supervisor/http/answers.h"

namespace openclaw::http {

// 400 with the reader's own words (PROTOCOL.md 17), or 503 when too many long bodies wait.
ApiError unreadable_body(const Error& error);

} // namespace openclaw::http
