// What a handoff may say: the reader takes it, and then every number in it has one owner, or calls
// it damaged.
#include "supervisor/handoff.h"

#include <cstdlib>

using namespace openclaw;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto in = parse_handoff({reinterpret_cast<const char*>(data), size});
    if (!in) return 0;
    if (in->version() != handoff_version || in->listening_size() == 0 || in->lock() <= 2)
        std::abort();
    for (const auto& worker : in->workers())
        if (worker.id().empty() || (worker.has_process() && worker.process().pid() <= 1))
            std::abort();
    return 0;
}
