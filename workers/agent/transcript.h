// agent/transcript.h — the conversation so far, from the memfd that comes with RunStart.
#pragma once

#include "common/base/result.h"
#include "common/base/unique_fd.h"
#include "workers/agent/prompt.h"

#include <cstdint>

namespace openclaw::agent {

// Oldest first. `fds` are the frame's; none is right when `stated_bytes` is 0.
// Errors: invalid (no blob, not sealed, of another size, or not a Transcript).
Result<std::vector<PromptMessage>> read_transcript(const Fds& fds, std::uint64_t stated_bytes);

} // namespace openclaw::agent
