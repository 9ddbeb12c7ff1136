#include "cli/rpc/transport.h"
#include "common/base/strings.h"

#include <sys/random.h>

#include <array>

namespace openclaw::cli {

namespace {

// RFC 6455 5.2: the opcodes.
constexpr unsigned char continuation = 0x0, text_frame = 0x1, close_frame = 0x8, ping_frame = 0x9,
                        pong_frame = 0xA;
constexpr std::size_t max_head_bytes = 16u << 10;

std::array<std::uint8_t, 4> random_mask() {
    std::array<std::uint8_t, 4> mask{};
    (void)getrandom(mask.data(), mask.size(), 0); // a weak mask harms nobody on loopback
    return mask;
}

std::string random_key() { // 16 random bytes in base64 (RFC 6455 4.1)
    std::array<std::uint8_t, 16> nonce{};
    (void)getrandom(nonce.data(), nonce.size(), 0);
    return websocket_base64(nonce);
}

std::string frame_head(unsigned char opcode, std::size_t size) {
    std::string head(1, static_cast<char>(0x80 | opcode));
    const int length_bytes = size < 126 ? 0 : size < 65536 ? 2 : 8;
    head += static_cast<char>(0x80 | (length_bytes == 0 ? size : length_bytes == 2 ? 126 : 127));
    for (int i = length_bytes - 1; i >= 0; --i)
        head += static_cast<char>(size >> (8 * i) & 0xFF);
    return head;
}

std::uint64_t big_endian(std::string_view bytes) {
    std::uint64_t number = 0;
    for (const char c : bytes)
        number = number << 8 | static_cast<unsigned char>(c);
    return number;
}

struct Frame {
    bool is_last = false;
    unsigned char opcode = 0;
    std::string payload;
};

Result<Frame> read_frame(Stream& stream, Instant deadline) {
    const std::string head = TRY(stream.read_exactly(2, deadline));
    const auto first = static_cast<unsigned char>(head[0]),
               second = static_cast<unsigned char>(head[1]);
    if ((second & 0x80) != 0 || (first & 0x70) != 0)
        return fail(Code::corrupt, "the gateway broke the WebSocket framing rules");
    std::uint64_t size = second & 0x7F;
    if (size >= 126) size = big_endian(TRY(stream.read_exactly(size == 126 ? 2 : 8, deadline)));
    if (size > max_message_bytes)
        return fail(Code::corrupt, "the gateway sent a message of more than 25 MiB");
    return Frame{.is_last = (first & 0x80) != 0,
                 .opcode = static_cast<unsigned char>(first & 0x0F),
                 .payload = TRY(stream.read_exactly(size, deadline))};
}

Failure closed_by_peer(std::string_view payload) {
    if (payload.size() < 2) return fail(Code::unavailable, "the gateway closed the connection");
    std::string sentence =
        "the gateway closed the connection (" + std::to_string(big_endian(payload.substr(0, 2)));
    if (payload.size() > 2) sentence += " " + to_valid_utf8(payload.substr(2));
    return fail(Code::unavailable, sentence + ")");
}

// Reads the head of the answer; the key's answer when it is a WebSocket handshake.
Result<void> check_answer(Stream& stream, std::string_view key, Instant deadline) {
    const std::string status = TRY(stream.read_line(max_head_bytes, deadline));
    std::string accept;
    for (std::size_t used = status.size(); used < max_head_bytes;) {
        const std::string line = TRY(stream.read_line(max_head_bytes, deadline));
        if (line.empty()) {
            if (!status.starts_with("HTTP/1.1 101"))
                return fail(Code::corrupt,
                            "no WebSocket is served there: " + to_valid_utf8(status));
            if (accept != websocket_accept(key))
                return fail(Code::corrupt, "the server's WebSocket handshake is wrong");
            return {};
        }
        used += line.size();
        const auto colon = line.find(':');
        if (colon != std::string::npos &&
            equals_ignoring_case(line.substr(0, colon), "sec-websocket-accept"))
            accept = trim(std::string_view(line).substr(colon + 1));
    }
    return fail(Code::corrupt, "the server's answer has no end");
}

} // namespace

Result<std::unique_ptr<WebSocketTransport>> WebSocketTransport::open(Stream stream,
                                                                     std::string_view host_header,
                                                                     std::string_view path,
                                                                     Instant deadline) {
    const std::string key = random_key();
    std::string request =
        "GET " + std::string(path) + " HTTP/1.1\r\nHost: " + std::string(host_header);
    request += "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: "
               "13\r\nSec-WebSocket-Key: " +
               key + "\r\n\r\n";
    TRY_VOID(stream.write(request, deadline));
    TRY_VOID(check_answer(stream, key, deadline));
    return std::unique_ptr<WebSocketTransport>(new WebSocketTransport(std::move(stream)));
}

Result<void> WebSocketTransport::send_frame(unsigned char opcode, std::string_view payload,
                                            Instant deadline) {
    std::string frame = frame_head(opcode, payload.size());
    const auto mask = random_mask();
    frame.append(reinterpret_cast<const char*>(mask.data()), mask.size());
    const auto start = frame.size();
    frame += payload;
    for (std::size_t i = 0; i < payload.size(); ++i)
        frame[start + i] = static_cast<char>(frame[start + i] ^ mask[i % 4]);
    return stream_.write(frame, deadline);
}

Result<void> WebSocketTransport::send(std::string_view message, Instant deadline) {
    return send_frame(text_frame, message, deadline);
}

Result<std::string> WebSocketTransport::receive(Instant deadline) {
    for (std::string message;;) {
        const Frame frame = TRY(read_frame(stream_, deadline));
        if (frame.opcode == close_frame) return closed_by_peer(frame.payload);
        if (frame.opcode == ping_frame) TRY_VOID(send_frame(pong_frame, frame.payload, deadline));
        if (frame.opcode != text_frame && frame.opcode != continuation) continue;
        if (message.size() + frame.payload.size() > max_message_bytes)
            return fail(Code::corrupt, "the gateway sent a message of more than 25 MiB");
        message += frame.payload;
        if (frame.is_last) return message;
    }
}

} // namespace openclaw::cli
