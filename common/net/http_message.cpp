#include "common/net/http_message.h"

#include "common/net/retry_after.h"

namespace openclaw::net {

std::string_view HttpResponse::header(std::string_view lower_case_name) const {
    for (const auto& header : headers)
        if (header.name == lower_case_name) return header.value;
    return {};
}

std::optional<Milliseconds> HttpResponse::retry_after(std::int64_t now_unix_ms) const {
    return parse_retry_after(header("retry-after"), now_unix_ms);
}

} // namespace openclaw::net
