// rpc/absent.h — members that are there with null when there is nothing to say: clients tell "not"
// from "not known to this gateway" by it.
#pragma once

#include "common/json/write.h"

#include <cstdint>
#include <string_view>

namespace openclaw::rpc {

inline void write_or_null(json::Writer& out, std::string_view name, std::string_view text) {
    out.key(name);
    if (text.empty())
        out.null();
    else
        out.value(text);
}

// A time that never was is 0.
inline void write_or_null(json::Writer& out, std::string_view name, std::int64_t at_ms) {
    out.key(name);
    if (at_ms > 0)
        out.value(at_ms);
    else
        out.null();
}

} // namespace openclaw::rpc
