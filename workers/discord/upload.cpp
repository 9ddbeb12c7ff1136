#include "workers/discord/upload.h"

#include "common/base/strings.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace openclaw::discord {

namespace {

// In code points: three of them at most (too large here, too large after all, not allowed).
constexpr std::size_t room_for_notes = 650;
constexpr std::size_t longest_shown_name = 50;
constexpr std::size_t most_shown_names = 2;

std::string shown(const AttachedFile& file) {
    std::string name(utf8_prefix(file.name, longest_shown_name));
    std::ranges::replace(name, '`', '\'');
    return "`" + name + "` (" + size_in_words(file.bytes.size()) + ")";
}

// "-# Not attached: `report.pdf` (12.3 MB), `a.png` (11.0 MB) and 2 more: larger than …"
std::string note(const std::vector<std::size_t>& which, const AttachedFiles& files,
                 std::string_view why) {
    std::string out = "-# Not attached: ";
    for (std::size_t i = 0; i < std::min(which.size(), most_shown_names); ++i)
        out.append(i == 0 ? "" : ", ").append(shown(files[which[i]]));
    if (which.size() > most_shown_names)
        out += " and " + std::to_string(which.size() - most_shown_names) + " more";
    return out.append(": ").append(why);
}

void add_note(Part& part, const std::vector<std::size_t>& which, const AttachedFiles& files,
              std::string_view why) {
    if (which.empty()) return;
    if (!part.content.empty()) part.content += '\n';
    part.content += note(which, files, why);
}

// Takes those files out of `from` that are larger.
std::vector<std::size_t> take_larger(std::vector<std::size_t>& from, const AttachedFiles& files,
                                     std::size_t than) {
    std::vector<std::size_t> larger;
    std::erase_if(from, [&](std::size_t i) {
        if (files[i].bytes.size() <= than) return false;
        larger.push_back(i);
        return true;
    });
    return larger;
}

// One behind the other, as many as a request takes.
std::vector<std::vector<std::size_t>> batches_of(const std::vector<std::size_t>& which,
                                                 const AttachedFiles& files) {
    std::vector<std::vector<std::size_t>> batches;
    std::size_t bytes = 0;
    for (const auto i : which) {
        const auto size = files[i].bytes.size();
        const bool is_full = batches.empty() || bytes + size > most_of_a_request ||
                             batches.back().size() == max_attached_files;
        if (is_full) {
            batches.emplace_back();
            bytes = 0;
        }
        batches.back().push_back(i);
        bytes += size;
    }
    return batches;
}

void add_batches(std::vector<Part>& parts, std::vector<std::vector<std::size_t>> batches) {
    for (std::size_t i = 0; i < batches.size(); ++i) {
        if (i == 0)
            parts.front().files = std::move(batches[i]);
        else
            parts.push_back({.content = {}, .files = std::move(batches[i])});
    }
}

void note_too_large(std::vector<Part>& parts, std::vector<std::size_t> in_the_first,
                    const AttachedFiles& files, std::size_t largest_file) {
    for (auto& part : parts) {
        auto which = std::exchange(in_the_first, {});
        for (const auto i : take_larger(part.files, files, largest_file))
            which.push_back(i);
        add_note(part, which, files, too_large_here(largest_file));
    }
}

} // namespace

std::vector<Part> parts_of(std::string_view rendered, const AttachedFiles& files, ChunkRule rule,
                           std::size_t largest_file) {
    if (!files.empty()) rule.limit = std::min(rule.limit, most_code_points - room_for_notes);
    std::vector<Part> parts;
    for (auto& text : chunk(rendered, rule))
        parts.push_back({.content = std::move(text)});
    if (files.empty()) return parts;
    if (parts.empty()) parts.emplace_back();
    std::vector<std::size_t> all(files.size());
    std::iota(all.begin(), all.end(), 0);
    const auto too_large_anywhere = take_larger(all, files, most_of_a_request);
    add_batches(parts, batches_of(all, files));
    note_too_large(parts, too_large_anywhere, files, std::min(largest_file, most_of_a_request));
    return parts;
}

Part without_files(Part part, const AttachedFiles& files, std::string_view why) {
    add_note(part, std::exchange(part.files, {}), files, why);
    return part;
}

Part without_large_files(Part part, const AttachedFiles& files, std::string_view why) {
    const auto large = take_larger(part.files, files, largest_upload);
    if (large.empty()) return without_files(std::move(part), files, why);
    add_note(part, large, files, why);
    return part;
}

std::size_t bytes_in(const Part& part, const AttachedFiles& files) {
    std::size_t sum = 0;
    for (const auto i : part.files)
        sum += files[i].bytes.size();
    return sum;
}

std::string too_large_here(std::size_t largest_file) {
    return "larger than the " + size_in_words(largest_file) + " that Discord takes here";
}

} // namespace openclaw::discord
