#include "supervisor/policy/attached_files.h"

#include "common/base/strings.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace openclaw::policy {

namespace {

// Types of text whose name does not begin with "text/", and names by which code and settings are
// known. What they hold is checked all the same.
constexpr std::array<std::string_view, 12> text_types{
    "application/json", "application/xml",         "application/yaml",     "application/x-yaml",
    "application/toml", "application/csv",         "application/sql",      "application/javascript",
    "application/x-sh", "application/x-httpd-php", "application/x-ndjson", "image/svg+xml"};
constexpr std::array<std::string_view, 52> text_endings{
    "txt",  "md",  "rst", "log",  "csv",   "tsv",  "json",  "jsonl", "ndjson", "xml", "html",
    "htm",  "css", "svg", "yaml", "yml",   "toml", "ini",   "conf",  "cfg",    "c",   "h",
    "cc",   "cpp", "hpp", "cs",   "go",    "rs",   "java",  "kt",    "swift",  "js",  "mjs",
    "ts",   "tsx", "jsx", "py",   "rb",    "php",  "pl",    "lua",   "r",      "sql", "sh",
    "bash", "ps1", "bat", "diff", "patch", "tex",  "proto", "srt"};

bool is_among(std::span<const std::string_view> words, std::string_view word) {
    return std::ranges::find(words, word) != words.end();
}

bool has_text_ending(std::string_view name) {
    const auto dot = name.rfind('.');
    return dot != std::string_view::npos && is_among(text_endings, to_lower(name.substr(dot + 1)));
}

bool claims_text(const AttachedFile& file) {
    return file.mime.starts_with("text/") || file.mime.ends_with("+json") ||
           file.mime.ends_with("+xml") || is_among(text_types, file.mime) ||
           has_text_ending(file.name);
}

// The bytes decide, not the name.
void call_by_its_bytes(AttachedFile& file) {
    const auto type = image_type_of(file.bytes);
    if (type.empty()) return;
    file.mime = type;
    file.kind = "image";
}

void sort_image(SortedFiles& sorted, AttachedFile file) {
    if (file.bytes.size() > max_image_bytes)
        return sorted.lines.push_back(name_of_file(file, "too large to be shown"));
    sorted.lines.push_back(name_of_file(file));
    sorted.images.push_back(std::move(file));
}

} // namespace

SortedFiles sort_files(AttachedFiles files) {
    SortedFiles sorted;
    std::size_t text_bytes = 0;
    for (auto& file : files) {
        call_by_its_bytes(file);
        if (!image_type_of(file.bytes).empty()) {
            sort_image(sorted, std::move(file));
        } else if (!is_text_file(file)) {
            sorted.lines.push_back(name_of_file(file));
        } else if (text_bytes + file.bytes.size() > max_attached_text) {
            sorted.lines.push_back(name_of_file(file, "too long to be read here"));
        } else {
            text_bytes += file.bytes.size();
            sorted.lines.push_back(text_of_file(file));
        }
    }
    return sorted;
}

bool is_text_file(const AttachedFile& file) {
    return claims_text(file) && !file.bytes.contains('\0') && is_valid_utf8(file.bytes);
}

std::string text_of_file(const AttachedFile& file) {
    return "[" + file.name + "]\n" + file.bytes;
}

std::string name_of_file(const AttachedFile& file, std::string_view why) {
    std::string name = "[" + file.kind + " " + file.name + ", " + size_in_words(file.bytes.size());
    if (!why.empty()) name += ": " + std::string(why);
    return name + "]";
}

std::optional<std::string> file_refusal(const AttachedFile& file) {
    const auto refusal = [&](std::string_view why) {
        return "attachment \"" + file.name + "\" (" + file.mime + ") " + std::string(why);
    };
    if (!image_type_of(file.bytes).empty()) {
        if (file.bytes.size() <= max_image_bytes) return std::nullopt;
        return refusal("is larger than an image may be (6291456 bytes)");
    }
    if (is_text_file(file)) return std::nullopt;
    if (claims_text(file)) return refusal("is not UTF-8 text");
    return refusal("is not supported: the agent of this build reads text and looks at images "
                   "(PNG, JPEG, GIF, WebP)");
}

} // namespace openclaw::policy
