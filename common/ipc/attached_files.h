// ipc/attached_files.h — files that ride with a frame: stated in it, their bytes in its one blob.
//
// The blob holds what else the frame has there (its head: a long text, a transcript) and behind it
// the files' bytes in order. What is stated must add up to the blob's size: a frame that lies is
// refused. Without head and bytes there is no blob.
//
// A channel's worker:
//   sends     auto blob = put_text_and_files(*inbound.mutable_text(), text,
//                                            *inbound.mutable_files(), files);
//             link.send(frame, {&fd, *blob ? 1u : 0u})            // as with a long text
//   receives  auto got = take_text_and_files(outbound.markdown(), outbound.files(), fds);
#pragma once

#include "common/base/attached_file.h"
#include "common/base/result.h"
#include "common/base/unique_fd.h"
#include "common/ipc/blob.h"
#include "proto/worker.pb.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::ipc {

using StatedFiles = google::protobuf::RepeatedPtrField<wire::AttachedFile>;

// States `files` and makes the blob of `head` and their bytes; an empty descriptor when there are
// none. Errors: invalid (more than 10 files, or than 24 MiB of them), those of make_blob.
Result<UniqueFd> put_files(StatedFiles& stated, std::span<const AttachedFile> files,
                           std::string_view head);
// The same behind a text, which is the head when it is too long for the frame.
Result<UniqueFd> put_text_and_files(wire::Text& text, std::string_view value, StatedFiles& stated,
                                    std::span<const AttachedFile> files);

// What came, as views into the blob. Names and types are cleaned.
struct FileView {
    std::string name, mime, kind;
    std::string_view bytes;
};

struct Enclosure {
    std::optional<BlobView> blob; // keeps the views alive; may be moved
    std::string_view head;
    std::vector<FileView> files;
};

// `head_bytes` are stated elsewhere in the frame. `fds` are the frame's; the blob is the first.
// Errors: invalid (too many, too large, an unknown kind, a blob of another size or none).
Result<Enclosure> open_enclosure(const StatedFiles& stated, std::uint64_t head_bytes,
                                 const Fds& fds);

struct TextAndFiles {
    std::string text;
    AttachedFiles files;
};

// Errors: those of open_enclosure.
Result<TextAndFiles> take_text_and_files(const wire::Text& text, const StatedFiles& stated,
                                         const Fds& fds);

} // namespace openclaw::ipc
