// agent/answer.h — reads the body of one answer as it comes: an event stream, or a plain JSON
// object from servers that do not stream. Pure: bytes in, text and facts out.
#pragma once

#include "common/ipc/text_bounds.h"
#include "workers/agent/dialect_openai.h"
#include "workers/agent/sse.h"

#include <optional>
#include <string>
#include <string_view>

namespace openclaw::agent {

class Answer {
  public:
    static constexpr std::size_t max_text_bytes =
        ipc::max_answer_bytes; // then the answer is cut: stop_reason "length"
    static constexpr std::size_t max_json_bytes = 16u << 20;

    void begin(std::string_view content_type);
    // Error: corrupt (what came is neither form). What was read before the error stays.
    Result<void> feed(std::string_view bytes);
    // The body ended as it should. Error: corrupt (it ended in the middle of the answer).
    Result<void> finish();

    const std::string& text() const { return text_; }

    std::string take_text() { return std::move(text_); }

    // Nothing more will come that matters: the last event was read, or the text has reached its
    // limit.
    bool is_complete() const { return saw_last_ || is_cut_; }

    std::string stop_reason()
        const; // "stop", "length", "content_filter", …: as the provider says, ours when cut

    const std::string& model() const { return model_; }

    std::uint64_t input_tokens() const { return input_tokens_; }

    std::uint64_t output_tokens() const { return output_tokens_; }

    const std::optional<ProviderError>& error() const {
        return error_;
    } // the provider gave up in the middle

  private:
    enum class Form { unknown, events, json };

    void detect(std::string_view bytes);
    bool take_event(std::string_view data);
    void take(Piece piece);

    Form form_ = Form::unknown;
    SseParser events_;
    std::string json_;
    std::string text_;
    std::string finish_reason_;
    std::string model_;
    std::string malformed_; // what was wrong with the event that stopped the reading
    std::uint64_t input_tokens_ = 0, output_tokens_ = 0;
    std::optional<ProviderError> error_;
    bool saw_last_ = false;
    bool is_cut_ = false;
};

} // namespace openclaw::agent
