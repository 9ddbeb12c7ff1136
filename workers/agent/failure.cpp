#include "workers/agent/failure.h"

#include "common/base/strings.h"
#include "common/log/log.h"

#include <algorithm>

namespace openclaw::agent {

namespace {

constexpr std::string_view warning = "⚠️ ";

std::string text(std::initializer_list<std::string_view> parts) {
    std::string joined(warning);
    for (const auto part : parts)
        joined += part;
    return joined;
}

std::string in_words(Milliseconds pause) {
    const auto seconds = std::max<Milliseconds::rep>((pause.count() + 999) / 1000, 1);
    if (seconds < 120) return std::to_string(seconds) + " s";
    return std::to_string((seconds + 59) / 60) + " min";
}

bool is_about_length(const ProviderError& error) {
    const auto message = to_lower(error.message);
    return error.code == "context_length_exceeded" || message.contains("context length") ||
           message.contains("maximum context") || message.contains("context window");
}

bool is_about_money(
    const ProviderError& error) { // OpenAI's error codes guide: 429 with this code is not a pause
    return error.code == "insufficient_quota" || error.code == "billing_not_active";
}

RunFailure plain(std::string_view kind, std::string sentence, std::string detail) {
    return {.kind = kind, .sentence = std::move(sentence), .detail = std::move(detail)};
}

struct Verdict {
    std::string_view kind;
    bool retryable;
    std::string_view what; // after the model's name
    std::string_view then; // after the status
};

constexpr Verdict too_long{kind::context, false, " cannot take in a conversation this long",
                           "Start a new one with /new, or send less at once."};
constexpr Verdict no_credit{kind::quota, false, " has no credit left",
                            "Ask the operator to look at the provider's account."};
constexpr Verdict bad_key{kind::auth, false, " refused our credentials",
                          "Ask the operator to check the API key of this provider."};
constexpr Verdict unknown{kind::config, false, " does not exist at the configured address",
                          "Ask the operator to check the model's name and the provider's baseUrl."};
constexpr Verdict rejected{kind::config, false, " did not accept the request",
                           "Ask the operator to look at the gateway's log."};
constexpr Verdict slow{kind::server, true, " took too long on its own side",
                       "This usually passes; please try again in a moment."};
constexpr Verdict overloaded{kind::rate, true, " is receiving too many requests",
                             "Please try again in a moment."};
constexpr Verdict trouble{kind::server, true, " has trouble on its own side",
                          "This usually passes; please try again in a moment."};

const Verdict& judge(int status, const ProviderError& error) {
    if (is_about_money(error) || status == 402) return no_credit;
    if (status == 413 || (status >= 400 && status < 500 && is_about_length(error))) return too_long;
    if (status == 401 || status == 403) return bad_key;
    if (status == 404 || status == 405) return unknown;
    if (status == 408) return slow;
    if (status == 429 || status == 529)
        return overloaded; // 529: "overloaded" of Anthropic-compatible gateways
    return status >= 500 || status == 409 || status == 425 ? trouble : rejected;
}

std::string status_in_words(int status) {
    return status == 0 ? std::string() : " (HTTP " + std::to_string(status) + ")";
}

} // namespace

RunFailure refused_by_provider(std::string_view model, int status, const ProviderError& error,
                               std::optional<Milliseconds> retry_after) {
    const auto& verdict = judge(status, error);
    std::string then(verdict.then);
    if (verdict.retryable && retry_after)
        then = "Please try again in " + in_words(*retry_after) + ".";
    RunFailure failure{.kind = verdict.kind};
    failure.sentence = text({model, verdict.what, status_in_words(status), ". ", then});
    failure.detail =
        log::redact(error.code.empty() ? error.message : error.code + ": " + error.message);
    failure.http_status = static_cast<std::uint32_t>(std::max(status, 0));
    failure.retryable = verdict.retryable;
    failure.retry_after = retry_after;
    return failure;
}

RunFailure not_delivered(std::string_view model, const net::HttpFailure& failure) {
    const auto& error = failure.error;
    RunFailure ours{.kind = kind::network, .detail = error.sentence};
    if (error.code == Code::timeout && failure.request_sent) {
        ours.kind = kind::timeout; // it has had its time; asking again would double the wait
        ours.sentence =
            text({model, " did not answer in time. Please try again, or choose a faster model."});
    } else if (error.code == Code::invalid) {
        ours.kind = kind::config;
        ours.sentence = text(
            {model, " cannot be asked: the provider's settings are not right. ", rejected.then});
    } else {
        ours.retryable = error.retryable;
        ours.sentence = text(
            {model,
             " could not be reached. Please try again in a moment; if it goes on, ask the operator "
             "to look at the gateway's log."});
    }
    return ours;
}

RunFailure broken_answer(std::string_view model, std::string_view detail) {
    auto failure =
        plain(kind::server, text({"The answer of ", model, " broke off. Please try again."}),
              log::redact(detail));
    failure.retryable = true;
    return failure;
}

RunFailure too_slow(std::string_view model, Milliseconds limit) {
    return plain(kind::timeout,
                 text({model, " did not finish within ", in_words(limit),
                       ". Please try again, or ask for less at once."}),
                 "the run's deadline passed");
}

RunFailure filtered(std::string_view model) {
    return plain(
        kind::config,
        text({"The content filter of ", model, " withheld the answer. Please ask in other words."}),
        "finish_reason content_filter");
}

RunFailure wanted_tool(std::string_view model) {
    return plain(
        kind::config,
        text(
            {model, " asked for a tool, and this gateway offers none. Please ask in other words."}),
        "finish_reason tool_calls without text");
}

RunFailure not_configured(std::string_view model, std::string problem) {
    auto sentence = text({model, " is not set up: ", problem, "."});
    return plain(kind::config, std::move(sentence), std::move(problem));
}

RunFailure unknown_provider(std::string_view model, std::string_view provider) {
    return not_configured(
        model, provider.empty() ? "a model is written as <provider>/<model>"
                                : "there is no models.providers." + std::string(provider) +
                                      " in the configuration; add it, or choose another model");
}

RunFailure broken_transcript(std::string detail) {
    return plain(
        kind::config,
        text({"The conversation so far could not be read. Please start a new one with /new."}),
        std::move(detail));
}

RunFailure too_many_runs() {
    return plain(kind::busy,
                 text({"Too many conversations are being answered at this moment. Please try again "
                       "shortly."}),
                 "the limit of runs is reached");
}

RunFailure shutting_down() {
    return plain(kind::shutdown,
                 text({"The gateway is restarting; the answer could not be finished."}),
                 "drained before the run ended");
}

} // namespace openclaw::agent
