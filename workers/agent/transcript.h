// agent/transcript.h — the conversation so far, as it comes with RunStart: in the frame when it is
// short, else as a memfd.
#pragma once

#include "common/base/result.h"
#include "common/base/unique_fd.h"
#include "workers/agent/prompt.h"

#include <string>

namespace openclaw::wire {
class RunStart;
}

namespace openclaw::agent {

// Oldest first. `fds` are the frame's.
// Errors: invalid (no blob, not sealed, of another size, or not a Transcript).
Result<std::vector<PromptMessage>> read_transcript(const wire::RunStart& start, const Fds& fds);

} // namespace openclaw::agent
