#include "supervisor/flow/embeddings.h"

#include "common/ipc/text.h"
#include "supervisor/flow/rooms.h"

#include <utility>

namespace openclaw::flow {

namespace {

// The worker keeps the deadline; this is for one that does not.
constexpr Milliseconds grace{3000};

wire::Frame frame_of(const EmbeddingOrder& order) {
    wire::Frame frame;
    frame.set_trace(order.trace);
    auto& embed = *frame.mutable_embed();
    embed.mutable_model()->set_provider(order.provider);
    embed.mutable_model()->set_model(order.model);
    embed.set_dimensions(static_cast<std::uint32_t>(order.dimensions));
    embed.set_encoding(order.encoding);
    embed.set_shown_model(order.shown_model);
    embed.set_timeout_ms(static_cast<std::uint32_t>(order.timeout.count()));
    return frame;
}

std::expected<std::string, EmbeddingFailure> read_reply(const Result<const wire::Frame*>& reply,
                                                        const Fds& fds, std::size_t most) {
    if (!reply) {
        const bool is_late = reply.error().code == Code::timeout;
        return std::unexpected(EmbeddingFailure{
            is_late ? "The embedding model did not answer in time."
                    : "The agent worker ended while it was asked. Please try again.",
            is_late ? "timeout" : "network"});
    }
    const auto& embedded = (*reply)->embedded();
    if (!embedded.error().empty())
        return std::unexpected(EmbeddingFailure{embedded.error(), embedded.error_kind()});
    if (embedded.answer_json().blob_bytes() > most) // before it is copied
        return std::unexpected(
            EmbeddingFailure{"The agent worker answered with more than vectors.", "server"});
    auto text = ipc::take_text(embedded.answer_json(), fds);
    if (!text || text->empty())
        return std::unexpected(
            EmbeddingFailure{"The agent worker lost the vectors. Please try again.", "server"});
    return std::move(*text);
}

} // namespace

void AgentEmbedder::embed(EmbeddingOrder order, EmbeddingDone done) {
    if (seat_.use_count() > max_open)
        return refuse(std::move(done), "Too many texts are being turned into vectors at this "
                                       "moment. Please try again.");
    wire::Frame frame = frame_of(order);
    const auto blob = ipc::put_text(*frame.mutable_embed()->mutable_input_json(), order.input_json);
    ipc::Link* link = links_.link(std::string(agent_worker_id));
    if (link == nullptr || !blob)
        return refuse(std::move(done),
                      "The agent worker is not there at this moment. Please try again.");
    const int fd = blob->get();
    link->request(frame, fd >= 0 ? std::span(&fd, 1) : std::span<const int>(),
                  order.timeout + grace,
                  [done = std::move(done), seat = seat_, most = order.inputs * most_of_vector](
                      Result<const wire::Frame*> reply, const Fds& fds) mutable {
                      done(read_reply(reply, fds, most));
                  });
}

void AgentEmbedder::refuse(EmbeddingDone done, std::string sentence) {
    loop_.defer([done = std::move(done), sentence = std::move(sentence)]() mutable {
        done(std::unexpected(EmbeddingFailure{std::move(sentence), "busy"}));
    });
}

} // namespace openclaw::flow
