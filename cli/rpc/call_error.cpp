#include "cli/rpc/call_error.h"

#include <string.h>

namespace openclaw::cli {

std::string_view name(CallError::Type type) {
    switch (type) {
    case CallError::Type::cli:
        return "cli_error";
    case CallError::Type::credentials_required:
        return "gateway_credentials_required";
    case CallError::Type::transport:
        return "gateway_transport_error";
    case CallError::Type::request:
        return "gateway_request_error";
    }
    return "cli_error";
}

CallError cli_error(std::string message) {
    return {.type = CallError::Type::cli,
            .message = std::move(message),
            .code = {},
            .details_json = {}};
}

CallError transport_error(const Error& error) {
    const char* system = error.system_errno == 0 ? nullptr : strerrorname_np(error.system_errno);
    const std::string code = system != nullptr ? system
                             : error.code == Code::timeout
                                 ? "ETIMEDOUT"
                                 : std::string(openclaw::name(error.code));
    return {.type = CallError::Type::transport,
            .message = error.sentence,
            .code = code,
            .details_json = {}};
}

} // namespace openclaw::cli
