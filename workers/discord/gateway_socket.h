// discord/gateway_socket.h — the gateway's wire: a stream dialled by egress, a WebSocket on it, its
// compression, and the question where to connect to.
#pragma once

#include "common/net/dialer.h"
#include "common/net/handed_stream.h"
#include "common/net/ws_client.h"
#include "workers/discord/api.h"
#include "workers/discord/gateway.h"
#include "workers/discord/inflater.h"
#include "workers/discord/settings.h"

#include <memory>
#include <optional>
#include <string>

namespace openclaw::discord {

class GatewaySocket final : public Gateway::Wire, net::WsListener {
  public:
    struct Links { // all outlive it
        Loop& loop;
        net::Dialer& dialer;
        net::WsClient& sockets;
        Api& api;
        const Settings& settings;
    };

    explicit GatewaySocket(Links links);
    ~GatewaySocket() override;

    void attach(Gateway& gateway) { gateway_ = &gateway; } // before anything is asked of it

    void pause_reading(bool paused);

    void ask() override;
    void connect(const std::string& url) override;
    void send(const std::string& payload) override;
    void close(std::uint16_t code) override;

  private:
    void on_dialled(const std::string& url, Result<UniqueFd> stream);
    void open(const std::string& url, UniqueFd stream);
    void on_open() override;
    void on_message(std::string_view message, bool is_binary) override;
    void on_closed(const net::WsEnd& end) override;
    void fail_later(std::string reason);
    void let_go();

    Links to_;
    Gateway* gateway_ = nullptr;
    Api::Id question_ = 0;
    std::unique_ptr<net::Dialling> dialling_;
    std::optional<net::HandedStream> stream_; // until the socket has fetched it
    std::unique_ptr<net::WsSocket> socket_;
    std::optional<Inflater> inflater_;
    bool is_paused_ = false;
    // Which connection a deferred failure speaks of.
    std::shared_ptr<const bool> attempt_;
};

} // namespace openclaw::discord
