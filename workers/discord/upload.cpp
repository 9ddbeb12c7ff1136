#include "workers/discord/upload.h"

#include "common/base/strings.h"

#include <algorithm>
#include <utility>

namespace openclaw::discord {

namespace {

constexpr std::size_t room_for_notes = 500; // code points: two of them at most
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

void add_note(Part& part, const std::string& text) {
    if (!part.content.empty()) part.content += '\n';
    part.content += text;
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

} // namespace

std::vector<Part> parts_of(std::string_view rendered, const AttachedFiles& files, ChunkRule rule,
                           std::size_t largest_file) {
    if (!files.empty() && rule.limit > 2 * room_for_notes) rule.limit -= room_for_notes;
    std::vector<Part> parts;
    for (auto& text : chunk(rendered, rule))
        parts.push_back({.content = std::move(text)});
    if (files.empty()) return parts;
    if (parts.empty()) parts.emplace_back();

    std::vector<std::size_t> fitting, others;
    for (std::size_t i = 0; i < files.size(); ++i)
        (files[i].bytes.size() <= largest_file ? fitting : others).push_back(i);
    auto batches = batches_of(fitting, files);
    for (std::size_t i = 0; i < batches.size(); ++i) {
        if (i == 0)
            parts.front().files = std::move(batches[i]);
        else
            parts.push_back({.content = {}, .files = std::move(batches[i])});
    }
    if (!others.empty()) add_note(parts.front(), note(others, files, too_large_here(largest_file)));
    return parts;
}

Part without_files(Part part, const AttachedFiles& files, std::string_view why) {
    const auto which = std::exchange(part.files, {});
    if (!which.empty()) add_note(part, note(which, files, why));
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
