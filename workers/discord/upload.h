// discord/upload.h — an answer as the messages it is sent in, when files go with it. Pure.
//
// The first message has the answer's first words and as many files as one request takes; files that
// do not fit follow in messages of their own, behind the rest of the text. A file that is too large
// here is named in a note instead, in the message it would have gone with. How many parts there
// are, and which text and files are whose, depends on the answer alone and not on what is allowed
// where it goes: another life, which may know less or more of that, goes on with the same parts.
// Where there are files, room for the notes is left in every text.
#pragma once

#include "common/base/attached_file.h"
#include "workers/discord/chunk.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::discord {

// Discord API reference, "Uploading Files": of one file, where no boost or interaction says more.
inline constexpr std::size_t largest_upload = 10u << 20;
// Create Message: a request is at most 25 MiB; the JSON and the heads of the parts are in it, too.
inline constexpr std::size_t most_of_a_request = 24'000'000;

struct Part {
    std::string content;
    std::vector<std::size_t> files{}; // which of the answer's
};

// No parts: there is nothing to send.
std::vector<Part> parts_of(std::string_view rendered, const AttachedFiles& files, ChunkRule rule,
                           std::size_t largest_file);

// The part when its files cannot go: with a note that names them, and why.
Part without_files(Part part, const AttachedFiles& files, std::string_view why);
// The same when Discord found them too large: only those go that are so everywhere but in a boosted
// server, or all when that is none or each of them.
Part without_large_files(Part part, const AttachedFiles& files, std::string_view why);

std::size_t bytes_in(const Part& part, const AttachedFiles& files);

// What is to be refused here, from whole limits to words: "larger than the 10.5 MB that fit here".
std::string too_large_here(std::size_t largest_file);

} // namespace openclaw::discord
