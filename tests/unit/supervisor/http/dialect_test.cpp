// Bytes as the product's own answers have them (captures/http-api.json), ids and times masked.
#include "supervisor/http/dialect.h"
#include "supervisor/http/turn.h"

#include <doctest/doctest.h>

using namespace openclaw;
using namespace openclaw::http;

namespace {

AnswerName named(std::string_view id, bool wants_usage = false) {
    return {.id = std::string(id),
            .model = "openclaw",
            .created_at_ms = 1'795'289'055'999,
            .wants_usage = wants_usage};
}

flow::Run said(std::string_view text, std::string_view stop = "stop") {
    flow::Run run;
    run.status = flow::RunStatus::completed;
    run.text = text;
    run.stop_reason = stop;
    run.input_tokens = 11;
    run.output_tokens = 12;
    return run;
}

// The item's id is made up anew each time.
std::string masked(std::string text) {
    for (auto at = text.find("msg_"); at != std::string::npos; at = text.find("msg_", at + 4))
        text.replace(at + 4, 36, "ID");
    return text;
}

} // namespace

TEST_SUITE("supervisor/http") {
    TEST_CASE("a whole chat completion has the captured shape") {
        CHECK(
            chat_dialect(named("chatcmpl_1"))->whole(said("Hello there")) ==
            R"({"id":"chatcmpl_1","object":"chat.completion","created":1795289055,"model":"openclaw","choices":[{"index":0,"message":{"role":"assistant","content":"Hello there"},"finish_reason":"stop"}],"usage":{"prompt_tokens":11,"completion_tokens":12,"total_tokens":23}})");
    }

    TEST_CASE("a streamed chat completion has the captured chunks") {
        const auto dialect = chat_dialect(named("chatcmpl_1", true));
        const std::string head =
            R"(data: {"id":"chatcmpl_1","object":"chat.completion.chunk","created":1795289055,"model":"openclaw","choices":[)";
        CHECK(dialect->begin() ==
              head + R"({"index":0,"delta":{"role":"assistant"},"finish_reason":null}]})" + "\n\n");
        CHECK(dialect->more("Hel\nlo") ==
              head + R"({"index":0,"delta":{"content":"Hel\nlo"},"finish_reason":null}]})" +
                  "\n\n");
        CHECK(dialect->finish(said("Hel\nlo")) ==
              head + R"({"index":0,"delta":{},"finish_reason":"stop"}]})" + "\n\n" + head +
                  R"(],"usage":{"prompt_tokens":11,"completion_tokens":12,"total_tokens":23}})" +
                  "\n\ndata: [DONE]\n\n");
    }

    TEST_CASE("the counts are streamed only to who asked, and a cut answer says so") {
        const auto end = chat_dialect(named("c"))->finish(said("x", "length"));
        CHECK_FALSE(end.contains("usage"));
        CHECK(end.contains(R"("finish_reason":"length")"));
    }

    TEST_CASE("a whole response has the captured shape") {
        CHECK(
            masked(responses_dialect(named("resp_1"))->whole(said("Hello"))) ==
            R"({"id":"resp_1","object":"response","created_at":1795289055,"status":"completed","model":"openclaw","output":[{"type":"message","id":"msg_ID","role":"assistant","content":[{"type":"output_text","text":"Hello"}],"phase":"final_answer","status":"completed"}],"usage":{"input_tokens":11,"input_tokens_details":{"cached_tokens":0,"cache_write_tokens":0},"output_tokens":12,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":23}})");
    }

    TEST_CASE("a streamed response tells its events in the captured order, each with its name") {
        const auto dialect = responses_dialect(named("resp_1"));
        const auto stream =
            masked(dialect->begin() + dialect->more("Hello") + dialect->finish(said("Hello")));
        std::vector<std::string> names;
        for (auto at = stream.find("event: "); at != std::string::npos;
             at = stream.find("event: ", at + 1))
            names.push_back(stream.substr(at + 7, stream.find('\n', at) - at - 7));
        CHECK(names == std::vector<std::string>{
                           "response.created", "response.in_progress", "response.output_item.added",
                           "response.content_part.added", "response.output_text.delta",
                           "response.output_text.done", "response.content_part.done",
                           "response.output_item.done", "response.completed"});
        CHECK(stream.ends_with("data: [DONE]\n\n"));
        CHECK(stream.starts_with(
            "event: response.created\ndata: "
            R"({"type":"response.created","response":{"id":"resp_1","object":"response","created_at":1795289055,"status":"in_progress","model":"openclaw","output":[],"usage":{"input_tokens":0,"input_tokens_details":{"cached_tokens":0,"cache_write_tokens":0},"output_tokens":0,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":0}}})"));
        CHECK(stream.contains(
            R"({"type":"response.output_item.added","output_index":0,"item":{"type":"message","id":"msg_ID","role":"assistant","content":[],"status":"in_progress"}})"));
        CHECK(stream.contains(
            R"({"type":"response.content_part.added","item_id":"msg_ID","output_index":0,"content_index":0,"part":{"type":"output_text","text":""}})"));
        CHECK(stream.contains(
            R"({"type":"response.output_text.delta","item_id":"msg_ID","output_index":0,"content_index":0,"delta":"Hello"})"));
    }

    TEST_CASE("a failure in the middle of a stream is told in the API's own way") {
        const ApiError error{.status = 502, .message = "no luck", .type = "api_error"};
        CHECK(chat_dialect(named("c"))->fail(error) ==
              "data: {\"error\":{\"message\":\"no luck\",\"type\":\"api_error\"}}\n\ndata: "
              "[DONE]\n\n");
        const auto failed = responses_dialect(named("r"))->fail(error);
        CHECK(failed.starts_with("event: response.failed\ndata: "));
        CHECK(failed.contains(R"("status":"failed")"));
        CHECK(failed.contains(R"("error":{"code":"api_error","message":"no luck"})"));
    }

    TEST_CASE("errors have the API's shape, and say whether asking again can help") {
        const auto plain = to_answer(invalid_request("no"));
        CHECK(plain.status == 400);
        CHECK(plain.body == R"({"error":{"message":"no","type":"invalid_request_error"}})");
        CHECK(plain.headers.empty());
        const auto busy = to_answer({.status = 503,
                                     .message = "later",
                                     .type = "api_error",
                                     .may_retry = true,
                                     .retry_after_seconds = 2});
        REQUIRE(busy.headers.size() == 1);
        CHECK(busy.headers[0].first == "Retry-After");
        const auto over = to_answer({.status = 502, .message = "no", .type = "api_error"});
        REQUIRE(over.headers.size() == 1);
        CHECK(over.headers[0] == std::pair<std::string, std::string>("x-should-retry", "false"));
        CHECK(tool_error(404, "not_found", "Tool not available: exec").body ==
              R"({"ok":false,"error":{"type":"not_found","message":"Tool not available: exec"}})");
    }

    TEST_CASE("what went wrong with a run becomes a status that a program understands") {
        const auto status_of = [](std::string_view kind) {
            flow::Run run;
            run.status = flow::RunStatus::failed;
            run.error_kind = kind;
            run.error = "why";
            return failure_of(run);
        };
        CHECK(status_of("rate").status == 429);
        CHECK(status_of("quota").type == "insufficient_quota");
        CHECK(status_of("context").status == 400);
        CHECK(status_of("context").code == "context_length_exceeded");
        CHECK(status_of("timeout").status == 504);
        CHECK(status_of("server").status == 502);
        CHECK(status_of("auth").status == 500); // the provider's key is our affair, not a 401
        CHECK(status_of("something new").status == 500);
        CHECK(status_of("server").message == "why");
        flow::Run stopped;
        stopped.status = flow::RunStatus::aborted;
        CHECK(failure_of(stopped).status == 409);
    }
}
