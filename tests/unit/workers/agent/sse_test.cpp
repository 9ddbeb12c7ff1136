#include "workers/agent/sse.h"

#include <doctest/doctest.h>

#include <vector>

using namespace openclaw;
using namespace openclaw::agent;

namespace {

using Events = std::vector<std::string>;

Events read(const std::vector<std::string_view>& pieces) {
    Events events;
    const auto keep = [&](std::string_view data) {
        events.emplace_back(data);
        return true;
    };
    SseParser parser;
    for (const auto piece : pieces)
        REQUIRE(parser.feed(piece, keep));
    parser.finish(keep);
    return events;
}

} // namespace

TEST_SUITE("workers/agent") {
    TEST_CASE("events are the same wherever the bytes are cut") {
        const std::string stream = "\xEF\xBB\xBF: a comment\r\ndata: one\r\n\r\nevent: x\rid: "
                                   "7\rdata: two\rdata:  lines\r\r"
                                   "data:{\"a\":1}\n\nretry: 10\n\ndata\n\ndata: [DONE]";
        const Events expected{"one", "two\n lines", "{\"a\":1}", "", "[DONE]"};
        CHECK(read({stream}) == expected);
        for (std::size_t first = 0; first <= stream.size(); ++first)
            for (std::size_t second = first; second <= stream.size(); ++second)
                REQUIRE(read({std::string_view(stream).substr(0, first),
                              std::string_view(stream).substr(first, second - first),
                              std::string_view(stream).substr(second)}) == expected);
    }

    TEST_CASE("fields that merely begin with data are not data") {
        CHECK(read({"database: 1\ndata : 2\nDATA: 3\n\ndata: 4\n\n"}) == Events{"4"});
    }

    TEST_CASE("an empty stream and one of comments have no events") {
        CHECK(read({""}).empty());
        CHECK(read({"\n\n: ping\n\n: ping\n\n"}).empty());
    }

    TEST_CASE("a reader that stops gets no further event from the same bytes") {
        Events events;
        SseParser parser;
        CHECK(parser.feed("data: 1\n\ndata: 2\n\ndata: 3\n\n", [&](std::string_view data) {
            events.emplace_back(data);
            return events.size() < 2;
        }));
        CHECK(events == Events{"1", "2"});
    }

    TEST_CASE("an event that never ends is an error before it fills the memory") {
        SseParser parser;
        const std::string block(64 * 1024, 'x');
        const auto ignore = [](std::string_view) { return true; };
        CHECK(parser.feed("data: ", ignore));
        int fed = 0;
        while (fed < 100 && parser.feed(block, ignore))
            ++fed;
        CHECK(fed < 17);

        SseParser many_lines;
        fed = 0;
        while (fed < 1000 && many_lines.feed("data: " + block + "\n", ignore))
            ++fed;
        CHECK(fed < 17);
    }
}
