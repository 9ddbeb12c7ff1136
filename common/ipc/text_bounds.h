// ipc/text_bounds.h — how long the texts are that workers may tell the supervisor, which copies
// nothing longer. The agent cuts its answers; no platform lets a message become so long.
#pragma once

#include <cstddef>

namespace openclaw::ipc {

// Inbound.text. Platforms count in thousands (TELEGRAM.md 3: 4,096; DISCORD.md 4: 4,000 characters
// and what is quoted); text files travel beside it.
inline constexpr std::size_t max_inbound_text = std::size_t{256} * 1024;
// RunEnd.text, and what the deltas of a run add up to.
inline constexpr std::size_t max_answer_bytes = std::size_t{2} << 20;

} // namespace openclaw::ipc
