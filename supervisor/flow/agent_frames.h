// flow/agent_frames.h — what the agent worker is told about a run.
#pragma once

#include "common/base/result.h"
#include "common/base/unique_fd.h"
#include "common/config/config.h"
#include "proto/frame.pb.h"
#include "supervisor/flow/runs.h"
#include "supervisor/ledger/sessions.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace openclaw::flow {

// A message that is longer goes to the agent as the transcript's last entry.
inline constexpr std::size_t max_message_in_frame = 32 * 1024;

// A transcript of one entry. Several one behind the other are one Transcript: protobuf joins what
// is repeated.
std::string transcript_of(const std::string& role, const std::string& text, std::int64_t at_ms);

// What was chosen for the run, else for the session (may be null), else for the agent.
wire::ModelRef model_for(const config::Config& config, const RunRequest& request,
                         const ledger::Session* session);

Milliseconds timeout_for(const config::Config& config, const RunRequest& request);

// RunStart, and the blob that goes along when the talk is long or there are images.
struct RunStartFrame {
    wire::Frame frame;
    UniqueFd blob;
};

// `transcript` holds what was said before. Errors: those of ipc/attached_files.h.
Result<RunStartFrame> run_start_frame(const config::Config& config, const Run& run,
                                      const std::string& transcript, const AttachedFiles& images);

} // namespace openclaw::flow
