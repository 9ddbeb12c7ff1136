#include "common/base/strings.h"
#include "common/json/read.h"
#include "tests/unit/workers/agent/bench.h"
#include "workers/agent/dialect_embeddings.h"

#include <cstring>

using namespace openclaw;
using namespace openclaw::agent;
using namespace openclaw::agent::test;

namespace {

wire::Embed order(std::string_view encoding = "") {
    wire::Embed order;
    order.mutable_model()->set_provider("acme");
    order.mutable_model()->set_model("small");
    order.set_shown_model("openclaw");
    order.set_encoding(std::string(encoding));
    order.set_timeout_ms(5000);
    return order;
}

// Asks and waits for what comes back.
wire::Embedded ask(Bench& bench, wire::Embed order, std::string& answer) {
    wire::Frame frame;
    *frame.mutable_embed() = std::move(order);
    frame.mutable_embed()->mutable_input_json()->set_inline_text(R"(["a","b"])");
    std::optional<wire::Embedded> told;
    bench.link->request(frame, {}, 5s, [&](Result<const wire::Frame*> reply, Fds fds) {
        REQUIRE(reply);
        told = (*reply)->embedded();
        answer = ipc::take_text(told->answer_json(), fds).value();
    });
    bench.turn_until([&] { return told.has_value(); });
    return *told;
}

constexpr std::string_view two_vectors =
    R"({"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.5,-1]},)"
    R"({"object":"embedding","index":1,"embedding":[0.25,2]}],"model":"small-2","usage":{"prompt_tokens":4,"total_tokens":4}})";

} // namespace

TEST_SUITE("workers/agent") {
    TEST_CASE("vectors are asked for beside the chat endpoint, with the provider's key") {
        ServedRequest seen;
        Bench bench([&](ServedPeer& peer, const ServedRequest& request) {
            seen = request;
            peer.answer(200, two_vectors, "Content-Type: application/json\r\n");
        });
        auto asked = order("float");
        asked.set_dimensions(2);
        std::string answer;
        const auto told = ask(bench, asked, answer);
        CHECK(told.error().empty());
        CHECK(seen.path == "/v1/embeddings");
        CHECK(seen.headers.at("authorization") == "Bearer sk-acme");
        CHECK(seen.body ==
              R"({"model":"small","input":["a","b"],"dimensions":2,"encoding_format":"float"})");
        CHECK(
            answer ==
            R"({"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.5,-1]},{"object":"embedding","index":1,"embedding":[0.25,2]}],"model":"openclaw","usage":{"prompt_tokens":4,"total_tokens":4}})");
        CHECK(bench.worker->service->vitals().in_flight == 0);
    }

    TEST_CASE("a refusal of the provider is told in our words, once") {
        int asked = 0;
        Bench bench([&](ServedPeer& peer, const ServedRequest&) {
            ++asked;
            peer.answer(500, "{}");
        });
        std::string answer;
        const auto told = ask(bench, order(), answer);
        CHECK(answer.empty());
        CHECK(told.error_kind() == "server");
        CHECK(told.http_status() == 500);
        CHECK(told.error().find("acme/small") != std::string::npos);
        CHECK(asked == 1);
    }

    TEST_CASE("a provider nobody configured is named") {
        Bench bench([](ServedPeer&, const ServedRequest&) {});
        auto asked = order();
        asked.mutable_model()->set_provider("nobody");
        std::string answer;
        CHECK(ask(bench, asked, answer).error().find("models.providers.nobody") !=
              std::string::npos);
    }

    TEST_CASE("vectors come in the encoding that was asked for, whatever the provider knows") {
        const auto as_base64 = read_embeddings(two_vectors, order("base64"));
        REQUIRE(as_base64);
        const auto document = json::Document::parse(*as_base64);
        const auto bytes = from_base64(document->root()["data"].at(1)["embedding"].text()).value();
        REQUIRE(bytes.size() == 8);
        float numbers[2];
        std::memcpy(numbers, bytes.data(), 8);
        CHECK(numbers[0] == 0.25f);
        CHECK(numbers[1] == 2.0f);
        const auto back = read_embeddings(*as_base64, order("float"));
        REQUIRE(back);
        CHECK(json::Document::parse(*back)->root()["data"].at(1)["embedding"].at(0).number() ==
              0.25);
    }

    TEST_CASE("an answer without vectors is corrupt") {
        for (const std::string_view body :
             {"", "{}", R"({"data":[]})", R"({"data":[{"embedding":[]}]})",
              R"({"data":[{"embedding":["x"]}]})", R"({"data":[{"embedding":"no base64"}]})",
              R"({"data":[{"embedding":{}}]})"})
            for (const std::string_view encoding : {"float", "base64"})
                CHECK_MESSAGE(!read_embeddings(body, order(encoding)), body);
    }
}
