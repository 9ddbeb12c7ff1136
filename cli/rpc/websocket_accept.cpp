// The proof that a server speaks WebSocket: base64(SHA-1(key + a fixed text)), RFC 6455 1.3.
//
// SHA-1 (FIPS 180-4) guards nothing here, it only recognises. It is written out because linking a
// cryptography library for these forty lines would cost every command its start-up time.
#include "cli/rpc/transport.h"
#include "common/base/strings.h"

#include <array>
#include <bit>

namespace openclaw::cli {

namespace {

constexpr std::string_view fixed_text = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // RFC 6455 1.3

using Sha1 = std::array<std::uint32_t, 5>;

std::string padded(std::string_view text) {
    std::string message(text);
    message += '\x80';
    while (message.size() % 64 != 56)
        message += '\0';
    const std::uint64_t bits = text.size() * 8;
    for (int shift = 56; shift >= 0; shift -= 8)
        message += static_cast<char>(bits >> shift & 0xFF);
    return message;
}

std::array<std::uint32_t, 80> schedule(std::string_view block) {
    std::array<std::uint32_t, 80> words{};
    for (std::size_t i = 0; i < 64; ++i)
        words[i / 4] = words[i / 4] << 8 | static_cast<unsigned char>(block[i]);
    for (std::size_t i = 16; i < 80; ++i)
        words[i] = std::rotl(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
    return words;
}

void digest_block(Sha1& state, std::string_view block) {
    auto [a, b, c, d, e] = state;
    const auto words = schedule(block);
    for (std::size_t i = 0; i < 80; ++i) {
        const std::uint32_t mixed = i < 20              ? (b & c) | (~b & d)
                                    : i < 40 || i >= 60 ? b ^ c ^ d
                                                        : (b & c) | (b & d) | (c & d);
        const std::uint32_t constant = i < 20   ? 0x5A827999
                                       : i < 40 ? 0x6ED9EBA1
                                       : i < 60 ? 0x8F1BBCDC
                                                : 0xCA62C1D6;
        const std::uint32_t next = std::rotl(a, 5) + mixed + e + constant + words[i];
        e = d;
        d = c;
        c = std::rotl(b, 30);
        b = a;
        a = next;
    }
    const Sha1 added{a, b, c, d, e};
    for (std::size_t i = 0; i < state.size(); ++i)
        state[i] += added[i];
}

std::array<std::uint8_t, 20> sha1(std::string_view text) {
    Sha1 state{0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
    const std::string message = padded(text);
    for (std::size_t at = 0; at < message.size(); at += 64)
        digest_block(state, std::string_view(message).substr(at, 64));
    std::array<std::uint8_t, 20> digest{};
    for (std::size_t i = 0; i < digest.size(); ++i)
        digest[i] = static_cast<std::uint8_t>(state[i / 4] >> (24 - 8 * (i % 4)));
    return digest;
}

} // namespace

std::string websocket_base64(std::span<const std::uint8_t> bytes) {
    std::string text = to_base64url(bytes);
    for (auto& c : text)
        c = c == '-' ? '+' : c == '_' ? '/' : c;
    while (text.size() % 4 != 0)
        text += '=';
    return text;
}

std::string websocket_accept(std::string_view key) {
    return websocket_base64(sha1(std::string(key) + std::string(fixed_text)));
}

} // namespace openclaw::cli
