// discord/gateway_socket.h — the gateway's wire: a WebSocket, its compression, and the question
// where to connect to.
#pragma once

#include "common/net/ws_client.h"
#include "workers/discord/api.h"
#include "workers/discord/gateway.h"
#include "workers/discord/inflater.h"
#include "workers/discord/settings.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace openclaw::discord {

class GatewaySocket final : public Gateway::Wire, net::WsListener {
  public:
    // The Unix socket behind which the stream to this address is made; empty: straight.
    using Way = std::function<std::string(const net::WsAddress& address)>;

    GatewaySocket(Loop& loop, Api& api, net::WsClient& sockets, const Settings& settings, Way way);
    ~GatewaySocket() override;

    void attach(Gateway& gateway) { gateway_ = &gateway; } // before anything is asked of it

    void pause_reading(bool paused);

    void ask() override;
    void connect(const std::string& url) override;
    void send(const std::string& payload) override;
    void close(std::uint16_t code) override;

  private:
    void on_open() override;
    void on_message(std::string_view message, bool is_binary) override;
    void on_closed(const net::WsEnd& end) override;
    void fail_later(std::string reason);

    Loop& loop_;
    Api& api_;
    net::WsClient& sockets_;
    const Settings& settings_;
    Way way_;
    Gateway* gateway_ = nullptr;
    Api::Id question_ = 0;
    std::unique_ptr<net::WsSocket> socket_;
    std::optional<Inflater> inflater_;
    bool is_paused_ = false;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

} // namespace openclaw::discord
