// worker/question.h — a question of the supervisor (ChannelQuery), until it is answered.
//
//   case wire::Frame::kChannelQuery:
//       return answer(worker::Question::over(context_.link(), frame));
//
// Exactly one answer leaves: the first one given. A Question that is destroyed without one says
// that nobody answered, so that a person never waits for the deadline because of a forgotten
// branch. An answer that is late is dropped by the supervisor, and does no harm.
#pragma once

#include "common/base/clock.h"
#include "common/base/unique_fd.h"
#include "common/ipc/link.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace openclaw::worker {

using Refusal = wire::ChannelAnswer::Refusal;

class Question {
  public:
    // Sends the frame, with the blob when that holds a descriptor.
    using Send = std::move_only_function<void(wire::Frame frame, UniqueFd blob)>;

    // `frame` holds a ChannelQuery.
    Question(const wire::Frame& frame, Send send);
    // The usual way back; `link` outlives the question.
    static Question over(ipc::Link& link, const wire::Frame& frame);

    Question(Question&& other) noexcept;
    Question& operator=(Question&&) = delete;
    Question(const Question&) = delete;
    Question& operator=(const Question&) = delete;
    ~Question();

    const wire::ChannelQuery& asked() const { return asked_; }

    // The caller's time, from the moment the question came.
    Milliseconds within() const { return Milliseconds(asked_.within_ms()); }

    void answer(wire::ProbeFacts facts);
    // Entries that do not fit into a frame are left out, and `more` is set.
    void answer(wire::DirectoryPage page);
    // `result_json`: an object, or empty.
    void done(std::string_view message_id = {}, std::string_view result_json = {});
    // `sentence`: why, and what helps. Never holds a secret.
    void refuse(Refusal refusal, std::string_view sentence,
                std::optional<Milliseconds> retry_after = {});
    // What a channel says to a query or an action it does not know.
    void refuse_unsupported();

  private:
    void give(wire::Frame frame, UniqueFd blob = {});

    std::uint64_t id_;
    std::string trace_;
    wire::ChannelQuery asked_;
    Send send_; // empty: answered
};

} // namespace openclaw::worker
