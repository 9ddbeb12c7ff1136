#include "supervisor/web/server.h"

#include "supervisor/web/attribution.h"
#include "supervisor/web/peer.h"
#include "supervisor/web/server_state.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace openclaw::web {

namespace {

constexpr int rounds_to_close = 8;

// A peer that vanished without a word (its machine is off) is known after a minute, also when we
// owe it nothing for a long time, as in an HTTP request whose answer takes long.
constexpr int silence_before_probe_seconds = 30, probe_every_seconds = 10, probes = 3;

void find_out_when_gone(int fd) {
    const auto set = [fd](int level, int option, int value) {
        setsockopt(fd, level, option, &value, sizeof value);
    };
    set(SOL_SOCKET, SO_KEEPALIVE, 1);
    set(IPPROTO_TCP, TCP_KEEPIDLE, silence_before_probe_seconds);
    set(IPPROTO_TCP, TCP_KEEPINTVL, probe_every_seconds);
    set(IPPROTO_TCP, TCP_KEEPCNT, probes);
}

} // namespace

Result<std::unique_ptr<Server>> Server::create(Loop& loop, ServerOptions options,
                                               Endpoint& endpoint) {
    auto state = std::make_unique<State>(loop, std::move(options), endpoint);
    std::unique_ptr<Server> server(new Server(std::move(state)));
    TRY_VOID(server->state_->open());
    return server;
}

Server::Server(std::unique_ptr<State> state)
    : state_(std::move(state)) {}

// On a foreign loop libwebsockets closes its handles in two rounds of close callbacks, and only
// then says CLOSED for the last sockets; the state must see that.
Server::~Server() {
    if (state_->context == nullptr) return;
    state_->exchanges.forget_all();
    lws_context_destroy(state_->context);
    for (int round = 0; round < rounds_to_close; ++round)
        state_->hub.loop().turn(false);
}

void Server::adopt(UniqueFd connection) {
    const int on = 1;
    setsockopt(connection.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ++state_->hub.counters().accepted;
    find_out_when_gone(connection.get());
    const auto& proxies = state_->options.rules.trusted_proxies;
    if (!proxies.empty() && is_trusted(peer_of(connection.get()).ip, proxies))
        state_->inspect(std::move(connection));
    else
        state_->adopt(std::move(connection));
}

void Server::close_all(std::uint16_t code, std::string_view reason) {
    for (auto& [socket, client] : state_->clients)
        client->close(code, reason);
}

void Server::use(Keeping keeping) {
    state_->exchanges.use(keeping);
}

void Server::use_rules(RequestRules rules) {
    state_->options.rules = std::move(rules);
}

void Server::use_transport_security(std::string header) {
    state_->options.rules.transport_security = std::move(header);
}

void Server::use_handshake_limit(Milliseconds within) {
    state_->options.limits.handshake_within = within;
    state_->watch_handshakes();
}

std::size_t Server::client_count() const {
    return state_->clients.size();
}

std::size_t Server::http_exchange_count() const {
    return state_->exchanges.count();
}

std::size_t Server::unauthenticated_count() const {
    return state_->hub.unauthenticated();
}

const ServerCounters& Server::counters() const {
    return state_->hub.counters();
}

} // namespace openclaw::web
