// base/url.h — the parts of a URL that say where to connect. Pure.
//
// What stands around the host is where a reader is fooled ("https://good.example@evil.example",
// "https://good.example?@evil.example"): there is one reader.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace openclaw {

struct HostPort {
    std::string host;                       // as written, without brackets; never empty
    std::optional<std::uint16_t> port = {}; // none was written
};

// "host", "host:1", "[::1]", "[::1]:1". None: empty, an open bracket, no number from 1 to 65535.
std::optional<HostPort> parse_host_port(std::string_view text);

struct UrlTarget {
    std::string scheme;    // lower case
    std::string user_info; // before "@", as written; may hold a password
    HostPort at;
};

// None: no scheme, or what parse_host_port refuses.
std::optional<UrlTarget> parse_url_target(std::string_view url);

} // namespace openclaw
