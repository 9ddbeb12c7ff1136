// cli/rpc/call_error.h — why a call gave no answer, with what CLI.md 3.2 wants to tell programs
// about it.
#pragma once

#include "common/base/result.h"

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace openclaw::cli {

struct CallError {
    enum class Type {
        cli,                  // our own side: options, files, local state
        credentials_required, // a token or password is needed before a connection makes sense
        transport,            // no connection, or it broke; `code` is an errno's name
        request,              // the gateway answered "no"; `code` and `details` are its own
    };
    Type type = Type::cli;
    std::string
        message; // may have several lines: the first says what is wrong, the others what to do
    std::string code;
    std::string details_json; // empty: none
    bool retryable = false;
    std::optional<std::int64_t> retry_after_ms = std::nullopt;
};

std::string_view name(CallError::Type type); // "gateway_transport_error"

template <class T>
using CallResult = std::expected<T, CallError>;

CallError cli_error(std::string message);
CallError transport_error(const Error& error);

} // namespace openclaw::cli
