// web/keeping.h — what becomes of an HTTP connection after an answer.
#pragma once

#include <cstdint>

namespace openclaw::web {

// Whether a connection is kept for its next request.
enum class Keeping : std::uint8_t {
    yes,
    no,    // it ends with the answer
    never, // and a request on one that was kept before finds it closed, as after any idle time: its
           // client asks anew on another connection. For work; a probe is answered.
};

} // namespace openclaw::web
