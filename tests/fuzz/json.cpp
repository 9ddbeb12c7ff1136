// What was read and written again reads as the same.
#include "common/json/read.h"

#include <cstdlib>

using namespace openclaw;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto document = json::Document::parse({reinterpret_cast<const char*>(data), size});
    if (!document) return 0;
    const std::string once = document->root().dump();
    const auto again = json::Document::parse(once);
    if (!again || again->root().dump() != once) std::abort();
    return 0;
}
