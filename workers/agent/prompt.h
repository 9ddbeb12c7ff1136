// agent/prompt.h — what the model gets to read: the system prompt, as much of the conversation as
// fits, the message. Pure.
#pragma once

#include "common/ipc/attached_files.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::agent {

struct PromptMessage {
    std::string role; // "system" | "user" | "assistant"
    std::string text;
};

// How many bytes of prompt a model takes. Tokens are counted by nobody here: three bytes each is on
// the safe side for European text and about right for code; a quarter of the window is left for the
// answer.
std::size_t prompt_budget(std::uint64_t context_window_tokens);

// The system prompt and the message are always kept whole. Of `history` (oldest first) the newest
// entries that fit are kept, and what is kept begins with a user's entry, as some providers demand.
// An empty `message` means that the history's last entry is the message.
std::vector<PromptMessage> assemble_prompt(std::string_view system_prompt,
                                           std::vector<PromptMessage> history,
                                           std::string_view message, std::size_t budget);

// To follow the message, for a model that is given none of these images.
std::string unseen_images(std::span<const ipc::FileView> images);

} // namespace openclaw::agent
