#include "workers/discord/attachment.h"

#include "common/base/strings.h"

#include <algorithm>
#include <array>
#include <utility>

namespace openclaw::discord {

namespace {

constexpr std::int64_t voice_flag = 1 << 13; // Message Flags, IS_VOICE_MESSAGE

// Of the types that do not begin with "text/", those that are read as text.
constexpr std::array<std::string_view, 8> text_types = {
    "application/json", "application/xml",        "application/yaml", "application/x-yaml",
    "application/toml", "application/javascript", "application/x-sh", "application/sql"};

bool is_text(const Attachment& attachment) {
    return attachment.mime.starts_with("text/") ||
           std::ranges::find(text_types, attachment.mime) != text_types.end();
}

bool is_image(const Attachment& attachment) {
    return attachment.kind == "image";
}

Attachment read_attachment(json::View file, bool is_voice) {
    Attachment out{.kind = {}, .name = clean_file_name(file["filename"].text())};
    out.mime = clean_mime(file["content_type"].text());
    if (out.mime == "application/octet-stream") out.mime = mime_of_name(out.name);
    out.kind = is_voice ? "audio" : std::string(kind_of_mime(out.mime));
    out.size = static_cast<std::uint64_t>(std::max<std::int64_t>(file["size"].integer(), 0));
    out.url = file["url"].text();
    out.is_voice = is_voice;
    return out;
}

std::string too_large(std::size_t limit) {
    return "not fetched: larger than " + size_in_words(limit);
}

std::string reason_not_to_fetch(const Attachment& attachment, std::size_t most_bytes) {
    if (attachment.kind == "sticker") return "not fetched";
    if (attachment.is_voice) return "voice messages are not listened to";
    if (!is_image(attachment) && !is_text(attachment))
        return "not fetched: only pictures and texts are";
    if (attachment.size == 0) return "empty";
    const auto limit = std::min(is_image(attachment) ? largest_image : largest_text, most_bytes);
    return attachment.size > limit ? too_large(limit) : std::string();
}

} // namespace

std::vector<Attachment> attachments_of(json::View message) {
    std::vector<Attachment> all;
    const bool is_voice = (message["flags"].integer() & voice_flag) != 0;
    message["attachments"].each_element([&](json::View file) {
        all.push_back(read_attachment(file, is_voice));
        return all.size() < max_attached_files;
    });
    message["sticker_items"].each_element([&](json::View) {
        if (all.size() < max_attached_files) all.push_back({.kind = "sticker"});
        return all.size() < max_attached_files;
    });
    return all;
}

std::string media_word(const Attachment& attachment) {
    return "<media:" + attachment.kind + ">";
}

std::string in_words(const Attachment& attachment, std::string_view why_not) {
    auto words = media_word(attachment);
    if (attachment.kind == "sticker") return words;
    words.append(" ").append(attachment.name).append(", ").append(attachment.mime);
    if (attachment.size != 0) words.append(", ").append(size_in_words(attachment.size));
    if (!why_not.empty()) words.append(" (").append(why_not).append(")");
    return words;
}

std::vector<std::string> reasons_not_to_fetch(const std::vector<Attachment>& all,
                                              std::size_t most_bytes) {
    std::vector<std::string> reasons;
    std::uint64_t together = 0;
    for (const auto& attachment : all) {
        auto reason = reason_not_to_fetch(attachment, most_bytes);
        if (reason.empty() && together + attachment.size > most_of_a_message)
            reason = "not fetched: the message holds more than " + size_in_words(most_of_a_message);
        if (reason.empty()) together += attachment.size;
        reasons.push_back(std::move(reason));
    }
    return reasons;
}

// The first bytes tell what a picture is: a model refuses one that is not what it is called, and
// with it the whole conversation.
Result<AttachedFile> as_file(const Attachment& attachment, std::string bytes) {
    auto mime = attachment.mime;
    if (is_image(attachment)) {
        mime = image_type_of(bytes);
        if (mime.empty())
            return fail(Code::invalid, "not shown: it is no PNG, JPEG, GIF or WebP picture");
    } else if (!is_valid_utf8(bytes)) {
        return fail(Code::invalid, "not shown: it is no text in UTF-8");
    }
    return attached_file(attachment.name, mime, std::move(bytes));
}

} // namespace openclaw::discord
