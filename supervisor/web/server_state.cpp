#include "supervisor/web/server_state.h"

#include "common/base/strings.h"
#include "common/log/log.h"
#include "supervisor/web/lws_request.h"
#include "supervisor/web/lws_verdict.h"

#include <algorithm>
#include <cstring>

namespace openclaw::web {

namespace {

// Per connection: a request is a few hundred bytes; larger messages arrive in pieces of this size.
constexpr std::size_t receive_buffer = 2048;
// One for all connections: what is read from a socket at once.
constexpr unsigned service_buffer = 64 * 1024;

WsClient* client_of(lws* socket) {
    return static_cast<WsClient*>(lws_get_opaque_user_data(socket));
}

int dispatch(lws* socket, lws_callback_reasons reason, void*, void* in, std::size_t length) {
    if (socket == nullptr) return carry_on;
    auto* state = static_cast<Server::State*>(lws_context_user(lws_get_context(socket)));
    if (state == nullptr) return carry_on;
    const auto* text = static_cast<const char*>(in);
    if (reason == LWS_CALLBACK_HTTP_CONFIRM_UPGRADE)
        length = std::strlen(text); // this one comes without its length
    return state->on_event(socket, reason,
                           text == nullptr ? std::string_view() : std::string_view(text, length));
}

const lws_protocols protocols[] = {
    {"", dispatch, 0, receive_buffer, 0, nullptr, 0},
    {nullptr, nullptr, 0, 0, 0, nullptr, 0},
};

void emit_library_log(int level, const char* line) {
    std::string_view text(line);
    while (text.ends_with('\n'))
        text.remove_suffix(1);
    if ((level & LLL_ERR) != 0)
        log::warn("web.library", {{"line", text}});
    else
        log::debug("web.library", {{"line", text}});
}

} // namespace

Result<void> Server::State::open() {
    lws_set_log_level(LLL_ERR | LLL_WARN, emit_library_log);
    void* loops[] = {hub.loop().native()};
    lws_context_creation_info info{};
    info.port = CONTEXT_PORT_NO_LISTEN_SERVER;
    info.protocols = protocols;
    info.options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_EXPLICIT_VHOSTS;
    info.foreign_loops = loops;
    info.user = this;
    info.gid = -1; // stays who it is
    info.uid = -1;
    info.pt_serv_buf_size = service_buffer;
    info.max_http_header_data = header_limit;
    info.timeout_secs = request_within_seconds;
    info.keepalive_timeout = 5; // PROTOCOL.md 3
    info.retry_and_idle_policy = &keepalive;
    info.vhost_name = "gateway";
    context = lws_create_context(&info);
    if (context == nullptr)
        return fail(Code::internal, "libwebsockets does not start: is its libuv event library "
                                    "(libwebsockets-evlib-uv) installed?");
    vhost = lws_create_vhost(context, &info);
    if (vhost == nullptr) return fail(Code::internal, "libwebsockets refuses a virtual host");
    return {};
}

int Server::State::on_event(lws* socket, lws_callback_reasons reason, std::string_view in) {
    switch (reason) {
    case LWS_CALLBACK_RECEIVE:
        return on_received(socket, in);
    case LWS_CALLBACK_SERVER_WRITEABLE:
        if (auto* client = client_of(socket)) client->flush();
        return carry_on;
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
        return on_close_frame(socket, in);
    case LWS_CALLBACK_HTTP:
        ++hub.counters().http_requests;
        return exchanges.on_request(socket, in);
    case LWS_CALLBACK_HTTP_BODY:
        return exchanges.on_body(socket, in);
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
        return exchanges.on_body_complete(socket);
    case LWS_CALLBACK_HTTP_WRITEABLE:
        return exchanges.on_writable(socket);
    case LWS_CALLBACK_CLOSED_HTTP:
        exchanges.on_closed(socket);
        return carry_on;
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
        return on_upgrade(socket, in);
    case LWS_CALLBACK_ESTABLISHED:
        on_established(socket);
        return carry_on;
    case LWS_CALLBACK_CLOSED:
        on_closed(socket);
        return carry_on;
    default:
        return carry_on;
    }
}

// HTTP.

bool Server::State::write(lws* socket, const HttpAnswer& reply) {
    std::string bytes = render(reply, false);
    return lws_write(socket, reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(),
                     LWS_WRITE_RAW) >= 0;
}

int Server::State::on_upgrade(lws* socket, std::string_view protocol) {
    lws_set_opaque_user_data(socket, nullptr); // what HTTP noted there
    const RequestFacts facts = read_request(socket, options.rules);
    const auto refuse = [&](const HttpAnswer& why) {
        ++hub.counters().refused;
        write(socket, why);
        return hang_up;
    };
    if (facts.is_refused) return refuse(refuse_unattributed_proxy());
    if (facts.is_foreign_host) return refuse(refuse_foreign_host());
    if (protocol != "websocket" && to_lower(protocol) != "websocket")
        return refuse(answer({.method = facts.method, .path = "/"}, {}));
    if (!facts.has_websocket_key) return refuse(refuse_bad_websocket_key());
    if (!has_room_for(facts.arrival)) return refuse(refuse_too_many_sockets());
    return carry_on;
}

bool Server::State::has_room_for(const Arrival& arrival) const {
    if (hub.unauthenticated() >= options.limits.unauthenticated_sockets) return false;
    if (arrival.direct_local) return true;
    const auto waiting = std::ranges::count_if(newcomers, [&](const WsClient* client) {
        return !client->is_admitted() && client->arrival().ip == arrival.ip;
    });
    return static_cast<std::size_t>(waiting) < options.limits.unauthenticated_of_one_address;
}

// WebSockets.

void Server::State::on_established(lws* socket) {
    auto client =
        std::make_unique<WsClient>(hub, socket, read_request(socket, options.rules).arrival);
    WsClient& opened = *client;
    lws_set_opaque_user_data(socket, client.get());
    clients.emplace(socket, std::move(client));
    newcomers.push_back(&opened);
    ++hub.counters().upgraded;
    if (!handshakes.is_active()) watch_handshakes();
    opened.start(endpoint);
}

int Server::State::on_received(lws* socket, std::string_view bytes) {
    auto* client = client_of(socket);
    if (client == nullptr) return hang_up;
    const bool is_last =
        lws_is_final_fragment(socket) != 0 && lws_remaining_packet_payload(socket) == 0;
    client->on_fragment(bytes, is_last);
    return carry_on;
}

// The close handshake is ours: libwebsockets 4.1 built for debugging, as Debian does, tears the
// connection down before a close frame that lws_close_reason() prepared in the writable callback is
// sent.
int Server::State::on_close_frame(lws* socket, std::string_view payload) {
    auto* client = client_of(socket);
    if (client == nullptr) return hang_up;
    const auto byte = [&](std::size_t i) {
        return static_cast<std::uint16_t>(static_cast<unsigned char>(payload[i]));
    };
    client->on_close_frame(payload.size() < 2 ? 0
                                              : static_cast<std::uint16_t>(byte(0) << 8 | byte(1)));
    return hang_up;
}

void Server::State::on_closed(lws* socket) {
    auto* client = client_of(socket);
    if (client == nullptr) return;
    lws_set_opaque_user_data(socket, nullptr);
    std::erase(newcomers, client);
    clients.erase(socket);
}

void Server::State::watch_handshakes() {
    std::erase_if(newcomers, [](const WsClient* client) {
        return client->is_admitted() || client->is_closing();
    });
    if (newcomers.empty()) return handshakes.stop();
    const auto due = newcomers.front()->opened() + options.limits.handshake_within;
    const auto left = std::chrono::ceil<Milliseconds>(due - hub.loop().clock().now());
    handshakes.start(std::max(left, Milliseconds(0)), [this] { expire_handshakes(); });
}

void Server::State::expire_handshakes() {
    const auto now = hub.loop().clock().now();
    for (WsClient* client : newcomers) {
        if (client->is_admitted() || client->opened() + options.limits.handshake_within > now)
            continue;
        ++hub.counters().handshake_expired;
        client->close(normal_closure, {}); // PROTOCOL.md 3: 1000, no reason
    }
    watch_handshakes();
}

// Arrivals.

void Server::State::inspect(UniqueFd connection) {
    inspections.begin(std::move(connection), [this](UniqueFd sound) {
        if (sound)
            adopt(std::move(sound));
        else
            ++hub.counters().refused;
    });
}

void Server::State::adopt(UniqueFd connection) {
    lws_adopt_socket_vhost(vhost, connection.release()); // closes the socket when it fails
}

} // namespace openclaw::web
