// telegram/content.h — what a message says: its text, or words for what is no text.
#pragma once

#include "common/json/read.h"

#include <string>
#include <vector>

namespace openclaw::telegram {

struct Content {
    std::string text;                     // for the agent; a placeholder when there is only a file
    std::vector<std::string> attachments; // "<media:image>" for each file

    // A service message (somebody joined, a title changed) says nothing.
    bool is_empty() const { return text.empty() && attachments.empty(); }
};

Content content_of(json::View message);

// Who speaks: a person, or the channel or group in whose name an administrator writes.
std::string sender_id_of(json::View message);

} // namespace openclaw::telegram
