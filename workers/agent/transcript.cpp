#include "workers/agent/transcript.h"

#include "common/ipc/blob.h"
#include "proto/agent.pb.h"

namespace openclaw::agent {

namespace {

Result<std::vector<PromptMessage>> parse(std::string_view bytes) {
    wire::Transcript transcript;
    if (!transcript.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
        return fail(Code::invalid, "the transcript's bytes are no transcript");
    std::vector<PromptMessage> messages;
    messages.reserve(static_cast<std::size_t>(transcript.entries_size()));
    for (auto& entry : *transcript.mutable_entries())
        messages.push_back({std::move(*entry.mutable_role()), std::move(*entry.mutable_text())});
    return messages;
}

} // namespace

Result<std::vector<PromptMessage>> read_transcript(const wire::RunStart& start, const Fds& fds) {
    if (start.transcript_bytes() == 0) return {};
    if (!start.transcript().empty()) return parse(start.transcript());
    if (fds.empty()) return fail(Code::invalid, "a transcript was announced and did not come");
    const auto view = TRY(ipc::BlobView::open(fds.front(), start.transcript_bytes()));
    return parse(view.bytes());
}

} // namespace openclaw::agent
