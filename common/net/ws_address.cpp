#include "common/net/ws_client.h"

#include <algorithm>
#include <charconv>

namespace openclaw::net {

namespace {

Result<int> read_port(std::string_view text) {
    int port = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (problem != std::errc() || end != text.data() + text.size() || port < 1 || port > 65'535)
        return fail(Code::invalid, "the port of the WebSocket address is not a number up to 65535");
    return port;
}

} // namespace

Result<WsAddress> WsAddress::parse(std::string_view url) {
    WsAddress address;
    if (url.starts_with("ws://")) {
        address.is_secure = false;
        address.port = 80;
    } else if (!url.starts_with("wss://")) {
        return fail(Code::invalid, "a WebSocket address begins with wss:// or ws://");
    }
    url.remove_prefix(url.find("://") + 3);
    const auto end = std::min(url.find_first_of("/?#"), url.size());
    auto host = url.substr(0, end);
    address.path = url.substr(end, url.find('#') - end);
    if (!address.path.starts_with('/')) address.path.insert(0, "/");
    if (host.contains('@')) return fail(Code::invalid, "a WebSocket address holds no user");
    const auto bracket = host.find(']');
    const auto colon = host.find(':', host.starts_with('[') ? bracket : 0);
    if (colon != std::string_view::npos) address.port = TRY(read_port(host.substr(colon + 1)));
    host = host.substr(0, colon);
    if (host.starts_with('[') && bracket != std::string_view::npos)
        host = host.substr(1, bracket - 1);
    if (host.empty()) return fail(Code::invalid, "a WebSocket address needs a host");
    address.host = host;
    return address;
}

bool WsAddress::is_numeric() const {
    const bool is_ipv4 = host.find_first_not_of("0123456789.") == std::string::npos;
    return is_ipv4 || host.contains(':') || host == "localhost";
}

} // namespace openclaw::net
