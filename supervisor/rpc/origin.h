// rpc/origin.h — may a page of this origin talk to us? (PROTOCOL.md 5.4). Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace openclaw::rpc {

enum class OriginVerdict { allowed, missing_or_invalid, not_allowed };

// `host` is the request's Host header. Allowed are the same origin, a loopback page asking a
// loopback gateway on the same port, and the members of `allowed` ("*": any).
OriginVerdict judge_origin(std::string_view origin, std::string_view host,
                           std::span<const std::string> allowed);

} // namespace openclaw::rpc
