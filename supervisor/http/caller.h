// http/caller.h — who asks over plain HTTP, and what he may do (PROTOCOL.md 17).
//
// The shared secret makes a caller full operator. Where nobody shows a secret (mode "none", or a
// trusted proxy that vouches), `x-openclaw-scopes` narrows, and a page of a foreign origin is
// refused: a browser sends its requests without being asked whether it may.
#pragma once

#include "supervisor/policy/scopes.h"
#include "supervisor/rpc/front_door.h"
#include "supervisor/web/http_endpoint.h"

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::http {

struct Caller {
    policy::Scopes scopes;
};

// The refusal is 401, 403 or, after too many wrong credentials, 429 with Retry-After.
std::expected<Caller, web::HttpAnswer> identify(rpc::FrontDoor& door, const web::HttpHead& head);

// 403 with the MISSING_SCOPE object in `details`.
web::HttpAnswer refuse_scope(std::string_view missing);

// Request headers this room reads: for web::RequestRules.
std::vector<std::string> wanted_headers();

} // namespace openclaw::http
