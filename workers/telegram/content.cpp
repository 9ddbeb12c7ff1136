#include "workers/telegram/content.h"

#include "workers/telegram/entities.h"

#include <array>
#include <cstdio>

namespace openclaw::telegram {

namespace {

struct MediaKind {
    std::string_view field;
    std::string_view placeholder;
};

// TELEGRAM.md 5.3. An animation also comes as a document: it stands first.
constexpr auto media_kinds = std::to_array<MediaKind>({
    {"photo", "<media:image>"},
    {"animation", "<media:video>"},
    {"video", "<media:video>"},
    {"video_note", "<media:video>"},
    {"voice", "<media:audio>"},
    {"audio", "<media:audio>"},
    {"sticker", "<media:sticker>"},
    {"document", "<media:document>"},
});

std::string full_name(json::View person) {
    std::string name(person["first_name"].text());
    if (const auto last = person["last_name"].text(); !last.empty())
        name += " " + std::string(last);
    return name;
}

std::string coordinates(json::View location) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%.6f, %.6f", location["latitude"].number(),
                  location["longitude"].number());
    std::string out = text.data();
    const auto accuracy = location["horizontal_accuracy"].number();
    if (accuracy > 0) out += " ±" + std::to_string(static_cast<int>(accuracy)) + "m";
    return out;
}

std::string place(json::View message) {
    if (const auto venue = message["venue"])
        return "📍 " + std::string(venue["title"].text()) + ", " +
               std::string(venue["address"].text()) + " (" + coordinates(venue["location"]) + ")";
    const auto location = message["location"];
    if (!location) return {};
    return (location["live_period"] ? "🛰 Live location: " : "📍 ") + coordinates(location);
}

std::string poll(json::View poll) {
    if (!poll) return {};
    std::string out = "📊 " + std::string(poll["question"].text());
    poll["options"].each_element([&](json::View option) {
        out += "\n• " + std::string(option["text"].text());
        return true;
    });
    return out;
}

std::string contact(json::View contact) {
    if (!contact) return {};
    return "👤 " + full_name(contact) + ", " + std::string(contact["phone_number"].text());
}

std::string dice(json::View dice) {
    if (!dice) return {};
    return std::string(dice["emoji"].text()) + " " + std::to_string(dice["value"].integer());
}

std::string in_words(json::View message) {
    for (auto text : {place(message), poll(message["poll"]), contact(message["contact"]),
                      dice(message["dice"])})
        if (!text.empty()) return text;
    return std::string(message["sticker"]["emoji"].text());
}

std::string origin_name(json::View origin) {
    if (origin["sender_user"]) return full_name(origin["sender_user"]);
    if (origin["sender_user_name"]) return std::string(origin["sender_user_name"].text());
    const auto chat = origin["sender_chat"] ? origin["sender_chat"] : origin["chat"];
    return std::string(chat["title"].text("somebody"));
}

} // namespace

Content content_of(json::View message) {
    Content content;
    for (const auto& kind : media_kinds) {
        if (!message[kind.field]) continue;
        content.attachments.emplace_back(kind.placeholder);
        break; // a message has one file; more come as an album of messages
    }
    content.text = readable(marked_text(message));
    if (content.text.empty()) content.text = in_words(message);
    if (content.text.empty() && !content.attachments.empty())
        content.text = content.attachments.front();
    if (!content.text.empty() && message["forward_origin"])
        content.text =
            "[Forwarded from " + origin_name(message["forward_origin"]) + "]\n" + content.text;
    return content;
}

std::string sender_id_of(json::View message) {
    const auto sender = message["sender_chat"] ? message["sender_chat"] : message["from"];
    return sender ? std::to_string(sender["id"].integer()) : std::string();
}

} // namespace openclaw::telegram
