// A Bot API server answers anything: what it says is read without harm, and a message we pass on
// fits a frame.
#include "common/ipc/protocol.h"
#include "workers/telegram/answer.h"
#include "workers/telegram/translate.h"

#include <cstdlib>

using namespace openclaw;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    (void)telegram::read_answer(400, text, std::nullopt);
    const auto update = json::Document::parse(text);
    if (!update) return 0;
    const telegram::Identity me{.id = 123456, .username = "fake_bot"};
    const auto message = telegram::translate(update->root(), me);
    // The text itself may travel beside the frame.
    if (size < 64 * 1024 && message.inbound.ByteSizeLong() > ipc::max_frame_bytes) std::abort();
    return 0;
}
