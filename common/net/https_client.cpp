#include "common/net/https_client.h"

#include "common/net/http_transfer.h"

#include <unordered_map>
#include <utility>

namespace openclaw::net {

namespace {
constexpr std::size_t max_resting = 8; // transfers kept for reuse: about 6 KiB each
}

struct HttpClient::State : std::enable_shared_from_this<State> {
    State(Loop& on, Dialer& by, HttpOptions with)
        : loop(on)
        , dialer(by)
        , options(std::move(with))
        , rest(on) {}

    void start(std::uint64_t id, HttpRequest request, HttpHandlers handlers);
    void refuse(std::uint64_t id, HttpHandlers handlers, Error why);
    void begin(std::uint64_t id, HttpRequest request, HttpHandlers handlers);
    std::unique_ptr<HttpTransfer> take_transfer();
    void settle(std::uint64_t id, HttpOutcome outcome);
    HttpHandlers retire(std::uint64_t id);
    void cancel(std::uint64_t id);
    void cancel_all();
    void give_back();

    Loop& loop;
    Dialer& dialer;
    HttpOptions options;
    std::uint64_t last_id = 0;
    std::shared_ptr<CurlMulti> multi;
    std::weak_ptr<CurlMulti> former; // before the last reset; its calls end there
    std::unordered_map<std::uint64_t, std::unique_ptr<HttpTransfer>> running;
    std::unordered_map<std::uint64_t, HttpHandlers> refused; // told at the end of this turn
    std::vector<std::unique_ptr<HttpTransfer>> resting;
    Timer rest; // nothing runs: when it is due, connections and buffers are given back
};

namespace {

class Call final : public HttpCall {
  public:
    explicit Call(Task cancel)
        : cancel_(std::move(cancel)) {}

    ~Call() override { cancel_(); }

  private:
    Task cancel_;
};

} // namespace

Result<void> load_http() {
    return load_curl();
}

HttpClient::HttpClient(Loop& loop, Dialer& dialer, HttpOptions options)
    : state_(std::make_shared<State>(loop, dialer, std::move(options))) {}

HttpClient::~HttpClient() {
    state_->cancel_all();
}

std::unique_ptr<HttpCall> HttpClient::start(HttpRequest request, HttpHandlers handlers) {
    const auto id = ++state_->last_id;
    state_->start(id, std::move(request), std::move(handlers));
    return std::make_unique<Call>([weak = std::weak_ptr(state_), id] {
        if (const auto state = weak.lock()) state->cancel(id);
    });
}

void HttpClient::reset_connections() {
    if (!state_->former.expired()) return;
    state_->former = state_->multi;
    state_->multi.reset();
}

void HttpClient::reset_connections(AddressFamily family) {
    state_->options.address_family = family;
    reset_connections();
}

std::size_t HttpClient::in_flight() const {
    return state_->running.size() + state_->refused.size();
}

void HttpClient::State::start(std::uint64_t id, HttpRequest request, HttpHandlers handlers) {
    if (auto checked = HttpTransfer::check(request, handlers); !checked)
        return refuse(id, std::move(handlers), std::move(checked).error());
    if (running.size() >= options.max_calls)
        return refuse(id, std::move(handlers),
                      {.code = Code::busy,
                       .sentence = "too many requests at once to " + host_of(request.url.reveal()) +
                                   "; try again later",
                       .system_errno = 0,
                       .retryable = true,
                       .retry_after = std::nullopt});
    if (auto loaded = load_curl(); !loaded)
        return refuse(id, std::move(handlers), std::move(loaded).error());
    begin(id, std::move(request), std::move(handlers));
}

void HttpClient::State::refuse(std::uint64_t id, HttpHandlers handlers, Error why) {
    refused.emplace(id, std::move(handlers));
    loop.defer([weak = weak_from_this(), id, error = std::move(why)]() mutable {
        const auto self = weak.lock();
        if (!self) return;
        auto entry = self->refused.extract(id);
        if (entry) entry.mapped().done(std::unexpected(HttpFailure{.error = std::move(error)}));
    });
}

void HttpClient::State::begin(std::uint64_t id, HttpRequest request, HttpHandlers handlers) {
    if (!multi) multi = std::make_shared<CurlMulti>(loop, options.max_connections_per_host);
    rest.stop();
    auto& transfer = *(running[id] = take_transfer());
    transfer.begin(id, std::move(request), std::move(handlers), multi, options.address_family);
}

std::unique_ptr<HttpTransfer> HttpClient::State::take_transfer() {
    if (resting.empty())
        return std::make_unique<HttpTransfer>(loop, dialer, options,
                                              [this](HttpTransfer& transfer, HttpOutcome outcome) {
                                                  settle(transfer.id(), std::move(outcome));
                                              });
    auto transfer = std::move(resting.back());
    resting.pop_back();
    return transfer;
}

void HttpClient::State::settle(std::uint64_t id, HttpOutcome outcome) {
    const auto self = shared_from_this(); // `done` may destroy the client
    auto handlers = retire(id);
    handlers.done(std::move(outcome));
}

HttpHandlers HttpClient::State::retire(std::uint64_t id) {
    auto entry = running.extract(id);
    if (!entry) return {};
    auto transfer = std::move(entry.mapped());
    auto handlers = transfer->release();
    if (resting.size() < max_resting) resting.push_back(std::move(transfer));
    if (running.empty()) rest.start(options.connection_rest, [this] { give_back(); });
    return handlers;
}

// Kept connections are too old to be used by now (HttpOptions::connection_rest).
void HttpClient::State::give_back() {
    multi.reset();
    resting.clear();
}

void HttpClient::State::cancel(std::uint64_t id) {
    refused.erase(id);
    const auto found = running.find(id);
    if (found == running.end()) return;
    found->second->abandon([self = shared_from_this(), id] { self->retire(id); });
}

void HttpClient::State::cancel_all() {
    std::vector<std::uint64_t> ids;
    ids.reserve(running.size());
    for (const auto& [id, transfer] : running)
        ids.push_back(id);
    for (const auto id : ids)
        cancel(id);
    refused.clear();
}

} // namespace openclaw::net
