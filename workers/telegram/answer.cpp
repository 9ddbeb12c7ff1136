#include "workers/telegram/answer.h"

#include "common/log/log.h"

#include <algorithm>
#include <cstdint>

namespace openclaw::telegram {

namespace {

// "Not at all" would be at once, for ever; centuries are a mistake.
constexpr std::int64_t least_pause_s = 1, most_pause_s = 24 * 3600;

Answer failed(int status, std::string_view description) {
    Answer answer;
    answer.trouble = failure_row(status, description).trouble;
    answer.status = status;
    answer.description = log::redact(description);
    return answer;
}

// A proxy in front may answer HTML, or a 200 may be cut short: the status is all there is to judge
// by. What it says of the token is not the server's word.
Answer unreadable(int status) {
    if (status >= 300) {
        auto answer =
            failed(status, "HTTP " + std::to_string(status) + " without a Bot API answer");
        if (cause_of(answer.trouble) == wire::CAUSE_NEEDS_OPERATOR)
            answer.trouble = Trouble::server;
        return answer;
    }
    Answer answer;
    answer.trouble = Trouble::lost;
    answer.status = status;
    answer.description = "the answer is not a Bot API answer";
    return answer;
}

} // namespace

Answer read_answer(int status, std::string_view body, std::optional<Milliseconds> retry_after) {
    auto document = json::Document::parse(body);
    if (!document || document->root()["ok"].type() != json::Type::boolean) {
        auto answer = unreadable(status);
        answer.retry_after = retry_after;
        return answer;
    }
    const auto root = document->root();
    if (root["ok"].boolean()) {
        Answer answer;
        answer.status = status;
        answer.body = std::move(*document);
        return answer;
    }
    auto answer =
        failed(static_cast<int>(root["error_code"].integer(status)), root["description"].text());
    const auto parameters = root["parameters"];
    answer.retry_after = retry_after;
    if (parameters["retry_after"].is_integer())
        answer.retry_after = std::chrono::seconds(
            std::clamp(parameters["retry_after"].integer(), least_pause_s, most_pause_s));
    if (parameters["migrate_to_chat_id"].is_integer())
        answer.migrated_to = std::to_string(parameters["migrate_to_chat_id"].integer());
    return answer;
}

Answer no_answer(std::string_view reason, bool sent) {
    Answer answer;
    answer.trouble = sent ? Trouble::lost : Trouble::not_sent;
    answer.description = log::redact(reason);
    return answer;
}

} // namespace openclaw::telegram
