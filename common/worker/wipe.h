// worker/wipe.h — overwrites the secrets in a Configure that has been used. Both ends call it.
#pragma once

#include "proto/worker.pb.h"

#include <string.h>

namespace openclaw::worker {

inline void wipe_secrets(wire::Configure& configure) {
    for (auto& entry : *configure.mutable_secrets())
        explicit_bzero(entry.second.data(), entry.second.size());
    configure.clear_secrets();
}

} // namespace openclaw::worker
