// agent/transcript.h — the conversation so far, as it comes with RunStart: in the frame when it is
// short, else in a memfd; and behind it there the images that came with the message.
#pragma once

#include "common/base/result.h"
#include "common/base/unique_fd.h"
#include "common/ipc/attached_files.h"
#include "workers/agent/prompt.h"

#include <string>

namespace openclaw::wire {
class RunStart;
}

namespace openclaw::agent {

struct Talk {
    std::vector<PromptMessage> history; // oldest first
    ipc::Enclosure images;              // views into the memfd
};

// `fds` are the frame's.
// Errors: invalid (no blob, not sealed, of another size, or not a Transcript).
Result<Talk> read_talk(const wire::RunStart& start, const Fds& fds);

} // namespace openclaw::agent
