#include "common/base/url.h"
#include "common/net/dialer.h"

namespace openclaw::net {

std::optional<Target> target_of(std::string_view url) {
    auto parsed = parse_url_target(url);
    if (!parsed || (parsed->scheme != "https" && parsed->scheme != "http")) return std::nullopt;
    const bool tls = parsed->scheme == "https";
    const auto usual = static_cast<std::uint16_t>(tls ? 443 : 80);
    return Target{
        .host = std::move(parsed->at.host), .port = parsed->at.port.value_or(usual), .tls = tls};
}

} // namespace openclaw::net
