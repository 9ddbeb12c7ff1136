#include "workers/agent/answer.h"

#include "common/base/strings.h"

namespace openclaw::agent {

void Answer::begin(std::string_view content_type) {
    const auto type = to_lower(content_type);
    if (type.starts_with("text/event-stream")) form_ = Form::events;
}

// Not every compatible server names its content type rightly; the first character tells.
void Answer::detect(std::string_view bytes) {
    const auto first = bytes.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return;
    form_ = bytes[first] == '{' ? Form::json : Form::events;
}

Result<void> Answer::feed(std::string_view bytes) {
    if (is_complete() || error_) return {};
    if (form_ == Form::unknown) detect(bytes);
    if (form_ == Form::json) {
        if (json_.size() + bytes.size() > max_json_bytes)
            return fail(Code::corrupt, "an answer above 16 MiB");
        json_ += bytes;
        return {};
    }
    TRY_VOID(events_.feed(bytes, [this](std::string_view data) { return take_event(data); }));
    if (!malformed_.empty()) return fail(Code::corrupt, malformed_);
    return {};
}

Result<void> Answer::finish() {
    if (form_ == Form::json)
        take(TRY(read_completion(json_)));
    else if (!is_complete() && !error_)
        events_.finish([this](std::string_view data) { return take_event(data); });
    if (!malformed_.empty()) return fail(Code::corrupt, malformed_);
    const bool ended = is_complete() || error_ || !finish_reason_.empty();
    if (!ended)
        return fail(Code::corrupt, "the stream ended without finish_reason and without [DONE]");
    return {};
}

std::string Answer::stop_reason() const {
    if (is_cut_) return "length";
    return finish_reason_.empty() ? "stop" : finish_reason_;
}

bool Answer::take_event(std::string_view data) {
    auto piece = read_chunk(data);
    if (!piece) {
        malformed_ = piece.error().sentence;
        return false;
    }
    take(std::move(*piece));
    return !is_complete() && !error_;
}

void Answer::take(Piece piece) {
    text_ += piece.text;
    if (text_.size() > max_text_bytes) {
        text_.resize(utf8_prefix(text_, max_text_bytes).size());
        is_cut_ = true;
    }
    if (!piece.finish_reason.empty()) finish_reason_ = std::move(piece.finish_reason);
    if (!piece.model.empty()) model_ = std::move(piece.model);
    if (piece.has_usage) {
        input_tokens_ = piece.input_tokens;
        output_tokens_ = piece.output_tokens;
    }
    if (piece.error) error_ = std::move(piece.error);
    saw_last_ = saw_last_ || piece.is_last;
}

} // namespace openclaw::agent
