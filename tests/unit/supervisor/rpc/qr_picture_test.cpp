#include "common/base/strings.h"
#include "supervisor/rpc/qr_picture.h"

#include <doctest/doctest.h>

#include <zlib.h>

using namespace openclaw;

namespace {

// A picture of one bit a pixel, as its lines.
struct Picture {
    std::size_t side = 0;
    std::string bytes;

    bool is_dark(std::size_t x, std::size_t y) const {
        const std::size_t line = 1 + (side + 7) / 8;
        const auto byte = static_cast<unsigned char>(bytes[y * line + 1 + x / 8]);
        return (byte >> (7 - x % 8) & 1) == 0;
    }
};

std::uint32_t number_at(const std::string& bytes, std::size_t at) {
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < 4; ++i)
        number = number << 8 | static_cast<unsigned char>(bytes[at + i]);
    return number;
}

Picture picture_of(const std::string& url) {
    REQUIRE(url.starts_with("data:image/png;base64,"));
    const auto png = from_base64(url.substr(22));
    REQUIRE(png);
    REQUIRE(png->starts_with("\x89PNG\r\n\x1a\n"));
    Picture picture{.side = number_at(*png, 16)};
    CHECK(number_at(*png, 20) == picture.side);
    const std::size_t data = 33; // after the signature and IHDR
    CHECK(png->substr(data + 4, 4) == "IDAT");
    uLongf size = picture.side * (1 + (picture.side + 7) / 8);
    picture.bytes.resize(size);
    REQUIRE(uncompress(reinterpret_cast<Bytef*>(picture.bytes.data()), &size,
                       reinterpret_cast<const Bytef*>(png->data() + data + 8),
                       number_at(*png, data)) == Z_OK);
    CHECK(size == picture.bytes.size());
    CHECK(png->ends_with(std::string("IEND\xae\x42\x60\x82")));
    return picture;
}

} // namespace

TEST_SUITE("supervisor/rpc") {
    TEST_CASE("a QR picture has its margin, its three eyes, and what it says") {
        const auto one = picture_of(rpc::qr_data_url("https://example.org").value());
        constexpr std::size_t module = 4, margin = 4 * module;
        const std::size_t last = one.side - margin - 1;
        CHECK_FALSE(one.is_dark(margin - 1, margin - 1));
        for (const auto& [x, y] : {std::pair{margin, margin}, {last, margin}, {margin, last}}) {
            CHECK(one.is_dark(x, y));
            const std::size_t inner = x == margin ? x + module : x - module;
            CHECK_FALSE(one.is_dark(inner, y == margin ? y + module : y - module));
        }
        int dark = 0; // of what would be the edge of a fourth eye
        for (std::size_t i = 0; i < 7; ++i)
            dark += one.is_dark(last - i * module, last) ? 1 : 0;
        CHECK(dark < 7);
        CHECK(one.bytes != picture_of(rpc::qr_data_url("https://example.com").value()).bytes);
    }
    TEST_CASE("a text no code can hold is refused in words") {
        const auto refused = rpc::qr_data_url(std::string(4000, 'x'));
        REQUIRE_FALSE(refused);
        CHECK(refused.error().sentence.contains("too long"));
    }
}
