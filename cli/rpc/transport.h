// cli/rpc/transport.h — whole messages over a stream: lines on the control socket, WebSocket frames
// elsewhere.
#pragma once

#include "cli/rpc/stream.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace openclaw::cli {

// 25 MiB: policy.maxPayload of hello-ok (PROTOCOL.md 3). Nothing legitimate is longer.
inline constexpr std::size_t max_message_bytes = 26'214'400;

class Transport {
  public:
    virtual ~Transport() = default;
    // Errors as Stream's.
    virtual Result<void> send(std::string_view message, Instant deadline) = 0;
    virtual Result<std::string> receive(Instant deadline) = 0;
};

// One JSON text per line: <state>/run/supervisor.sock.
class LineTransport final : public Transport {
  public:
    explicit LineTransport(Stream stream)
        : stream_(std::move(stream)) {}

    Result<void> send(std::string_view message, Instant deadline) override;
    Result<std::string> receive(Instant deadline) override;

  private:
    Stream stream_;
};

// RFC 6455, client side: text messages, fragments put together, pings answered. open() does the
// upgrade. Errors of open: corrupt (the answer is no WebSocket handshake), unavailable, timeout.
class WebSocketTransport final : public Transport {
  public:
    static Result<std::unique_ptr<WebSocketTransport>>
    open(Stream stream, std::string_view host_header, std::string_view path, Instant deadline);
    Result<void> send(std::string_view message, Instant deadline) override;
    // unavailable when the server closes: the sentence carries the close code and its reason.
    Result<std::string> receive(Instant deadline) override;

  private:
    explicit WebSocketTransport(Stream stream)
        : stream_(std::move(stream)) {}

    Result<void> send_frame(unsigned char opcode, std::string_view payload, Instant deadline);

    Stream stream_;
};

// The value of Sec-WebSocket-Accept that answers `key` (RFC 6455 4.2.2).
std::string websocket_accept(std::string_view key);
std::string websocket_base64(std::span<const std::uint8_t> bytes); // RFC 4648 4, padded

} // namespace openclaw::cli
