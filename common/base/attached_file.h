// base/attached_file.h — a file that rides with a message, and the bounds all doors keep.
//
// Names and types are a stranger's claims: clean_name() and clean_mime() make them fit for logs,
// headers and prompts. What the bytes really are, image_type_of() tells.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw {

struct AttachedFile {
    std::string name; // "photo.png"
    std::string mime; // "image/png"
    std::string kind; // "image", "audio", "video", "document"
    std::string bytes;
};

using AttachedFiles = std::vector<AttachedFile>;

inline constexpr std::size_t max_attached_files = 10;        // of one message: Discord's limit, too
inline constexpr std::size_t max_attached_bytes = 24u << 20; // of one message, all together

// The last part of a path, valid UTF-8, without control characters, at most 200 bytes; "file" when
// nothing is left.
std::string clean_file_name(std::string_view name);
// Lower case, without parameters; "application/octet-stream" when it is no type.
std::string clean_mime(std::string_view mime);

// By the name's ending; "application/octet-stream" when it tells nothing.
std::string_view mime_of_name(std::string_view name);
std::string_view kind_of_mime(std::string_view mime); // "document" when it is no medium
bool is_file_kind(std::string_view word);

// "image/png", "image/jpeg", "image/gif", "image/webp" by the first bytes, whatever the name says;
// empty: none that models take.
std::string_view image_type_of(std::string_view bytes);

// All of it, cleaned. Without a type the name's ending tells it.
AttachedFile attached_file(std::string_view name, std::string_view mime, std::string bytes);

std::string size_in_words(std::uint64_t bytes); // "900 bytes", "120 KB", "2.4 MB"
std::size_t bytes_of(const AttachedFiles& files);

} // namespace openclaw
