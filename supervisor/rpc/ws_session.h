// rpc/ws_session.h — one WebSocket from its challenge to its end: first the handshake, then
// requests, one after the other, also when one of them is long and read elsewhere.
#pragma once

#include "supervisor/rpc/front_door.h"
#include "supervisor/rpc/handshake.h"
#include "supervisor/rpc/peer.h"
#include "supervisor/web/ws_client.h"

#include <deque>
#include <memory>
#include <string>
#include <string_view>

namespace openclaw::rpc {

// The peer behind a socket. Outlives it when an answer is still owed; then sends nothing.
class WsPeer final : public Peer {
  public:
    explicit WsPeer(web::WsClient& socket)
        : socket_(&socket) {}

    void detach() { socket_ = nullptr; }

    void send_parts(std::span<const std::string_view> parts) override;
    void send_event(const web::SharedEvent& event) override;
    void close(std::uint16_t code, std::string_view reason) override;
    bool is_direct_local() const override;

  private:
    web::WsClient* socket_;
};

class WsSession final : public web::Session {
  public:
    WsSession(FrontDoor& door, web::WsClient& client);
    ~WsSession() override;

    void on_message(std::string_view message) override;

  private:
    void take(std::string_view message);
    void on_read(const Result<json::Document>& document);
    void challenge();
    void on_first_message(std::string_view message);
    void connect(json::View params, std::string_view id_json);
    Verdict verdict_on(json::View params) const;
    void enter(Admitted admitted, std::string id_json);
    void on_entered(const Admitted& admitted, std::string_view id_json, Result<Grant> grant);
    void admit(const Admitted& admitted, std::string_view id_json, Grant tokens);
    void refuse(const Refused& refused, std::string_view id_json);

    FrontDoor& door_;
    web::WsClient& client_;
    std::shared_ptr<WsPeer> peer_;
    std::string nonce_;

    enum class Stage { newcomer, judged, admitted } stage_ = Stage::newcomer;
    bool is_reading_ = false;      // a long message; what comes after it waits for its turn
    std::deque<std::string> held_; // few: the socket is not read meanwhile
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true); // for answers of the ledger
};

} // namespace openclaw::rpc
