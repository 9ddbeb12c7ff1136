#include "common/net/ws_client.h"

#include "common/log/log.h"
#include "common/net/certificates.h"
#include "common/net/ws_connection.h"

#include <libwebsockets.h>
#include <openssl/ssl.h>

#include <array>
#include <cstdlib>

namespace openclaw::net {

namespace {

constexpr std::size_t receive_piece = 16u << 10;
constexpr unsigned service_buffer = 32u << 10;
constexpr int rounds_to_close = 8;

WsConnection* connection_of(lws* socket) {
    return static_cast<WsConnection*>(lws_get_opaque_user_data(socket));
}

// The system's, when it is indexed: then OpenSSL reads the one it needs (certificates.h).
std::string certificate_directory() {
    const char* named = std::getenv(X509_get_default_cert_dir_env());
    const std::string directory = named != nullptr ? named : X509_get_default_cert_dir();
    return is_indexed_certificate_directory(directory) ? directory : std::string();
}

int add_user_agent(lws* socket, void* in, std::size_t room, const std::string& agent) {
    auto** at = static_cast<unsigned char**>(in);
    return lws_add_http_header_by_token(socket, WSI_TOKEN_HTTP_USER_AGENT,
                                        reinterpret_cast<const unsigned char*>(agent.data()),
                                        static_cast<int>(agent.size()), at, *at + room);
}

int on_library_event(lws* socket, lws_callback_reasons reason, void* user, void* in,
                     std::size_t length) {
    if (reason == LWS_CALLBACK_OPENSSL_LOAD_EXTRA_CLIENT_VERIFY_CERTS) {
        const auto directory = certificate_directory();
        if (!directory.empty())
            SSL_CTX_load_verify_locations(static_cast<SSL_CTX*>(user), nullptr, directory.c_str());
        return 0;
    }
    if (socket == nullptr) return 0;
    auto* connection = connection_of(socket);
    if (connection == nullptr) return reason == LWS_CALLBACK_CLIENT_RECEIVE ? -1 : 0;
    if (reason == LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER)
        return add_user_agent(socket, in, length, connection->user_agent());
    const auto* text = static_cast<const char*>(in);
    return connection->on_event(
        socket, reason, text == nullptr ? std::string_view() : std::string_view(text, length));
}

const std::array<lws_protocols, 2> client_protocols = {{
    {"ws", on_library_event, 0, receive_piece, 0, nullptr, 0},
    {nullptr, nullptr, 0, 0, 0, nullptr, 0},
}};

void emit_client_log(int level, const char* line) {
    std::string_view text(line);
    while (text.ends_with('\n'))
        text.remove_suffix(1);
    log::debug("ws.library", {{"level", level}, {"line", text}});
}

// The user's handle.
class Socket final : public WsSocket {
  public:
    explicit Socket(std::shared_ptr<WsConnection> connection)
        : connection_(std::move(connection)) {}

    ~Socket() override { connection_->forget(); }

    bool send(std::string_view text) override { return connection_->send(text); }

    void pause_reading(bool paused) override { connection_->pause_reading(paused); }

    void close(std::uint16_t code) override { connection_->close(code); }

  private:
    std::shared_ptr<WsConnection> connection_;
};

} // namespace

struct WsClient::State {
    explicit State(Loop& on)
        : loop(on) {}

    Result<void> open(const std::string& ca_file);

    Loop& loop;
    lws_context* context = nullptr;
    lws_vhost* vhost = nullptr;
};

Result<void> WsClient::State::open(const std::string& ca_file) {
    lws_set_log_level(LLL_ERR | LLL_WARN, emit_client_log);
    void* loops[] = {loop.native()};
    lws_context_creation_info info{};
    info.port = CONTEXT_PORT_NO_LISTEN;
    info.protocols = client_protocols.data();
    info.options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_EXPLICIT_VHOSTS |
                   LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
    info.foreign_loops = loops;
    info.gid = -1; // stays who it is
    info.uid = -1;
    info.fd_limit_per_thread = 64;
    info.pt_serv_buf_size = service_buffer;
    info.vhost_name = "client";
    if (!ca_file.empty()) {
        info.client_ssl_ca_filepath = ca_file.c_str();
        info.options |= LWS_SERVER_OPTION_DISABLE_OS_CA_CERTS;
    } else if (!certificate_directory().empty()) {
        info.options |= LWS_SERVER_OPTION_DISABLE_OS_CA_CERTS; // read one by one, when needed
    }
    // The bits below TLS 1.2: Discord and everybody else speak at least that.
    info.ssl_client_options_set = SSL_OP_NO_TLSv1 | SSL_OP_NO_TLSv1_1;
    info.http_proxy_address = ""; // none of the environment's
    context = lws_create_context(&info);
    if (context == nullptr)
        return fail(Code::internal, "libwebsockets does not start: is its libuv event library "
                                    "(libwebsockets-evlib-uv) installed?");
    vhost = lws_create_vhost(context, &info);
    if (vhost == nullptr) return fail(Code::internal, "libwebsockets refuses a virtual host");
    return {};
}

Result<std::unique_ptr<WsClient>> WsClient::create(Loop& loop, const std::string& ca_file) {
    auto state = std::make_unique<State>(loop);
    std::unique_ptr<WsClient> client(new WsClient(std::move(state)));
    TRY_VOID(client->state_->open(ca_file));
    return client;
}

WsClient::WsClient(std::unique_ptr<State> state)
    : state_(std::move(state)) {}

WsClient::~WsClient() {
    if (state_->context == nullptr) return;
    lws_context_destroy(state_->context);
    for (int round = 0; round < rounds_to_close; ++round)
        state_->loop.turn(false);
}

Result<std::unique_ptr<WsSocket>> WsClient::connect(const WsOptions& options,
                                                    WsListener& listener) {
    const auto address = TRY(WsAddress::parse(options.url));
    if (options.via.empty() && !address.is_numeric())
        return fail(Code::invalid, "a WebSocket to " + address.host +
                                       " needs a way there: names are not looked up here");
    auto connection = std::make_shared<WsConnection>(state_->loop, listener, options);
    const auto host_header = address.port == (address.is_secure ? 443 : 80)
                                 ? address.host
                                 : address.host + ":" + std::to_string(address.port);
    lws_client_connect_info info{};
    info.context = state_->context;
    info.vhost = state_->vhost;
    info.address = options.via.empty() ? address.host.c_str() : options.via.c_str();
    info.port = address.port;
    info.path = address.path.c_str();
    info.host = address.is_secure ? address.host.c_str() : host_header.c_str();
    info.ssl_connection = address.is_secure ? LCCSCF_USE_SSL : 0;
    info.local_protocol_name = client_protocols[0].name;
    connection->start(info);
    return std::unique_ptr<WsSocket>(std::make_unique<Socket>(std::move(connection)));
}

} // namespace openclaw::net
