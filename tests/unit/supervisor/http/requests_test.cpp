#include "supervisor/http/body.h"
#include "supervisor/http/chat_request.h"
#include "supervisor/http/responses_request.h"
#include "tests/unit/supervisor/http/read.h"

using namespace openclaw;
using namespace openclaw::http;
using test::read_with;
using test::refusal_of;

TEST_SUITE("supervisor/http") {
    TEST_CASE("a chat is its last question, what was said before, and a system prompt") {
        const auto asked = read_with(read_chat_request, R"({"model":"openclaw/main","user":"u1",
            "stream":true,"stream_options":{"include_usage":true},"max_tokens":5,"temperature":1,
            "messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Hi"},
            {"role":"assistant","content":"Hello"},{"role":"developer","content":"Be kind."},
            {"role":"user","content":[{"type":"text","text":"And"},{"type":"text","text":"now?"}]}]})");
        CHECK(asked.model == "openclaw/main");
        CHECK(asked.user == "u1");
        CHECK(asked.system == "Be brief.\n\nBe kind.");
        CHECK(asked.message == "And\nnow?");
        REQUIRE(asked.earlier.size() == 2);
        CHECK(asked.earlier[0].role == "user");
        CHECK(asked.earlier[0].text == "Hi");
        CHECK(asked.earlier[1].role == "assistant");
        CHECK(asked.is_streamed);
        CHECK(asked.wants_usage);
        CHECK(asked.max_output_tokens == 5);
    }

    TEST_CASE("without a model the default agent is asked") {
        CHECK(
            read_with(read_chat_request, R"({"messages":[{"role":"user","content":"x"}]})").model ==
            "openclaw");
        CHECK(read_with(read_responses_request, R"({"model":null,"input":"x"})").model ==
              "openclaw");
    }

    TEST_CASE("a chat without a question is refused in the original's words") {
        for (const std::string_view body :
             {"{}", "[]", "7", R"({"messages":[]})", R"({"messages":"hi"})",
              R"({"messages":[{"role":"system","content":"x"}]})",
              R"({"messages":[{"role":"user","content":"  "}]})",
              R"({"messages":[{"role":"assistant","content":"x"}]})",
              R"({"messages":[null,1,"x"]})"})
            CHECK_MESSAGE(
                refusal_of(read_chat_request, body) == "Missing user message in `messages`.", body);
    }

    TEST_CASE("results of the client's tools are told, its calls are not") {
        const auto asked = read_with(read_chat_request, R"({"messages":[
            {"role":"user","content":"Weather?"},
            {"role":"assistant","content":null,"tool_calls":[{"id":"c1"}]},
            {"role":"tool","tool_call_id":"c1","content":"72F"}]})");
        CHECK(asked.message == "[Result of c1]\n72F");
        CHECK(asked.earlier.size() == 1);
    }

    TEST_CASE("an answer that the client began is left out") {
        const auto asked = read_with(read_chat_request, R"({"messages":[
            {"role":"user","content":"Count"},{"role":"assistant","content":"One,"}]})");
        CHECK(asked.message == "Count");
        CHECK(asked.earlier.empty());
    }

    TEST_CASE("what the agent cannot do is refused by name") {
        const auto user = [](std::string_view more) {
            return R"({"messages":[{"role":"user","content":"x"}],)" + std::string(more) + "}";
        };
        CHECK(refusal_of(read_chat_request, user(R"("tool_choice":"required")"))
                  .contains("tool_choice"));
        CHECK(refusal_of(read_chat_request, user(R"("tool_choice":{"type":"function"})"))
                  .contains("tool_choice"));
        CHECK(refusal_of(read_chat_request, user(R"("tool_choice":"auto")")) == "read");
        CHECK(refusal_of(read_chat_request, user(R"("n":2)")).contains("`n`"));
        CHECK(refusal_of(read_chat_request, user(R"("model":7)")).contains("Invalid `model`"));
        CHECK(refusal_of(read_chat_request,
                         R"({"messages":[{"role":"user","content":[{"type":"image_url"}]}]})")
                  .contains("`image_url`"));
    }

    TEST_CASE("an image in the message comes with it, one that was said before is a name") {
        const auto asked = read_with(read_chat_request, R"({"messages":[
            {"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgoAAAA="}}]},
            {"role":"assistant","content":"I see."},
            {"role":"user","content":[{"type":"text","text":"And this?"},
                {"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgoAAAA="}}]}]})");
        CHECK(asked.message == "And this?\n[image image-1.png, 11 bytes]");
        REQUIRE(asked.images.size() == 1);
        CHECK(asked.images[0].mime == "image/png");
        REQUIRE(asked.earlier.size() == 2);
        CHECK(asked.earlier[0].text == "[image image-1.png, 11 bytes]");
        const auto response =
            read_with(read_responses_request, R"({"input":[{"role":"user","content":[
            {"type":"input_image","image_url":"data:image/png;base64,iVBORw0KGgoAAAA="}]}]})");
        CHECK(response.images.size() == 1);
        const auto elsewhere =
            refusal_of(read_responses_request, R"({"input":[{"role":"user","content":[
            {"type":"input_image","image_url":"https://x/y.png"}]}]})");
        CHECK(elsewhere.contains("fetches no images"));
    }

    TEST_CASE("a tool's result may be an image, and is looked at when it is the last word") {
        const std::string url = R"("data:image/png;base64,iVBORw0KGgoAAAA=")";
        const auto chat = read_with(read_chat_request, R"({"messages":[
            {"role":"user","content":"Look"},
            {"role":"tool","tool_call_id":"c1","content":[{"type":"text","text":"Here:"},
                {"type":"image_url","image_url":{"url":)" + url +
                                                           "}}]}]}");
        CHECK(chat.message == "[Result of c1]\nHere:\n[image image-1.png, 11 bytes]");
        CHECK(chat.images.size() == 1);
        const auto response = read_with(read_responses_request, R"({"input":[
            {"role":"user","content":"Look"},
            {"type":"function_call_output","call_id":"c1","output":[
                {"type":"input_image","image_url":)" + url + "}]}]}");
        CHECK(response.message == "[Result of c1]\n[image image-1.png, 11 bytes]");
        CHECK(response.images.size() == 1);
        CHECK(read_with(read_responses_request,
                        R"({"input":[{"type":"function_call_output","output":[{"type":"x"}]}]})")
                  .message == "[Result of a tool]\n[{\"type\":\"x\"}]");
    }

    TEST_CASE("an image in the system prompt is refused by the name of the role") {
        for (const std::string role : {"system", "developer"}) {
            const auto chat = R"({"messages":[{"role":")" + role +
                              R"(","content":[{"type":"image_url",
                "image_url":{"url":"data:image/png;base64,iVBORw0KGgoAAAA="}}]},
                {"role":"user","content":"x"}]})";
            CHECK(
                refusal_of(read_chat_request, chat).contains("image in a `" + role + "` message"));
            const auto response = R"({"input":[{"role":")" + role +
                                  R"(","content":[{"type":"input_image",
                "image_url":"data:image/png;base64,iVBORw0KGgoAAAA="}]},
                {"role":"user","content":"x"}]})";
            CHECK(refusal_of(read_responses_request, response)
                      .contains("image in a `" + role + "` message"));
        }
    }

    TEST_CASE("an image that is too large is refused before it is read") {
        const auto refusal = [](std::size_t digits) {
            return refusal_of(read_responses_request,
                              R"({"input":[{"role":"user","content":[{"type":"input_image",)"
                              R"("image_url":"data:image/png;base64,)" +
                                  std::string(digits, '!') + R"("}]}]})");
        };
        constexpr std::size_t most = 6'291'456 / 3 * 4;
        CHECK(refusal(most).contains("Invalid `input_image`")); // no base64
        CHECK(refusal(most + 4).contains("Too much in `input_image`"));
    }

    TEST_CASE("a response's input may be a string or items") {
        CHECK(read_with(read_responses_request, R"({"input":"hi"})").message == "hi");
        const auto asked = read_with(read_responses_request, R"({"instructions":"Be brief.",
            "previous_response_id":"resp_1","stream":true,"max_output_tokens":9,"user":"u",
            "input":[{"type":"reasoning","summary":[]},{"role":"developer","content":"Be kind."},
            {"type":"message","role":"user","content":[{"type":"input_text","text":"Hi"}]},
            {"type":"message","role":"assistant","content":[{"type":"output_text","text":"Hello"}]},
            {"type":"item_reference","id":"x"},
            {"type":"function_call_output","call_id":"c1","output":{"f":72}}]})");
        CHECK(asked.system == "Be brief.\n\nBe kind.");
        CHECK(asked.message == "[Result of c1]\n{\"f\":72}");
        REQUIRE(asked.earlier.size() == 2);
        CHECK(asked.earlier[1].text == "Hello");
        CHECK(asked.previous_response_id == "resp_1");
        CHECK(asked.is_streamed);
        CHECK(asked.max_output_tokens == 9);
        CHECK(asked.user == "u");
    }

    TEST_CASE("a response without a question is refused") {
        for (const std::string_view body :
             {"{}", R"({"input":""})", R"({"input":[]})", R"({"input":7})",
              R"({"input":[{"role":"assistant","content":"x"}]})"})
            CHECK_MESSAGE(refusal_of(read_responses_request, body) ==
                              "Missing user message in `input`.",
                          body);
    }

    TEST_CASE("text files go into the system prompt, in both of their forms") {
        const auto asked = read_with(read_responses_request, R"({"input":[{"role":"user","content":[
            {"type":"input_text","text":"Read this"},
            {"type":"input_file","filename":"a.txt","file_data":"data:text/plain;base64,SGVsbG8="},
            {"type":"input_file","source":{"type":"base64","media_type":"application/json",
             "data":"e30=","filename":"b.json"}}]}]})");
        CHECK(asked.message == "Read this");
        CHECK(asked.system == "[File a.txt]\nHello\n\n[File b.json]\n{}");
    }

    TEST_CASE("files that are no text, or lie elsewhere, are refused by name") {
        for (
            const std::string_view file :
            {R"({"type":"input_file","filename":"p.pdf","file_data":"data:application/pdf;base64,SGk="})",
             R"({"type":"input_file","filename":"p.pdf","file_url":"https://x/y"})",
             R"({"type":"input_file","filename":"p.pdf","file_data":"data:text/plain;base64,/w=="})",
             R"({"type":"input_file","filename":"p.pdf","file_data":"data:text/plain;base64,!!"})"})
            CHECK_MESSAGE(
                refusal_of(read_responses_request,
                           R"({"input":[{"role":"user","content":[)" + std::string(file) + "]}]}")
                    .contains("p.pdf"),
                file);
        CHECK(refusal_of(read_responses_request,
                         R"({"input":[{"role":"user","content":[{"type":"input_image"}]}]})")
                  .contains("`input_image`"));
    }

    TEST_CASE("a body that is no JSON is refused with the place") {
        for (const std::string_view text : {"", "{", "{\"a\":}", "\xff"}) {
            const auto body = json::Document::parse(text);
            REQUIRE_FALSE(body);
            const auto answer = unreadable_body(body.error());
            CHECK(answer.status == 400);
            CHECK(answer.type == "invalid_request_error");
            CHECK_FALSE(answer.message.empty());
        }
        CHECK(unreadable_body({.code = Code::busy, .sentence = "later"}).status == 503);
    }
}
