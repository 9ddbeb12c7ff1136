// agent/failure.h — why a run failed: for the user one sentence, for the log a detail, for the
// retry its kind. Pure.
//
// The user's sentence names provider/model and the HTTP status and says what to do; it never quotes
// the provider, who may quote the key (BEHAVIOUR.md A5: situations; the words are ours).
#pragma once

#include "common/net/http_message.h"
#include "workers/agent/dialect_openai.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace openclaw::agent {

// The words of RunEnd.error_kind.
namespace kind {
inline constexpr std::string_view rate = "rate";       // too much at once
inline constexpr std::string_view quota = "quota";     // the account has nothing left
inline constexpr std::string_view auth = "auth";       // the key is refused
inline constexpr std::string_view server = "server";   // the provider's own trouble
inline constexpr std::string_view network = "network"; // not reached, or the connection broke
inline constexpr std::string_view timeout = "timeout";
inline constexpr std::string_view context = "context"; // the conversation is too long for the model
inline constexpr std::string_view config = "config";   // provider, model or address are not right
inline constexpr std::string_view busy = "busy";       // too many runs in this process
inline constexpr std::string_view shutdown = "shutdown"; // the gateway is leaving; nobody's fault
} // namespace kind

struct RunFailure {
    std::string_view kind = {};
    std::string sentence = {}; // for the user
    std::string detail = {};   // for the log; redacted
    std::uint32_t http_status = 0;
    bool retryable = false;
    std::optional<Milliseconds> retry_after = {};
};

// `model` is "provider/model" everywhere.
RunFailure refused_by_provider(std::string_view model, int status, const ProviderError& error,
                               std::optional<Milliseconds> retry_after);
RunFailure not_delivered(std::string_view model, const net::HttpFailure& failure);
RunFailure broken_answer(std::string_view model,
                         std::string_view detail); // it contradicts the protocol, or broke off
RunFailure too_slow(std::string_view model, Milliseconds limit); // the run's own deadline
RunFailure filtered(std::string_view model);
RunFailure wanted_tool(std::string_view model); // none was offered
RunFailure not_configured(std::string_view model, std::string problem);
RunFailure unknown_provider(std::string_view model, std::string_view provider);
RunFailure
broken_transcript(std::string detail); // the supervisor's fault, told to the user all the same
RunFailure too_many_runs();
RunFailure shutting_down();

} // namespace openclaw::agent
