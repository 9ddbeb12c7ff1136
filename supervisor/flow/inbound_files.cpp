// What a message brings besides its words.
#include "common/log/log.h"
#include "supervisor/flow/inbound.h"
#include "supervisor/policy/attached_files.h"

#include <utility>

namespace openclaw::flow {

namespace {

// Of all messages on their way to the disk: workers tell up to 256 messages before they are
// acknowledged, each with up to 24 MiB.
constexpr std::size_t most_image_bytes = 256u << 20;

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
    for (auto& line : sorted.lines)
        inbound.add_attachments(std::move(line));
    const auto bytes = bytes_of(sorted.images);
    if (bytes == 0) return;
    if (image_bytes_ + bytes > most_image_bytes) {
        log::warn("inbound.images_left_out", {{"worker", message.worker}, {"bytes", bytes}});
        inbound.add_attachments("[not shown: too many images came at once]");
        return;
    }
    image_bytes_ += bytes;
    state_images(inbound, sorted.images);
    message.images = std::make_shared<const AttachedFiles>(std::move(sorted.images));
}

// They are on disk.
void Inbounds::release_images(Message& message) {
    if (const auto images = std::exchange(message.images, nullptr))
        image_bytes_ -= bytes_of(*images);
}

} // namespace openclaw::flow
