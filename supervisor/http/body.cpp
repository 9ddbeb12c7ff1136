#include "supervisor/http/body.h"

namespace openclaw::http {

std::expected<json::Document, ApiError> read_body(std::string_view body) {
    auto document = json::Document::parse(body);
    if (!document) return std::unexpected(invalid_request(document.error().sentence));
    return std::move(*document);
}

} // namespace openclaw::http
