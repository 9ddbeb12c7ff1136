// telegram/entities.h — the marks Telegram puts on a text, with byte offsets.
#pragma once

#include "common/json/read.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::telegram {

struct Entity {
    std::string_view type; // lives in the update
    std::size_t begin = 0; // bytes into the text
    std::size_t end = 0;
    std::string_view url;     // of a text_link
    std::int64_t user_id = 0; // of a text_mention
};

// A message's text and its entities, or its caption and theirs. Offsets out of range are cut to the
// text.
struct MarkedText {
    std::string_view text;
    std::vector<Entity> entities; // in order of begin

    std::string_view piece(const Entity& entity) const {
        return text.substr(entity.begin, entity.end - entity.begin);
    }
};

MarkedText marked_text(json::View message);

// The text as an agent should read it: "label (url)" for a link behind a label, "Name (id)" for a
// person without a handle (TELEGRAM.md 5.3).
std::string readable(const MarkedText& marked);

} // namespace openclaw::telegram
