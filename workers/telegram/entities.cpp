#include "workers/telegram/entities.h"

#include "common/text/characters.h"

#include <algorithm>

namespace openclaw::telegram {

namespace {

constexpr std::size_t most_entities = 200; // Bot API sends 100; the rest would be a stranger's joke

std::size_t units(json::View value) {
    return static_cast<std::size_t>(std::clamp<std::int64_t>(value.integer(), 0, 1'000'000));
}

Entity read_entity(std::string_view text, json::View entity) {
    const auto offset = units(entity["offset"]);
    return {.type = entity["type"].text(),
            .begin = utf16_prefix(text, offset),
            .end = utf16_prefix(text, offset + units(entity["length"])),
            .url = entity["url"].text(),
            .user_id = entity["user"]["id"].integer()};
}

} // namespace

MarkedText marked_text(json::View message) {
    const bool captioned = !message["text"];
    MarkedText marked{.text = message[captioned ? "caption" : "text"].text(), .entities = {}};
    message[captioned ? "caption_entities" : "entities"].each_element([&](json::View entity) {
        marked.entities.push_back(read_entity(marked.text, entity));
        return marked.entities.size() < most_entities;
    });
    std::ranges::stable_sort(marked.entities, {}, &Entity::begin);
    return marked;
}

std::string readable(const MarkedText& marked) {
    std::string out;
    std::size_t at = 0;
    for (const auto& entity : marked.entities) {
        std::string note;
        if (entity.type == "text_link" && entity.url != marked.piece(entity))
            note = entity.url;
        else if (entity.type == "text_mention" && entity.user_id != 0)
            note = std::to_string(entity.user_id);
        if (note.empty() || entity.end < at) continue;
        out.append(marked.text.substr(at, entity.end - at)).append(" (").append(note).append(")");
        at = entity.end;
    }
    return out.append(marked.text.substr(at));
}

} // namespace openclaw::telegram
