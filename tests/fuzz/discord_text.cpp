// A model writes anything: every message is within Discord's limit, closes the code blocks it
// opens, and pings no more people than we allow.
#include "common/base/strings.h"
#include "common/text/characters.h"
#include "workers/discord/chunk.h"
#include "workers/discord/fence.h"
#include "workers/discord/message_body.h"
#include "workers/discord/render.h"

#include <cstdlib>

using namespace openclaw;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    // Texts come out of protobuf, which lets no other bytes through.
    const std::string markdown = to_valid_utf8({reinterpret_cast<const char*>(data) + 1, size - 1});
    // Small limits reach the cuts with small inputs.
    const discord::ChunkRule rule{.limit = 50 + static_cast<std::size_t>(data[0] >> 2) * 4,
                                  .lines = (data[0] & 2) != 0 ? 6u : 0u,
                                  .each_paragraph = (data[0] & 1) != 0};
    for (const auto& part : discord::chunk(discord::render(markdown), rule)) {
        if (trim(part).empty() || count_code_points(part) > rule.limit) std::abort();
        if (!is_valid_utf8(part)) std::abort();
        discord::Fence fence;
        for (const auto line : split(part, '\n'))
            fence.read(line);
        if (fence.is_open()) std::abort();
        (void)discord::create_body({.content = part});
    }
    return 0;
}
