#include "workers/discord/cdn.h"

#include "common/base/strings.h"
#include "common/base/url.h"

#include <algorithm>
#include <utility>

namespace openclaw::discord {

namespace {

constexpr Milliseconds cdn_connected_within = std::chrono::seconds(5);
constexpr std::size_t cdn_connections = 4;

std::uint16_t port_of(const UrlTarget& target) {
    return target.at.port.value_or(target.scheme == "http" ? 80 : 443);
}

bool is_same_origin(const UrlTarget& one, const UrlTarget& other) {
    return one.scheme == other.scheme && port_of(one) == port_of(other) &&
           equals_ignoring_case(one.at.host, other.at.host);
}

bool is_printable_ascii(std::string_view url) {
    return std::ranges::all_of(url, [](char c) { return c > ' ' && c < 0x7f && c != '\\'; });
}

std::string words_for_status(int status) {
    const auto number = " (HTTP " + std::to_string(status) + ")";
    if (status == 401 || status == 403 || status == 404 || status == 410)
        return "its address has expired or it was deleted" + number;
    if (status >= 300 && status < 400) return "its address leads elsewhere" + number;
    return "Discord's file server did not give it" + number;
}

} // namespace

bool is_file_address(std::string_view url, const Settings& settings) {
    if (!is_printable_ascii(url)) return false;
    const auto target = parse_url_target(url);
    if (!target || !target->user_info.empty()) return false;
    return std::ranges::any_of(settings.file_origins, [&](const std::string& origin) {
        const auto allowed = parse_url_target(origin);
        return allowed && is_same_origin(*target, *allowed);
    });
}

CdnOutcome read_cdn_answer(net::HttpOutcome outcome) {
    if (!outcome) {
        const auto& error = outcome.error().error;
        if (error.code == Code::invalid)
            return std::unexpected(CdnFailure{.reason = "it is larger than the message says"});
        if (error.code == Code::timeout)
            return std::unexpected(
                CdnFailure{.reason = "Discord's file server took too long", .may_pass = true});
        return std::unexpected(
            CdnFailure{.reason = "Discord's file server cannot be reached", .may_pass = true});
    }
    if (outcome->status == 200) return std::move(outcome->body);
    const bool is_redirect = outcome->status >= 300 && outcome->status < 400;
    return std::unexpected(
        CdnFailure{.reason = words_for_status(outcome->status), .may_pass = !is_redirect});
}

HttpsCdn::HttpsCdn(Loop& loop, net::Dialer& dialer, const Settings& settings)
    : client_(loop, dialer, {.max_connections_per_host = cdn_connections})
    , settings_(settings) {}

Cdn::Id HttpsCdn::fetch(const std::string& url, std::size_t most_bytes, Milliseconds within,
                        OnFile done) {
    const auto id = ++last_;
    net::HttpRequest request;
    request.url = Secret(url); // who has it has the file
    request.headers.push_back({"User-Agent", settings_.user_agent});
    request.connect_timeout = std::min(cdn_connected_within, within);
    request.total_timeout = within;
    request.max_response_bytes = most_bytes;
    request.may_repeat = true;
    net::HttpHandlers handlers;
    handlers.done = [this, id](net::HttpOutcome outcome) { on_outcome(id, std::move(outcome)); };
    fetches_.emplace(id, Fetch{.done = std::move(done)});
    auto http = client_.start(std::move(request), std::move(handlers));
    fetches_.at(id).http = std::move(http);
    return id;
}

void HttpsCdn::on_outcome(Id id, net::HttpOutcome outcome) {
    auto found = fetches_.extract(id);
    if (!found) return;
    auto fetch = std::move(found.mapped()); // we are inside of its call
    fetch.done(read_cdn_answer(std::move(outcome)));
}

} // namespace openclaw::discord
