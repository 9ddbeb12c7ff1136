#include "supervisor/web/chunked_body.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using openclaw::web::ChunkedBody;
using State = ChunkedBody::State;

namespace {

struct Read {
    State state;
    std::string body;
};

// In pieces of `step` bytes.
Read read(std::string_view bytes, std::size_t step) {
    ChunkedBody chunks;
    Read read{.state = State::more, .body = {}};
    while (!bytes.empty() && read.state == State::more) {
        read.state = chunks.feed(bytes.substr(0, step), read.body);
        bytes.remove_prefix(std::min(step, bytes.size()));
    }
    return read;
}

} // namespace

TEST_SUITE("supervisor/web") {
    TEST_CASE("a body in chunks is the same however it is cut") {
        constexpr std::string_view wire =
            "5\r\nhello\r\n1;name=\"v\"\r\n \r\nA\r\n0123456789\r\n000\r\nX-Trailer: 1\r\n\r\n";
        for (std::size_t step = 1; step <= wire.size(); ++step) {
            const auto got = read(wire, step);
            CHECK(got.state == State::whole);
            CHECK(got.body == "hello 0123456789");
        }
    }

    TEST_CASE("the end is the end of the trailer, not sooner") {
        CHECK(read("0\r\n", 64).state == State::more);
        CHECK(read("0\r\n\r\n", 64).state == State::whole);
        CHECK(read("3\r\nab", 64).state == State::more);
    }

    TEST_CASE("what is no chunk is an error") {
        for (const std::string_view wire :
             {"\r\n", "x\r\n", "-1\r\n", "0x5\r\n", "5\nhello", "5\r\nhelloX\r\n", " 5\r\nhello",
              "FFFFFFFFFFFFFFFFF\r\n", "0\r\n\r\nGET / HTTP/1.1\r\n"})
            CHECK_MESSAGE(read(wire, 64).state == State::broken, wire);
        CHECK(read("1;" + std::string(5000, 'x'), 64).state == State::broken);
    }
}
