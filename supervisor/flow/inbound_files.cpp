// What a message brings besides its words.
#include "common/log/log.h"
#include "supervisor/flow/inbound.h"
#include "supervisor/policy/attached_files.h"

#include <utility>

namespace openclaw::flow {

namespace {

// Of all messages on their way to the disk: workers tell up to 256 messages before they are
// acknowledged, each with up to 24 MiB.
constexpr std::size_t most_file_bytes = 256u << 20;

std::size_t line_bytes(const std::vector<std::string>& lines) {
    std::size_t sum = 0;
    for (const auto& line : lines)
        sum += line.size();
    return sum;
}

void state_images(wire::Inbound& inbound, const AttachedFiles& images) {
    for (const auto& image : images) {
        auto& said = *inbound.add_files();
        said.set_name(image.name);
        said.set_mime(image.mime);
        said.set_kind(image.kind);
        said.set_bytes(image.bytes.size());
    }
}

} // namespace

// Text and names join the words of the message, where a restart finds them; images stay files.
void Inbounds::take_files(Message& message, AttachedFiles files) {
    auto sorted = policy::sort_files(std::move(files));
    auto& inbound = message.inbound;
    inbound.clear_files();
    const auto bytes = line_bytes(sorted.lines) + bytes_of(sorted.images);
    if (file_bytes_ + bytes > most_file_bytes) {
        log::warn("inbound.files_left_out", {{"worker", message.worker}, {"bytes", bytes}});
        inbound.add_attachments("[not shown: too many files came at once]");
        return;
    }
    file_bytes_ += bytes;
    message.file_bytes = bytes;
    for (auto& line : sorted.lines)
        inbound.add_attachments(std::move(line));
    if (sorted.images.empty()) return;
    state_images(inbound, sorted.images);
    message.images = std::make_shared<const AttachedFiles>(std::move(sorted.images));
}

// They are on disk.
void Inbounds::release_files(Message& message) {
    message.images.reset();
    file_bytes_ -= std::exchange(message.file_bytes, 0);
}

} // namespace openclaw::flow
