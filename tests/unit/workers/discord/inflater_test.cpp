#include "workers/discord/inflater.h"

#include <doctest/doctest.h>

#include <zlib.h>

using namespace openclaw;
using namespace openclaw::discord;

namespace {

// The server's end: one stream, a flush after each message.
class Deflater {
  public:
    Deflater() { REQUIRE(deflateInit(&stream_, Z_BEST_SPEED) == Z_OK); }

    ~Deflater() { deflateEnd(&stream_); }

    Deflater(const Deflater&) = delete;
    Deflater& operator=(const Deflater&) = delete;

    std::string message(std::string text) {
        std::string out(deflateBound(&stream_, text.size()) + 64, '\0');
        stream_.next_in = reinterpret_cast<Bytef*>(text.data());
        stream_.avail_in = static_cast<uInt>(text.size());
        stream_.next_out = reinterpret_cast<Bytef*>(out.data());
        stream_.avail_out = static_cast<uInt>(out.size());
        REQUIRE(deflate(&stream_, Z_SYNC_FLUSH) == Z_OK);
        out.resize(out.size() - stream_.avail_out);
        return out;
    }

  private:
    z_stream stream_{};
};

} // namespace

TEST_SUITE("workers/discord") {
    TEST_CASE("messages of one stream come out one by one, however they are cut") {
        Deflater server;
        Inflater inflater;
        for (const std::string text : {"{\"op\":10}", "{\"op\":11}", "{\"op\":10}"}) {
            const auto bytes = server.message(text);
            const auto half = bytes.size() / 2;
            const auto first = inflater.feed(std::string_view(bytes).substr(0, half));
            REQUIRE(first);
            CHECK_FALSE(first->has_value());
            const auto second = inflater.feed(std::string_view(bytes).substr(half));
            REQUIRE(second);
            CHECK(second->value_or("") == text);
        }
    }
    TEST_CASE("a large message is whole") {
        Deflater server;
        Inflater inflater;
        std::string text;
        for (int i = 0; i < 200'000; ++i)
            text += std::to_string(i);
        const auto out = inflater.feed(server.message(text));
        REQUIRE(out);
        CHECK(out->value_or("") == text);
    }
    TEST_CASE("a stream that grows beyond all bounds is refused") {
        Deflater server;
        Inflater inflater;
        const auto bomb = server.message(std::string(Inflater::largest_message + 1, 'a'));
        CHECK(bomb.size() < 1u << 20);
        CHECK_FALSE(inflater.feed(bomb));
        Inflater patient;
        bool is_refused = false;
        for (int i = 0; i < 20 && !is_refused; ++i)
            is_refused = !patient.feed(std::string(1u << 20, 'x'));
        CHECK(is_refused);
    }
    TEST_CASE("what is no stream is an error, not a crash") {
        Inflater inflater;
        CHECK_FALSE(inflater.feed(std::string_view("garbage\0\0\xFF\xFF", 11)));
    }
}
