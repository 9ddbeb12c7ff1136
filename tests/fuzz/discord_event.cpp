// Discord's servers, or who stands in for them, send anything: what it says is read without harm,
// and a message we pass on fits a frame.
#include "common/base/strings.h"
#include "common/ipc/protocol.h"
#include "workers/discord/answer.h"
#include "workers/discord/identify_budget.h"
#include "workers/discord/inflater.h"
#include "workers/discord/interaction.h"
#include "workers/discord/translate.h"

#include <cstdlib>

using namespace openclaw;

namespace {

void check(const discord::Translation& translation, std::size_t size) {
    // The text itself may travel beside the frame.
    const bool is_small = size < 32 * 1024;
    if (is_small && translation.inbound.ByteSizeLong() > ipc::max_frame_bytes) std::abort();
    if (!is_valid_utf8(translation.text)) std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    (void)discord::read_answer(400, text, [](std::string_view) { return std::string_view(); });
    (void)discord::Inflater().feed(text);
    if (discord::IdentifyBudget(text).used(1'795'000'000'000) > discord::IdentifyBudget::most_a_day)
        std::abort();
    const auto event = json::Document::parse(text);
    if (!event) return 0;
    discord::World world;
    for (const auto* type : {"GUILD_CREATE", "THREAD_LIST_SYNC", "CHANNEL_UPDATE", "GUILD_DELETE"})
        world.apply(type, event->root());
    const discord::Identity me{.id = discord::Snowflake{900}, .username = "fakebot"};
    check(discord::translate_message(event->root(), me, world, discord::UnknownChannel::is_plain),
          size);
    check(discord::translate_interaction(event->root(), world, true).translation, size);
    return 0;
}
