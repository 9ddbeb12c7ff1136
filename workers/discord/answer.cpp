#include "workers/discord/answer.h"

#include "common/base/strings.h"

#include <charconv>
#include <cmath>

namespace openclaw::discord {

namespace {

constexpr std::size_t longest_description = 300;
constexpr Milliseconds default_pause = std::chrono::seconds(5);
constexpr Milliseconds front_door_pause =
    std::chrono::seconds(60); // DISCORD.md 1.2: HTML without JSON
constexpr double most_seconds = 24 * 3600;

std::optional<Milliseconds> seconds_as_pause(double seconds) {
    if (!std::isfinite(seconds) || seconds < 0) return std::nullopt;
    return Milliseconds(
        static_cast<std::int64_t>(std::ceil(std::min(seconds, most_seconds) * 1000)));
}

std::optional<Milliseconds> read_seconds(std::string_view text) {
    double seconds = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return seconds_as_pause(seconds);
}

std::int64_t read_number(std::string_view text) {
    std::int64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

// The deepest "_errors" of a 50035: which field, and what is wrong with it.
std::string first_form_error(json::View errors, const std::string& path, int depth) {
    std::string found;
    if (depth > 8) return found;
    errors.each_member([&](std::string_view key, json::View value) {
        if (key == "_errors")
            found = path + ": " + std::string(value.at(0)["message"].text());
        else
            found = first_form_error(
                value, path.empty() ? std::string(key) : path + "." + std::string(key), depth + 1);
        return found.empty();
    });
    return found;
}

std::string describe(int status, json::View root) {
    std::string words(root["message"].text());
    if (words.empty()) words = "HTTP " + std::to_string(status);
    if (const auto detail = first_form_error(root["errors"], "", 0); !detail.empty())
        words += " (" + detail + ")";
    return std::string(utf8_prefix(words, longest_description));
}

bool is_unknown_reply(json::View root) {
    const auto reference = root["errors"]["message_reference"];
    return static_cast<bool>(reference);
}

void read_rate(Answer& answer, json::View root, const HeaderReader& header) {
    const auto scope = header("x-ratelimit-scope");
    answer.is_global =
        root["global"].boolean() || header("x-ratelimit-global") == "true" || scope == "global";
    answer.is_shared = scope == "shared";
    if (root["retry_after"].is_number())
        answer.retry_after = seconds_as_pause(root["retry_after"].number());
    if (!answer.retry_after) answer.retry_after = read_seconds(header("retry-after"));
    if (root) {
        if (!answer.retry_after) answer.retry_after = default_pause;
        return;
    }
    // Not from the API but from the door before it: all of us must wait.
    answer.is_global = true;
    answer.retry_after = std::max(answer.retry_after.value_or(front_door_pause), front_door_pause);
}

} // namespace

std::string_view Answer::word() const {
    if (ok()) return "ok";
    if (status == 0 || status >= 500 || trouble == Trouble::reply_gone) return word_for(trouble);
    return failure_row(status, code).word;
}

wire::Cause Answer::cause() const {
    return status == 0 ? cause_for(trouble) : failure_row(status, code).cause;
}

Answer read_answer(int status, std::string_view body, const HeaderReader& header) {
    Answer answer{.status = status};
    auto document = json::Document::parse(body);
    if (status >= 200 && status < 300) {
        if (document) answer.body = std::move(*document);
        if (document || status == 204) return answer;
        answer.trouble = Trouble::server; // cut short, or a page of somebody between
        answer.description = "the answer cannot be read";
        return answer;
    }
    const auto root = document && document->root().is_object() ? document->root() : json::View();
    answer.code = root["code"].integer();
    answer.description = describe(status, root);
    answer.trouble = failure_row(status, answer.code).trouble;
    if (answer.trouble == Trouble::form && is_unknown_reply(root))
        answer.trouble = Trouble::reply_gone;
    if (answer.trouble == Trouble::rate) read_rate(answer, root, header);
    return answer;
}

RateFacts read_rate_facts(const HeaderReader& header) {
    RateFacts facts{.bucket = std::string(header("x-ratelimit-bucket"))};
    if (facts.bucket.empty()) return facts;
    facts.limit = read_number(header("x-ratelimit-limit"));
    facts.remaining = read_number(header("x-ratelimit-remaining"));
    facts.reset_after =
        read_seconds(header("x-ratelimit-reset-after")).value_or(Milliseconds(1000));
    return facts;
}

Answer no_answer(std::string_view reason, bool sent) {
    return {.trouble = sent ? Trouble::lost : Trouble::not_sent,
            .description = std::string(reason)};
}

Answer too_early_answer(Milliseconds retry_after) {
    return {.trouble = Trouble::rate,
            .description = "its rate limit is used up",
            .retry_after = retry_after};
}

Answer dropped_answer() {
    return {.trouble = Trouble::dropped, .description = "left away: it could not be said in time"};
}

} // namespace openclaw::discord
