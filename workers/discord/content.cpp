#include "workers/discord/content.h"

#include "workers/discord/embeds.h"

namespace openclaw::discord {

namespace {

constexpr std::int64_t voice_flag = 1 << 13; // Message Flags, IS_VOICE_MESSAGE
constexpr std::size_t most_attachments = 10;

std::string_view placeholder(json::View attachment, bool is_voice) {
    const auto kind = attachment["content_type"].text();
    if (is_voice || kind.starts_with("audio/")) return "<media:audio>";
    if (kind.starts_with("image/")) return "<media:image>";
    return kind.starts_with("video/") ? "<media:video>" : "<media:document>";
}

void read_attachments(Content& content, json::View message) {
    const bool is_voice = (message["flags"].integer() & voice_flag) != 0;
    message["attachments"].each_element([&](json::View attachment) {
        content.attachments.emplace_back(placeholder(attachment, is_voice));
        return content.attachments.size() < most_attachments;
    });
    message["sticker_items"].each_element([&](json::View) {
        content.attachments.emplace_back("<media:sticker>");
        return content.attachments.size() < most_attachments;
    });
}

std::string poll_in_words(json::View poll) {
    if (!poll.is_object()) return {};
    std::string out = "📊 " + std::string(poll["question"]["text"].text());
    poll["answers"].each_element([&](json::View answer) {
        out += "\n• " + std::string(answer["poll_media"]["text"].text());
        return true;
    });
    return out;
}

std::string sticker_in_words(json::View message) {
    const auto name = message["sticker_items"].at(0)["name"].text();
    return name.empty() ? std::string() : "[sticker: " + std::string(name) + "]";
}

} // namespace

Content content_of(json::View message) {
    Content content;
    const auto forwarded = message["message_snapshots"].at(0)["message"];
    if (forwarded.is_object()) {
        content = content_of(forwarded);
        if (!content.text.empty()) content.text = "[Forwarded]\n" + content.text;
        return content;
    }
    read_attachments(content, message);
    content.text = message["content"].text();
    for (auto words : {poll_in_words(message["poll"]), sticker_in_words(message)})
        if (content.text.empty()) content.text = std::move(words);
    if (const auto cards = embeds_in_words(message["embeds"], content.text); !cards.empty())
        content.text += (content.text.empty() ? "" : "\n") + cards;
    if (content.text.empty() && !content.attachments.empty())
        content.text = content.attachments.front();
    return content;
}

} // namespace openclaw::discord
