// What a message brings besides its words.
#include "common/log/log.h"
#include "supervisor/flow/inbound.h"
#include "supervisor/policy/attached_files.h"

#include <utility>

namespace openclaw::flow {

namespace {

// Of messages on their way to the disk: a worker tells up to 256 before they are acknowledged, each
// with up to 24 MiB. One worker's share is the smaller, so that a hijacked one leaves room for the
// photos of others.
constexpr std::size_t most_file_bytes = 256u << 20;
constexpr std::size_t most_file_bytes_of_worker = 64u << 20;

std::size_t stated_bytes(const std::vector<ipc::FileView>& files) {
    std::size_t sum = 0;
    for (const auto& file : files)
        sum += file.bytes.size();
    return sum;
}

AttachedFiles copies_of(const std::vector<ipc::FileView>& files) {
    AttachedFiles copies;
    for (const auto& file : files)
        copies.push_back({.name = file.name,
                          .mime = file.mime,
                          .kind = file.kind,
                          .bytes = std::string(file.bytes)});
    return copies;
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
// `files` are views: until there is room for them no byte is read, which alone would cost memory.
void Inbounds::take_files(Message& message, const std::vector<ipc::FileView>& files) {
    auto& inbound = message.inbound;
    inbound.clear_files();
    const auto bytes = stated_bytes(files);
    if (!take_room(message, bytes)) return leave_out(message, bytes);
    auto sorted = policy::sort_files(copies_of(files));
    for (auto& line : sorted.lines)
        inbound.add_attachments(std::move(line));
    if (sorted.images.empty()) return;
    state_images(inbound, sorted.images);
    message.images = std::make_shared<const AttachedFiles>(std::move(sorted.images));
}

bool Inbounds::take_room(Message& message, std::size_t bytes) {
    if (bytes == 0) return true;
    auto& of_worker = file_bytes_of_[message.worker];
    if (of_worker + bytes > most_file_bytes_of_worker || file_bytes_ + bytes > most_file_bytes)
        return false;
    of_worker += bytes;
    file_bytes_ += bytes;
    message.file_bytes = bytes;
    return true;
}

void Inbounds::leave_out(Message& message, std::size_t bytes) {
    message.inbound.add_attachments("[not shown: too many files came at once]");
    if (lines_.take(rooms_.loop.clock().now()))
        log::warn("inbound.files_left_out", {{"worker", message.worker}, {"bytes", bytes}});
}

// They are on disk.
void Inbounds::release_files(Message& message) {
    message.images.reset();
    const auto bytes = std::exchange(message.file_bytes, 0);
    if (bytes == 0) return;
    file_bytes_ -= bytes;
    file_bytes_of_.at(message.worker) -= bytes;
}

} // namespace openclaw::flow
