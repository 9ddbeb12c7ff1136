#include "common/worker/question.h"

#include "common/ipc/protocol.h"
#include "common/ipc/text.h"

#include <utility>

namespace openclaw::worker {

namespace {

// Of a frame: the rest is for the envelope.
constexpr std::size_t answer_bytes = ipc::max_frame_bytes - 1024;

std::string_view words_for(const wire::ChannelQuery& asked) {
    switch (asked.what_case()) {
    case wire::ChannelQuery::kProbe:
        return "a probe";
    case wire::ChannelQuery::kDirectory:
        return "a directory";
    case wire::ChannelQuery::kAction:
        return asked.action().name();
    case wire::ChannelQuery::WHAT_NOT_SET:
        break;
    }
    return "that";
}

} // namespace

Question::Question(const wire::Frame& frame, Send send)
    : id_(frame.id())
    , trace_(frame.trace())
    , asked_(frame.channel_query())
    , send_(std::move(send)) {}

Question Question::over(ipc::Link& link, const wire::Frame& frame) {
    return Question(frame, [&link](wire::Frame answer, UniqueFd blob) {
        const int fd = blob.get();
        // A full link loses it: the asker's deadline says so, and a person can ask again.
        (void)link.send(answer, fd >= 0 ? std::span(&fd, 1) : std::span<const int>());
    });
}

Question::Question(Question&& other) noexcept
    : id_(other.id_)
    , trace_(std::move(other.trace_))
    , asked_(std::move(other.asked_))
    , send_(std::exchange(other.send_, nullptr)) {}

Question::~Question() {
    refuse(wire::ChannelAnswer::UNAVAILABLE, "the channel left the question unanswered");
}

void Question::answer(wire::ProbeFacts facts) {
    if (facts.ByteSizeLong() > answer_bytes)
        return refuse(wire::ChannelAnswer::UNAVAILABLE, "the answer is longer than a frame");
    wire::Frame frame;
    *frame.mutable_channel_answer()->mutable_probe() = std::move(facts);
    give(std::move(frame));
}

void Question::answer(wire::DirectoryPage page) {
    while (page.ByteSizeLong() > answer_bytes && page.entries_size() > 0) {
        page.mutable_entries()->RemoveLast();
        page.set_more(true);
    }
    wire::Frame frame;
    *frame.mutable_channel_answer()->mutable_directory() = std::move(page);
    give(std::move(frame));
}

void Question::done(std::string_view message_id, std::string_view result_json) {
    wire::Frame frame;
    auto& outcome = *frame.mutable_channel_answer()->mutable_action();
    outcome.set_message_id(std::string(message_id));
    auto blob = ipc::put_text(*outcome.mutable_result(), result_json);
    if (!blob) return refuse(wire::ChannelAnswer::UNAVAILABLE, blob.error().sentence);
    give(std::move(frame), std::move(*blob));
}

void Question::refuse(Refusal refusal, std::string_view sentence,
                      std::optional<Milliseconds> retry_after) {
    wire::Frame frame;
    auto& answer = *frame.mutable_channel_answer();
    answer.set_refusal(refusal);
    answer.set_sentence(std::string(sentence));
    if (retry_after) answer.set_retry_after_ms(static_cast<std::uint32_t>(retry_after->count()));
    give(std::move(frame));
}

void Question::refuse_unsupported() {
    refuse(wire::ChannelAnswer::UNSUPPORTED,
           "this channel does not support " + std::string(words_for(asked_)));
}

void Question::give(wire::Frame frame, UniqueFd blob) {
    auto send = std::exchange(send_, nullptr);
    if (!send) return;
    frame.set_re(id_);
    frame.set_trace(trace_);
    send(std::move(frame), std::move(blob));
}

} // namespace openclaw::worker
