// rpc/wire_error.h — an error as clients see it (PROTOCOL.md 9). Our Error becomes one in
// to_wire(), nowhere else.
#pragma once

#include "common/base/error.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace openclaw::rpc {

struct WireError {
    std::string code = "INVALID_REQUEST"; // INVALID_REQUEST, FORBIDDEN, UNAVAILABLE, NOT_PAIRED
    std::string message;
    std::string details = {}; // JSON object text; empty: none
    std::optional<bool> retryable = std::nullopt;
    std::optional<std::int64_t> retry_after_ms = std::nullopt;
};

WireError to_wire(const Error& error);
WireError invalid_request(std::string message, std::string details = {});
WireError unavailable(std::string message, std::string details = {});
WireError missing_scope(std::string_view scope);

std::string to_json(const WireError& error);

} // namespace openclaw::rpc
