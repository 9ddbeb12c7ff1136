#include "workers/telegram/http_api.h"

#include <algorithm>

namespace openclaw::telegram {

namespace {

// A batch of getUpdates stops at about 4 MiB (tdlib/telegram-bot-api); one message is far below.
constexpr std::size_t largest_answer = 8u << 20;
constexpr Milliseconds connect_within = std::chrono::seconds(10);

std::size_t index(Lane lane) {
    return static_cast<std::size_t>(lane);
}

net::HttpOptions options(net::AddressFamily family, std::size_t connections) {
    net::HttpOptions options;
    options.max_connections_per_host = connections;
    options.address_family = family;
    return options;
}

} // namespace

HttpApi::HttpApi(Loop& loop, net::Dialer& dialer, const Settings& settings, Secret token)
    : loop_(loop)
    , base_(settings.api_root + "/bot")
    , token_(std::move(token))
    , family_(settings.ipv4_first ? net::AddressFamily::ipv4_first : net::AddressFamily::any)
    , poll_(loop, dialer, options(family_, 1))
    , send_(loop, dialer, options(family_, 8)) {}

Api::Id HttpApi::call(Call call, OnAnswer done) {
    const auto id = ++last_id_;
    net::HttpHandlers handlers;
    handlers.on_leaving = std::move(call.on_leaving);
    handlers.done = [this, id, lane = call.lane, rebuilds = rebuilds_[index(call.lane)],
                     done = std::move(done)](net::HttpOutcome outcome) mutable {
        const auto finished = calls_.extract(id); // freed when this returns: `done` may destroy us
        done(judge(lane, rebuilds, std::move(outcome)));
    };
    calls_.emplace(id, client(call.lane).start(request_for(call), std::move(handlers)));
    return id;
}

void HttpApi::cancel(Id id) {
    calls_.erase(id);
}

void HttpApi::rebuild(Lane lane) {
    ++rebuilds_[index(lane)];
    ipv4_only_ = !ipv4_only_;
    client(lane).reset_connections(ipv4_only_ ? net::AddressFamily::ipv4 : family_);
}

std::size_t HttpApi::in_flight(Lane lane) const {
    return lane == Lane::poll ? poll_.in_flight() : send_.in_flight();
}

net::HttpRequest HttpApi::request_for(const Call& call) const {
    net::HttpRequest request;
    request.method = "POST";
    std::string url;
    url.reserve(base_.size() + token_.size() + call.method.size() + 1);
    url.append(base_).append(token_.reveal()).append("/").append(call.method);
    request.url = Secret(std::move(url));
    request.headers = {{"Content-Type", "application/json"}};
    request.body = call.body;
    request.connect_timeout = std::min(connect_within, call.deadline);
    request.total_timeout = call.deadline;
    request.max_response_bytes = largest_answer;
    request.may_repeat = call.idempotent;
    return request;
}

Answer HttpApi::judge(Lane lane, std::uint64_t rebuilds, net::HttpOutcome outcome) {
    auto& failures = failures_[index(lane)];
    if (!outcome) {
        // Twice in a row: the address may be stale, or this address family broken. A call from
        // before the last rebuild says nothing of the connections of today.
        if (rebuilds == rebuilds_[index(lane)] && ++failures % 2 == 0) rebuild(lane);
        return no_answer(outcome.error().error.sentence, outcome.error().request_sent);
    }
    failures = 0;
    return read_answer(outcome->status, outcome->body,
                       outcome->retry_after(loop_.clock().unix_ms()));
}

} // namespace openclaw::telegram
