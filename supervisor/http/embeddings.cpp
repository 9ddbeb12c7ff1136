#include "supervisor/http/embeddings.h"

#include "common/base/strings.h"
#include "supervisor/http/conversation.h"
#include "supervisor/http/target.h"
#include "supervisor/http/turn.h"

#include <algorithm>

namespace openclaw::http {

namespace {

constexpr std::size_t max_inputs = 2048; // OpenAI's API reference, "Embeddings": of one request

// A string, strings, tokens, or lists of tokens; none of them empty.
bool is_input(json::View input) {
    if (input.is_string()) return !input.text().empty();
    if (!input.is_array() || input.size() == 0 || input.size() > max_inputs) return false;
    const bool are_tokens = input.at(0).is_number();
    bool is_sound = true;
    input.each_element([&](json::View one) {
        is_sound = are_tokens ? one.is_integer()
                              : (one.is_string() && !one.text().empty()) ||
                                    (one.is_array() && one.size() > 0 && one.at(0).is_integer());
        return is_sound;
    });
    return is_sound;
}

// Tokens are one text.
std::size_t count_of(json::View input) {
    const bool is_one = !input.is_array() || input.at(0).is_number();
    return is_one ? 1 : input.size();
}

bool is_configured(std::string_view reference, const rpc::GatewayFacts& facts) {
    const auto [provider, model] = config::split_model(reference);
    return !model.empty() && std::ranges::find(facts.providers, provider,
                                               &rpc::ShownProvider::id) != facts.providers.end();
}

ApiError none_configured() {
    return {.status = 500,
            .message =
                "No embedding model is configured. Set agents.defaults.memorySearch.provider "
                "and .model, or name a configured provider/model in x-openclaw-model.",
            .type = "api_error",
            .code = "no_embedding_model"};
}

std::expected<std::string, ApiError> reference_for(const Aim& aim, const web::HttpHead& head,
                                                   const rpc::GatewayFacts& facts,
                                                   std::string_view configured) {
    if (!agent_in_model(aim.model) && is_configured(aim.model, facts))
        return std::string(aim.model);
    if (const auto agent = agent_meant(aim, head, facts); !agent)
        return std::unexpected(agent.error());
    const auto header = head.arrival.header("x-openclaw-model");
    const std::string reference(header.empty() ? configured : header);
    if (reference.empty()) return std::unexpected(none_configured());
    if (!is_configured(reference, facts))
        return std::unexpected(header.empty() ? none_configured()
                                              : invalid_request("Invalid `x-openclaw-model`: no "
                                                                "provider of that name is "
                                                                "configured."));
    return reference;
}

ApiError failure_of(const flow::EmbeddingFailure& failure) {
    flow::Run run; // the same words for the same trouble
    run.status = flow::RunStatus::failed;
    run.error = failure.sentence;
    run.error_kind = failure.kind;
    return http::failure_of(run);
}

} // namespace

std::expected<flow::EmbeddingOrder, ApiError> read_embedding_request(json::View body,
                                                                     const web::HttpHead& head,
                                                                     const rpc::GatewayFacts& facts,
                                                                     std::string_view configured) {
    auto model = read_model(body);
    if (!model) return std::unexpected(model.error());
    if (!is_input(body["input"]))
        return std::unexpected(invalid_request(
            "Missing `input`: a string, or a list of at most 2048 strings that are not empty."));
    const auto encoding = body["encoding_format"].text();
    if (!encoding.empty() && encoding != "float" && encoding != "base64")
        return std::unexpected(
            invalid_request("Invalid `encoding_format`. Use \"float\" or \"base64\"."));
    const auto reference =
        reference_for({.model = *model, .user = {}, .door = {}}, head, facts, configured);
    if (!reference) return std::unexpected(reference.error());
    const auto [provider, name] = config::split_model(*reference);
    return flow::EmbeddingOrder{.provider = std::string(provider),
                                .model = std::string(name),
                                .input_json = body["input"].dump(),
                                .inputs = count_of(body["input"]),
                                .dimensions = positive(body["dimensions"]),
                                .encoding = std::string(encoding),
                                .shown_model = std::move(*model),
                                .trace = uuid_v4()};
}

void answer_embeddings(std::shared_ptr<web::HttpExchange> exchange, flow::EmbeddingOrder order,
                       flow::Embedder& embedder) {
    embedder.embed(std::move(order),
                   [exchange = std::move(exchange)](
                       std::expected<std::string, flow::EmbeddingFailure> vectors) {
                       exchange->answer(vectors ? json_answer(200, std::move(*vectors))
                                                : to_answer(failure_of(vectors.error())));
                   });
}

} // namespace openclaw::http
