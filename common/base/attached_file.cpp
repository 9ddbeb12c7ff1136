#include "common/base/attached_file.h"

#include "common/base/strings.h"

#include <algorithm>
#include <array>
#include <utility>

namespace openclaw {

namespace {

constexpr std::size_t max_name_bytes = 200;
constexpr std::size_t max_mime_bytes = 100;
constexpr std::string_view unknown_mime = "application/octet-stream";

// IANA media types, by the endings people use.
constexpr std::array<std::pair<std::string_view, std::string_view>, 34> mimes{{
    {"png", "image/png"},
    {"jpg", "image/jpeg"},
    {"jpeg", "image/jpeg"},
    {"gif", "image/gif"},
    {"webp", "image/webp"},
    {"bmp", "image/bmp"},
    {"svg", "image/svg+xml"},
    {"heic", "image/heic"},
    {"mp3", "audio/mpeg"},
    {"m4a", "audio/mp4"},
    {"ogg", "audio/ogg"},
    {"opus", "audio/ogg"},
    {"wav", "audio/wav"},
    {"flac", "audio/flac"},
    {"mp4", "video/mp4"},
    {"mov", "video/quicktime"},
    {"webm", "video/webm"},
    {"mkv", "video/x-matroska"},
    {"txt", "text/plain"},
    {"log", "text/plain"},
    {"md", "text/markdown"},
    {"csv", "text/csv"},
    {"tsv", "text/tab-separated-values"},
    {"html", "text/html"},
    {"css", "text/css"},
    {"js", "text/javascript"},
    {"json", "application/json"},
    {"xml", "application/xml"},
    {"yaml", "application/yaml"},
    {"yml", "application/yaml"},
    {"toml", "application/toml"},
    {"pdf", "application/pdf"},
    {"zip", "application/zip"},
    {"gz", "application/gzip"},
}};

constexpr std::array<std::string_view, 4> kinds{"image", "audio", "video", "document"};

bool is_mime_character(char c) { // RFC 6838 §4.2, and the stroke
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$&-^_.+/").contains(c);
}

} // namespace

std::string clean_file_name(std::string_view name) {
    if (const auto stroke = name.find_last_of("/\\"); stroke != std::string_view::npos)
        name.remove_prefix(stroke + 1);
    std::string clean = to_valid_utf8(name);
    std::erase_if(clean, [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; });
    clean = std::string(trim(utf8_prefix(clean, max_name_bytes)));
    return clean.empty() || clean == "." || clean == ".." ? "file" : clean;
}

std::string clean_mime(std::string_view mime) {
    std::string type = to_lower(trim(mime.substr(0, mime.find(';'))));
    const bool is_type = type.size() <= max_mime_bytes && std::ranges::count(type, '/') == 1 &&
                         std::ranges::all_of(type, is_mime_character) && !type.starts_with('/') &&
                         !type.ends_with('/');
    return is_type ? type : std::string(unknown_mime);
}

std::string_view mime_of_name(std::string_view name) {
    const auto dot = name.rfind('.');
    if (dot == std::string_view::npos) return unknown_mime;
    const auto ending = to_lower(name.substr(dot + 1));
    const auto* const row = std::ranges::find(mimes, ending, &decltype(mimes)::value_type::first);
    return row == mimes.end() ? unknown_mime : row->second;
}

std::string_view kind_of_mime(std::string_view mime) {
    for (const auto kind : kinds)
        if (mime.starts_with(kind) && mime.substr(kind.size()).starts_with('/')) return kind;
    return "document";
}

bool is_file_kind(std::string_view word) {
    return std::ranges::find(kinds, word) != kinds.end();
}

std::string_view image_type_of(std::string_view bytes) {
    using namespace std::literals;
    if (bytes.starts_with("\x89PNG\r\n\x1a\n"sv)) return "image/png";
    if (bytes.starts_with("\xff\xd8\xff"sv)) return "image/jpeg";
    if (bytes.starts_with("GIF87a"sv) || bytes.starts_with("GIF89a"sv)) return "image/gif";
    if (bytes.size() > 12 && bytes.starts_with("RIFF"sv) && bytes.substr(8, 4) == "WEBP"sv)
        return "image/webp";
    return {};
}

AttachedFile attached_file(std::string_view name, std::string_view mime, std::string bytes) {
    AttachedFile file{.name = clean_file_name(name),
                      .mime = clean_mime(mime),
                      .kind = {},
                      .bytes = std::move(bytes)};
    if (file.mime == unknown_mime) file.mime = mime_of_name(file.name);
    file.kind = kind_of_mime(file.mime);
    return file;
}

std::string size_in_words(std::uint64_t bytes) {
    constexpr std::uint64_t kilo = 1000, mega = kilo * kilo;
    if (bytes < kilo) return std::to_string(bytes) + " bytes";
    if (bytes < mega) return std::to_string((bytes + kilo / 2) / kilo) + " KB";
    const auto tenths = (bytes + mega / 20) / (mega / 10);
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " MB";
}

std::size_t bytes_of(const AttachedFiles& files) {
    std::size_t sum = 0;
    for (const auto& file : files)
        sum += file.bytes.size();
    return sum;
}

} // namespace openclaw
