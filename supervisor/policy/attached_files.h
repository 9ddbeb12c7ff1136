// policy/attached_files.h — what becomes of the files of a message, whatever door it came through.
//
//   text     stands in the talk under its name, and stays there for later turns
//   images   go to the model beside the talk, which names them; what they are, their bytes say
//   others   are named with their size: the model knows that they came and that it cannot see them
//
// Pure. The one place for this rule: channels and the methods of clients share it.
#pragma once

#include "common/base/attached_file.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::policy {

inline constexpr std::size_t max_attached_text = 512 * 1024; // of one message, all together
// PROTOCOL.md 8, `attachments.maxImageBytes` and `maxBytes` of hello-ok.
inline constexpr std::size_t max_image_bytes = 6'291'456;
inline constexpr std::size_t max_client_file_bytes = 19'464'192; // of one call, decoded

struct SortedFiles {
    std::vector<std::string> lines; // for the talk, in order
    AttachedFiles images;
};

SortedFiles sort_files(AttachedFiles files);

// Text by its type or the ending of its name, and valid UTF-8 without zeros.
bool is_text_file(const AttachedFile& file);
std::string text_of_file(const AttachedFile& file);
// "[image photo.png, 120 KB]", "[video clip.mp4, 3.1 MB: why it is not shown]"
std::string name_of_file(const AttachedFile& file, std::string_view why = {});

// For clients, who can be told at once what is not possible: the sentence that refuses the file;
// none: it is text, or an image of a size that may be sent.
std::optional<std::string> file_refusal(const AttachedFile& file);

} // namespace openclaw::policy
