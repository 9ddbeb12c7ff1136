// discord/attachment.h — a file that came with a message, as far as the message tells of it, and
// what is worth fetching of it. Pure.
//
// The agent is shown pictures and texts; everything else, and what is too large, is named to it in
// words: "<media:document> report.pdf, application/pdf, 2.4 MB (not fetched: …)".
#pragma once

#include "common/base/attached_file.h"
#include "common/base/result.h"
#include "common/json/read.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::discord {

struct Attachment {
    std::string kind; // "image", "audio", "video", "document", "sticker"
    std::string name{};
    std::string mime{};
    std::uint64_t size = 0;
    std::string url{};
    bool is_voice = false;
};

// Of a message object; files first, then stickers; at most ten.
std::vector<Attachment> attachments_of(json::View message);

std::string media_word(const Attachment& attachment); // "<media:image>"
std::string in_words(const Attachment& attachment, std::string_view why_not = {});

inline constexpr std::size_t largest_image = 6u << 20;      // what a model is shown at most
inline constexpr std::size_t largest_text = 512u << 10;     // as chat.send takes of text
inline constexpr std::size_t most_of_a_message = 20u << 20; // all of its files together

// Why each of them is not fetched; empty: it is. `most_bytes`: of one file, the operator's limit.
std::vector<std::string> reasons_not_to_fetch(const std::vector<Attachment>& all,
                                              std::size_t most_bytes);

// What was fetched, if it is what it says to be. Error: invalid, with the reason in a few words.
Result<AttachedFile> as_file(const Attachment& attachment, std::string bytes);

} // namespace openclaw::discord
