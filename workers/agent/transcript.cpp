#include "workers/agent/transcript.h"

#include "common/ipc/blob.h"
#include "proto/agent.pb.h"

namespace openclaw::agent {

Result<std::vector<PromptMessage>> read_transcript(const Fds& fds, std::uint64_t stated_bytes) {
    if (stated_bytes == 0) return {};
    if (fds.empty()) return fail(Code::invalid, "a transcript was announced and did not come");
    const auto view = TRY(ipc::BlobView::open(fds.front(), stated_bytes));
    wire::Transcript transcript;
    if (!transcript.ParseFromArray(view.bytes().data(), static_cast<int>(view.bytes().size())))
        return fail(Code::invalid, "the transcript's bytes are no transcript");
    std::vector<PromptMessage> messages;
    messages.reserve(static_cast<std::size_t>(transcript.entries_size()));
    for (auto& entry : *transcript.mutable_entries())
        messages.push_back({std::move(*entry.mutable_role()), std::move(*entry.mutable_text())});
    return messages;
}

} // namespace openclaw::agent
