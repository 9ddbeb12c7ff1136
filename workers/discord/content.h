// discord/content.h — what a message says, in words: text, attachments, stickers, polls, forwards,
// embeds.
#pragma once

#include "common/json/read.h"
#include "workers/discord/attachment.h"

#include <string>
#include <vector>

namespace openclaw::discord {

struct Content {
    std::string text;
    std::vector<Attachment> attachments;

    bool is_empty() const { return text.empty() && attachments.empty(); }
};

Content content_of(json::View message);

} // namespace openclaw::discord
