#include "workers/agent/answer.h"

#include <doctest/doctest.h>

using namespace openclaw;
using namespace openclaw::agent;

namespace {

std::string chunk(std::string_view delta, std::string_view finish = "null") {
    return "data: "
           "{\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"model\":\"m-1\",\"choices\":[{"
           "\"index\":0,\"delta\":" +
           std::string(delta) + ",\"finish_reason\":" + std::string(finish) + "}]}\n\n";
}

std::string words(std::string_view text) {
    return chunk("{\"content\":\"" + std::string(text) + "\"}");
}

const std::string usage = "data: "
                          "{\"choices\":[],\"model\":\"m-1\",\"usage\":{\"prompt_tokens\":11,"
                          "\"completion_tokens\":12}}\n\n";
const std::string done = "data: [DONE]\n\n";
constexpr std::string_view events = "text/event-stream; charset=utf-8";

} // namespace

TEST_SUITE("workers/agent") {
    TEST_CASE("a streamed answer is the same wherever its bytes are cut") {
        const std::string body = chunk("{\"role\":\"assistant\",\"content\":\"\"}") +
                                 words("Grüß ") + words("dich, \\\"W\\u00f6lt\\\" \\ud83d\\ude00") +
                                 chunk("{}", "\"stop\"") + usage + done;
        for (std::size_t cut = 0; cut <= body.size(); ++cut) {
            Answer answer;
            answer.begin(events);
            REQUIRE(answer.feed(std::string_view(body).substr(0, cut)));
            REQUIRE(answer.feed(std::string_view(body).substr(cut)));
            REQUIRE(answer.is_complete());
            REQUIRE(answer.finish());
            REQUIRE(answer.text() == "Grüß dich, \"Wölt\" 😀");
            REQUIRE(answer.stop_reason() == "stop");
            REQUIRE(answer.model() == "m-1");
            REQUIRE(answer.input_tokens() == 11);
            REQUIRE(answer.output_tokens() == 12);
        }
    }

    TEST_CASE("text is there as soon as its event is") {
        Answer answer;
        answer.begin(events);
        CHECK(answer.feed(words("one ")));
        CHECK(answer.text() == "one ");
        CHECK(answer.feed("data: {\"choices\":[{\"delta\":{\"content\":\"tw"));
        CHECK(answer.text() == "one ");
        CHECK(answer.feed("o\"}}]}\n\n"));
        CHECK(answer.text() == "one two");
        CHECK_FALSE(answer.is_complete());
    }

    TEST_CASE("a server that does not stream answers with one JSON object, whatever it calls it") {
        const std::string body = "{\"model\":\"m-2\",\"choices\":[{\"message\":{\"role\":"
                                 "\"assistant\",\"content\":\"whole\"},"
                                 "\"finish_reason\":\"length\"}],\"usage\":{\"prompt_tokens\":1,"
                                 "\"completion_tokens\":2}}";
        for (const char* type : {"application/json", "", "text/plain"}) {
            Answer answer;
            answer.begin(type);
            CHECK(answer.feed("\n "));
            CHECK(answer.feed(body.substr(0, 40)));
            CHECK(answer.feed(body.substr(40)));
            REQUIRE(answer.finish());
            CHECK(answer.text() == "whole");
            CHECK(answer.stop_reason() == "length");
            CHECK(answer.output_tokens() == 2);
        }
    }

    TEST_CASE("events under a wrong content type are read as events") {
        Answer answer;
        answer.begin("application/octet-stream");
        CHECK(answer.feed(": hello\n\n" + words("text") + done));
        CHECK(answer.text() == "text");
        CHECK(answer.is_complete());
    }

    TEST_CASE(
        "content in parts, a refusal and a whole message in a chunk are text; reasoning is not") {
        Answer answer;
        answer.begin(events);
        CHECK(answer.feed(chunk("{\"reasoning_content\":\"hm\",\"content\":null}")));
        CHECK(answer.feed(chunk(
            "{\"content\":[{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"image\"},\"b\"]}")));
        CHECK(answer.feed(chunk("{\"content\":null,\"refusal\":\"c\"}")));
        CHECK(answer.feed("data: {\"choices\":[{\"message\":{\"content\":\"d\"}}]}\n\n"));
        CHECK(answer.text() == "abcd");
    }

    TEST_CASE("a stream may end with its finish_reason alone, or with [DONE] alone, but not in the "
              "middle") {
        for (const auto& [end, is_whole] :
             std::vector<std::pair<std::string, bool>>{{chunk("{}", "\"stop\""), true},
                                                       {done, true},
                                                       {"data: [DONE]", true},
                                                       {"", false},
                                                       {": ping\n\n", false}}) {
            CAPTURE(end);
            Answer answer;
            answer.begin(events);
            REQUIRE(answer.feed(words("text") + end));
            CHECK(answer.finish().has_value() == is_whole);
            CHECK(answer.text() == "text");
        }
    }

    TEST_CASE("an empty body is a broken answer") {
        Answer answer;
        answer.begin("");
        CHECK_FALSE(answer.finish());
    }

    TEST_CASE("malformed events end the reading and keep the text") {
        for (const char* bad : {"data: {\"choices\":\n\n", "data: [1,2]\n\n", "data: <html>\n\n"}) {
            Answer answer;
            answer.begin(events);
            const auto fed = answer.feed(words("text") + bad + words("more"));
            CHECK_FALSE(fed);
            CHECK(answer.text() == "text");
        }
        Answer json;
        json.begin("application/json");
        CHECK(json.feed("{\"choices\":[]}"));
        CHECK_FALSE(json.finish());
    }

    TEST_CASE("surprising but valid JSON does no harm") {
        for (const char* odd :
             {"{}", "{\"choices\":null}", "{\"choices\":[]}", "{\"choices\":[null]}",
              "{\"choices\":{\"0\":1}}", "{\"choices\":[{\"delta\":[]}]}",
              "{\"choices\":[{\"delta\":{\"content\":{\"a\":1}}}]}",
              "{\"usage\":[],\"model\":7,\"error\":null}",
              "{\"usage\":{\"prompt_tokens\":-4,\"completion_tokens\":1.5}}"}) {
            CAPTURE(odd);
            Answer answer;
            answer.begin(events);
            CHECK(answer.feed("data: " + std::string(odd) + "\n\n"));
            CHECK(answer.text().empty());
            CHECK(answer.input_tokens() == 0);
        }
    }

    TEST_CASE("an error in the middle of a stream is kept with its status") {
        Answer answer;
        answer.begin(events);
        CHECK(answer.feed(words("half") +
                          "data: {\"error\":{\"message\":\"overloaded\",\"code\":529}}\n\n" +
                          words("never")));
        REQUIRE(answer.error());
        CHECK(answer.error()->status == 529);
        CHECK(answer.error()->message == "overloaded");
        CHECK(answer.text() == "half");
    }

    TEST_CASE(
        "an answer above 2 MiB is cut between two characters and ends with the reason length") {
        std::string block;
        for (int i = 0; i < 100'000; ++i)
            block += "€"; // three bytes: the limit falls inside one
        Answer answer;
        answer.begin(events);
        int fed = 0;
        while (!answer.is_complete() && fed++ < 100)
            REQUIRE(answer.feed(words(block)));
        CHECK(answer.text().size() <= Answer::max_text_bytes);
        CHECK(answer.text().size() > Answer::max_text_bytes - 3);
        CHECK(answer.text().size() % 3 == 0);
        CHECK(answer.stop_reason() == "length");
        CHECK(answer.finish());
    }
}
