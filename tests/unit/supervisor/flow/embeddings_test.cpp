// Texts to vectors: how much the agent's worker may answer, and how many may ask.
#include "common/ipc/text.h"
#include "supervisor/flow/embeddings.h"
#include "tests/unit/supervisor/flow/stage.h"

using namespace openclaw;
using namespace openclaw::flow;
using namespace openclaw::flow::test;

namespace {

using Vectors = std::expected<std::string, EmbeddingFailure>;

EmbeddingOrder order_of(std::size_t inputs) {
    EmbeddingOrder order;
    order.provider = "fake";
    order.model = "embed";
    order.input_json = R"(["a"])";
    order.inputs = inputs;
    return order;
}

void answers(FarEnd& agent, std::uint64_t question, const std::string& vectors) {
    wire::Frame frame;
    frame.set_re(question);
    const auto blob =
        ipc::put_text(*frame.mutable_embedded()->mutable_answer_json(), vectors).value();
    const int fd = blob.get();
    agent.says(frame, {&fd, blob ? 1u : 0u});
}

// What becomes of an answer of so many bytes.
Vectors heard(Stage& stage, std::size_t inputs, std::size_t bytes) {
    auto& agent = agent_of(stage);
    AgentEmbedder embedder(stage.loop, stage.links);
    std::optional<Vectors> got;
    embedder.embed(order_of(inputs), [&](Vectors vectors) { got = std::move(vectors); });
    const auto question = stage.expect(agent, wire::Frame::kEmbed).id();
    answers(agent, question, std::string(bytes, '1'));
    stage.turn_until([&] { return got.has_value(); });
    return *got;
}

} // namespace

TEST_SUITE("supervisor/flow") {
    TEST_CASE("an answer is as long as so many vectors can be; a longer one is not copied") {
        Scratch scratch;
        Stage stage(scratch.path);
        const auto most = AgentEmbedder::most_of_vector;
        CHECK(heard(stage, 1, 100)->size() == 100);
        CHECK(heard(stage, 1, most)->size() == most);
        CHECK(heard(stage, 2, most + 1)->size() == most + 1);
        const auto refused = heard(stage, 1, most + 1);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().kind == "server");
        CHECK_FALSE(agent_of(stage).misbehaved);
    }
    TEST_CASE("so many questions are open and no more; one that is answered makes room") {
        Scratch scratch;
        Stage stage(scratch.path);
        auto& agent = agent_of(stage);
        AgentEmbedder embedder(stage.loop, stage.links);
        int answered = 0;
        for (long i = 0; i < AgentEmbedder::max_open; ++i)
            embedder.embed(order_of(1), [&](const Vectors&) { ++answered; });
        const auto first = stage.expect(agent, wire::Frame::kEmbed).id();
        for (long i = 1; i < AgentEmbedder::max_open; ++i)
            stage.expect(agent, wire::Frame::kEmbed);
        std::optional<Vectors> refused;
        embedder.embed(order_of(1), [&](Vectors vectors) { refused = std::move(vectors); });
        stage.turn_until([&] { return refused.has_value(); });
        REQUIRE_FALSE(*refused);
        CHECK(refused->error().kind == "busy");
        CHECK(answered == 0);
        answers(agent, first, "[]");
        stage.turn_until([&] { return answered == 1; });
        embedder.embed(order_of(1), [&](const Vectors&) { ++answered; });
        stage.expect(agent, wire::Frame::kEmbed);
    }
}
