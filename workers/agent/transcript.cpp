#include "workers/agent/transcript.h"

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

Result<Talk> read_talk(const wire::RunStart& start, const Fds& fds) {
    const bool is_in_frame = !start.transcript().empty();
    Talk talk;
    talk.images =
        TRY(ipc::open_enclosure(start.files(), is_in_frame ? 0 : start.transcript_bytes(), fds));
    talk.history =
        TRY(parse(is_in_frame ? std::string_view(start.transcript()) : talk.images.head));
    return talk;
}

} // namespace openclaw::agent
