// A worker writes what it likes into its in-flight file: the reader takes it or calls it corrupt.
#include "common/ipc/in_flight.h"

#include <cstdlib>

using namespace openclaw;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto parts = ipc::parse_in_flight({reinterpret_cast<const char*>(data), size});
    if (!parts) return 0;
    for (const auto& part : *parts)
        if (part.action == 0 || (part.message_id && part.message_id->size() > 40)) std::abort();
    return 0;
}
