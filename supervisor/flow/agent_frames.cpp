#include "supervisor/flow/agent_frames.h"

#include "common/ipc/attached_files.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace openclaw::flow {

namespace {

constexpr std::size_t max_talk_in_frame = 40 * 1024; // all texts of one RunStart, of 64 KiB
constexpr std::size_t max_prompt_in_frame = 16 * 1024;
constexpr std::string_view builtin_model = "builtin/echo";

std::string system_prompt_for(const config::Config& config, const RunRequest& request) {
    const auto* agent = config.agents.find(request.agent_id);
    std::string prompt = agent != nullptr && !agent->system_prompt.empty()
                             ? agent->system_prompt
                             : config.agents.defaults.system_prompt;
    if (const auto& extra = request.extra_system_prompt; !extra.empty())
        prompt += (prompt.empty() ? "" : "\n\n") + extra;
    return prompt;
}

std::uint32_t wire_milliseconds(Milliseconds span) {
    constexpr auto most = std::numeric_limits<std::uint32_t>::max();
    return static_cast<std::uint32_t>(std::min<Milliseconds::rep>(span.count(), most));
}

} // namespace

std::string transcript_of(const std::string& role, const std::string& text, std::int64_t at_ms) {
    wire::Transcript one;
    auto& entry = *one.add_entries();
    entry.set_role(role);
    entry.set_text(text);
    entry.set_at_ms(at_ms);
    return one.SerializeAsString();
}

wire::ModelRef model_for(const config::Config& config, const RunRequest& request,
                         const ledger::Session* session) {
    const auto* agent = config.agents.find(request.agent_id);
    std::string_view choice =
        (agent == nullptr ? config.agents.defaults.model : config.agents.model_of(*agent)).primary;
    if (session != nullptr && !session->settings.model.empty()) choice = session->settings.model;
    if (!request.model.empty()) choice = request.model;
    const auto [provider, model] = config::split_model(choice.empty() ? builtin_model : choice);
    wire::ModelRef ref;
    ref.set_provider(std::string(provider));
    ref.set_model(std::string(model));
    return ref;
}

Milliseconds timeout_for(const config::Config& config, const RunRequest& request) {
    const auto* agent = config.agents.find(request.agent_id);
    const auto seconds = agent != nullptr && agent->timeout_seconds
                             ? *agent->timeout_seconds
                             : config.agents.defaults.timeout_seconds;
    return request.timeout.value_or(std::chrono::seconds(seconds));
}

Result<RunStartFrame> run_start_frame(const config::Config& config, const Run& run,
                                      const std::string& transcript, const AttachedFiles& images) {
    const auto& request = run.request;
    RunStartFrame made;
    made.frame.set_trace(request.trace);
    auto& start = *made.frame.mutable_run_start();
    start.set_run_id(request.run_id);
    start.set_session_key(request.session_key);
    start.set_session_id(run.session_id);
    start.mutable_model()->set_provider(run.provider);
    start.mutable_model()->set_model(run.model);
    start.set_timeout_ms(wire_milliseconds(timeout_for(config, request)));
    start.set_max_output_tokens(static_cast<std::uint32_t>(request.max_output_tokens));
    if (request.message.size() <= max_message_in_frame)
        start.mutable_message()->set_inline_text(request.message);
    std::string talk;
    std::string prompt = system_prompt_for(config, request);
    if (prompt.size() > max_prompt_in_frame) // goes with the transcript
        talk = transcript_of("system", prompt, run.accepted_at_ms);
    else
        start.set_system_prompt(std::move(prompt));
    talk += transcript;
    start.set_transcript_bytes(talk.size());
    const auto in_frame = start.system_prompt().size() + start.message().inline_text().size();
    if (in_frame + talk.size() <= max_talk_in_frame) start.set_transcript(std::exchange(talk, {}));
    made.blob = TRY(ipc::put_files(*start.mutable_files(), images, talk));
    return made;
}

} // namespace openclaw::flow
