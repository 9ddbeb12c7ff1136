#include "workers/agent/embedding.h"

#include "common/ipc/text.h"
#include "common/log/log.h"
#include "workers/agent/dialect_embeddings.h"

#include <utility>

namespace openclaw::agent {

namespace {

constexpr std::size_t max_answer_bytes = 48u << 20; // below what one blob holds

} // namespace

Embedding::Embedding(ipc::Link& link, const wire::Frame& frame, Over over)
    : link_(link)
    , request_id_(frame.id())
    , trace_(frame.trace())
    , order_(frame.embed())
    , over_(std::move(over)) {
    order_.clear_input_json();
}

void Embedding::ask(net::HttpClient& client, const ProviderSettings& provider,
                    std::string input_json) {
    auto request = build_embedding_request(provider, order_, input_json);
    request.total_timeout = Milliseconds(order_.timeout_ms());
    request.max_response_bytes = max_answer_bytes;
    request.may_repeat = true; // asking twice costs money, not correctness
    net::HttpHandlers handlers;
    handlers.done = [this](net::HttpOutcome outcome) { on_answered(std::move(outcome)); };
    call_ = client.start(std::move(request), std::move(handlers));
}

void Embedding::on_answered(net::HttpOutcome outcome) {
    if (!outcome) return fail(not_delivered(label(), outcome.error()));
    if (!outcome->is_success())
        return fail(refused_by_provider(label(), outcome->status, read_error(outcome->body), {}));
    const auto vectors = read_embeddings(outcome->body, order_);
    if (!vectors) return fail(broken_answer(label(), vectors.error().sentence));
    wire::Frame frame;
    frame.mutable_embedded();
    answer(frame, *vectors);
}

void Embedding::fail(const RunFailure& failure) {
    log::warn("embed.failed", {{"model", label()},
                               {"kind", failure.kind},
                               {"status", failure.http_status},
                               {"detail", failure.detail}});
    wire::Frame frame;
    auto& embedded = *frame.mutable_embedded();
    embedded.set_error(failure.sentence);
    embedded.set_error_kind(std::string(failure.kind));
    embedded.set_http_status(failure.http_status);
    answer(frame, {});
}

// A full link drops the answer: the supervisor's deadline tells the program.
void Embedding::answer(wire::Frame& frame, std::string_view answer_json) {
    frame.set_trace(trace_);
    const auto blob = ipc::put_text(*frame.mutable_embedded()->mutable_answer_json(), answer_json);
    if (blob) {
        const int fd = blob->get();
        const auto sent =
            link_.reply(request_id_, frame, fd >= 0 ? std::span(&fd, 1) : std::span<const int>());
        if (!sent) log::warn("embed.unanswered", {{"why", sent.error().sentence}});
    }
    std::exchange(over_, nullptr)(request_id_);
}

} // namespace openclaw::agent
