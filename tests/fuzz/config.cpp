// A configuration file says anything: it is read or refused with a place in it; what was read
// survives as JSON.
#include "common/config/document.h"

#include <cstdlib>

using namespace openclaw;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto document = config::parse({reinterpret_cast<const char*>(data), size});
    if (!document) {
        const auto& error = document.error();
        if (error.place.line < 1 || error.place.column < 1 || error.sentence.empty()) std::abort();
        return 0;
    }
    const std::string once = config::to_json(document->root);
    const auto again = config::parse(once);
    if (!again || config::to_json(again->root) != once) std::abort();
    return 0;
}
