#include "workers/discord/content.h"

#include "workers/discord/embeds.h"

namespace openclaw::discord {

namespace {

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
    content.attachments = attachments_of(message);
    content.text = message["content"].text();
    for (auto words : {poll_in_words(message["poll"]), sticker_in_words(message)})
        if (content.text.empty()) content.text = std::move(words);
    if (const auto cards = embeds_in_words(message["embeds"], content.text); !cards.empty())
        content.text += (content.text.empty() ? "" : "\n") + cards;
    if (content.text.empty() && !content.attachments.empty())
        content.text = media_word(content.attachments.front());
    return content;
}

} // namespace openclaw::discord
