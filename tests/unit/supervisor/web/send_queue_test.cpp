#include "supervisor/web/send_queue.h"

#include <doctest/doctest.h>

using namespace openclaw::web;

namespace {

SharedEvent delta(std::string key, std::string appended) {
    Event event = make_event("chat", "{");
    event.appended = std::move(appended);
    event.tail = "}";
    event.merge_key = std::move(key);
    return std::make_shared<const Event>(std::move(event));
}

} // namespace

TEST_SUITE("supervisor/web") {
    TEST_CASE("bytes are counted in and out again") {
        SendQueue queue;
        CHECK(queue.empty());
        queue.push(std::string("12345"));
        queue.push(delta("a", "xyz"));
        queue.push(delta("a", "uvw"));
        CHECK(queue.size() == 2);
        const auto bytes = queue.bytes();
        CHECK(bytes == 5 + size_of(delta("a", "xyzuvw")));
        queue.pop();
        queue.pop();
        CHECK(queue.bytes() == 0);
        CHECK(queue.empty());
    }

    TEST_CASE("a delta takes its forerunner's text to the end, past what came between") {
        SendQueue queue;
        queue.push(delta("a", "1"));
        queue.push(std::string("between"));
        queue.push(delta("b", "other"));
        queue.push(delta("a", "2"));
        queue.push(delta("a", "3"));
        REQUIRE(queue.size() == 3);
        CHECK(std::get<std::string>(queue.pop()) == "between");
        CHECK(std::get<SharedEvent>(queue.pop())->appended == "other");
        const auto grown = std::get<SendQueue::Grown>(queue.pop());
        CHECK(grown.appended == "123");
        CHECK(grown.newest->appended == "3");
    }

    TEST_CASE("events without a merge key keep their place") {
        SendQueue queue;
        queue.push(delta("", "1"));
        queue.push(delta("", "2"));
        CHECK(queue.size() == 2);
    }
}
