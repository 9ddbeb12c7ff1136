#include "supervisor/rpc/json_reader.h"

#include <doctest/doctest.h>

#include <vector>

using namespace openclaw;
using rpc::JsonReader;

namespace {

std::string long_list(const std::string& first) {
    std::string text = "[" + first;
    while (text.size() <= JsonReader::short_text)
        text += ",0";
    return text + "]";
}

} // namespace

TEST_SUITE("supervisor/rpc") {
    TEST_CASE("a short text is read at once, a long one elsewhere, and both have the same answer") {
        Loop loop;
        JsonReader reader(loop);
        std::vector<std::int64_t> read;
        const auto keep = [&](Result<json::Document> document) {
            REQUIRE(document);
            read.push_back(document->root().at(0).integer());
        };
        reader.read(long_list("1"), keep);
        CHECK(read.empty());
        reader.read("[2]", keep);
        CHECK(read == std::vector<std::int64_t>{2});
        while (read.size() < 2)
            loop.turn();
        CHECK(read.back() == 1);
    }
    TEST_CASE("long texts are read in the order they came, and too many of them not at all") {
        Loop loop;
        JsonReader reader(loop);
        std::vector<std::int64_t> read;
        const auto keep = [&](Result<json::Document> document) {
            read.push_back(document ? document->root().at(0).integer() : -1);
        };
        for (std::size_t i = 0; i < JsonReader::max_waiting; ++i)
            reader.read(long_list(std::to_string(i)), keep);
        Code code = Code::invalid;
        reader.read(long_list("99"),
                    [&](Result<json::Document> document) { code = document.error().code; });
        CHECK(code == Code::busy);
        while (read.size() < JsonReader::max_waiting)
            loop.turn();
        for (std::size_t i = 0; i < read.size(); ++i)
            CHECK(read[i] == static_cast<std::int64_t>(i));
    }
    TEST_CASE("a long text that is no JSON is refused with the place") {
        Loop loop;
        JsonReader reader(loop);
        std::string sentence;
        reader.read(long_list("x"), [&](Result<json::Document> document) {
            REQUIRE_FALSE(document);
            sentence = document.error().sentence;
        });
        while (sentence.empty())
            loop.turn();
        CHECK(sentence.contains("1"));
    }
    TEST_CASE("nobody is called after the reader's end") {
        Loop loop;
        bool was_called = false;
        {
            JsonReader reader(loop);
            reader.read(long_list("1"), [&](Result<json::Document>) { was_called = true; });
        }
        bool is_done = false;
        loop.on_pool([] {}, [&] { is_done = true; });
        while (!is_done)
            loop.turn();
        CHECK_FALSE(was_called);
    }
}
