// A configuration file says anything: it is read or refused with a place in it; what was read
// survives as JSON.
#include "common/config/config.h"

#include "common/config/redaction.h"

#include <cstdlib>

using namespace openclaw;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto loaded = config::load_text(text, {.home = "/home/fuzz"});
    if (!loaded && loaded.error().empty()) std::abort();
    const auto document = config::parse(text);
    if (!document) {
        const auto& error = document.error();
        if (error.place.line < 1 || error.place.column < 1 || error.sentence.empty()) std::abort();
        return 0;
    }
    const std::string once = config::to_json(document->root);
    const auto again = config::parse(once);
    if (!again || config::to_json(again->root) != once) std::abort();
    if (!config::parse(config::redacted_text(text))) std::abort();
    return 0;
}
