#include "supervisor/http/embeddings.h"
#include "tests/unit/supervisor/http/read.h"

using namespace openclaw;
using namespace openclaw::http;
using test::json_of;

namespace {

struct Fixture {
    Fixture() {
        facts.agents.entries["main"].id = "main";
        facts.providers.push_back({.id = "fake"});
    }

    std::expected<flow::EmbeddingOrder, ApiError> read(std::string_view body,
                                                       std::string_view configured = "fake/embed") {
        return read_embedding_request(json_of(body).root(), head, facts, configured);
    }

    rpc::GatewayFacts facts;
    web::HttpHead head;
};

} // namespace

TEST_SUITE("supervisor/http") {
    TEST_CASE_FIXTURE(Fixture,
                      "the configured model is asked, and the answer keeps the client's name") {
        const auto order = read(
            R"({"model":"openclaw","input":["a","b"],"dimensions":8,"encoding_format":"base64"})");
        REQUIRE(order);
        CHECK(order->provider == "fake");
        CHECK(order->model == "embed");
        CHECK(order->input_json == R"(["a","b"])");
        CHECK(order->inputs == 2);
        CHECK(order->dimensions == 8);
        CHECK(order->encoding == "base64");
        CHECK(order->shown_model == "openclaw");
    }

    TEST_CASE_FIXTURE(Fixture, "a header or the model itself may name a configured one") {
        CHECK(read(R"({"model":"fake/large","input":"a"})", "")->model == "large");
        head.arrival.headers.emplace_back("x-openclaw-model", "fake/small");
        CHECK(read(R"({"input":"a"})", "")->model == "small");
    }

    TEST_CASE_FIXTURE(Fixture, "without any there is an error that says what to set") {
        for (const std::string_view configured : {"", "nobody/embed"}) {
            const auto refused = read(R"({"model":"openclaw","input":"a"})", configured);
            REQUIRE_FALSE(refused);
            CHECK(refused.error().status == 500);
            CHECK(refused.error().type == "api_error");
            CHECK(refused.error().message.contains("memorySearch"));
        }
        CHECK(read(R"({"model":"gpt-5","input":"a"})").error().message.contains("Invalid `model`"));
    }

    TEST_CASE_FIXTURE(Fixture, "a text is one input, and so are its tokens") {
        CHECK(read(R"({"model":"openclaw","input":"abc"})")->inputs == 1);
        CHECK(read(R"({"model":"openclaw","input":[1,2,3]})")->inputs == 1);
        CHECK(read(R"({"model":"openclaw","input":[[1,2],[3],[4]]})")->inputs == 3);
    }

    TEST_CASE_FIXTURE(Fixture, "inputs that are none are refused") {
        for (const std::string_view input : {R"("")", "[]", R"([""])", "7", "{}", "null",
                                             R"(["a",1])", R"([1,"a"])", "[[]]", "[null]"})
            CHECK_MESSAGE(!read(R"({"input":)" + std::string(input) + "}"), input);
        for (const std::string_view input : {R"("a")", R"(["a"])", "[1,2]", "[[1],[2]]"})
            CHECK_MESSAGE(read(R"({"input":)" + std::string(input) + "}"), input);
        CHECK_FALSE(read(R"({"input":"a","encoding_format":"hex"})"));
    }
}
