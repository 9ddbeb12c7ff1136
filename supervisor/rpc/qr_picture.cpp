#include "supervisor/rpc/qr_picture.h"

#include "common/base/strings.h"

#include <qrencode.h>
#include <zlib.h>

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

namespace openclaw::rpc {

namespace {

constexpr std::size_t quiet_zone = 4; // modules, ISO/IEC 18004 6.3.8
constexpr std::size_t scale = 4;      // pixels of a module's side

std::string big_endian(std::uint32_t number) {
    return {static_cast<char>(number >> 24), static_cast<char>(number >> 16),
            static_cast<char>(number >> 8), static_cast<char>(number)};
}

// RFC 2083, 3.2: length, type, data, checksum of type and data.
std::string chunk(std::string_view type, std::string_view data) {
    const std::string body = std::string(type).append(data);
    const auto sum =
        crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()));
    return big_endian(static_cast<std::uint32_t>(data.size())) + body +
           big_endian(static_cast<std::uint32_t>(sum));
}

std::string deflated(std::string_view bytes) {
    uLongf size = compressBound(static_cast<uLong>(bytes.size()));
    std::string out(size, '\0');
    compress(reinterpret_cast<Bytef*>(out.data()), &size,
             reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uLong>(bytes.size()));
    out.resize(size);
    return out;
}

// Lines of one bit a pixel, 1 is white, each after a byte that says "not filtered".
std::string pixels(const QRcode& code) {
    const auto modules = static_cast<std::size_t>(code.width);
    const std::size_t side = (modules + 2 * quiet_zone) * scale;
    const std::size_t line = 1 + (side + 7) / 8;
    std::string bytes(side * line, '\xff');
    for (std::size_t y = 0; y < side; ++y) {
        bytes[y * line] = '\0';
        for (std::size_t x = 0; x < side; ++x) {
            const auto column = x / scale - quiet_zone, row = y / scale - quiet_zone;
            if (column >= modules || row >= modules) continue; // below zero is very large
            if ((code.data[row * modules + column] & 1) == 0) continue;
            auto& byte = bytes[y * line + 1 + x / 8];
            byte = static_cast<char>(static_cast<unsigned char>(byte) & ~(0x80u >> (x % 8)));
        }
    }
    return bytes;
}

std::string png(const QRcode& code) {
    const auto side =
        static_cast<std::uint32_t>((static_cast<std::size_t>(code.width) + 2 * quiet_zone) * scale);
    const std::string header =
        big_endian(side) + big_endian(side) + std::string("\x01\0\0\0\0", 5); // 1 bit, grey
    return "\x89PNG\r\n\x1a\n" + chunk("IHDR", header) + chunk("IDAT", deflated(pixels(code))) +
           chunk("IEND", {});
}

} // namespace

Result<std::string> qr_data_url(std::string_view text) {
    const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(
        QRcode_encodeData(static_cast<int>(text.size()),
                          reinterpret_cast<const unsigned char*>(text.data()), 0, QR_ECLEVEL_M),
        QRcode_free);
    if (code == nullptr)
        return fail(Code::invalid, "the text is too long for a QR code; send it as text");
    return "data:image/png;base64," + to_base64(png(*code));
}

} // namespace openclaw::rpc
