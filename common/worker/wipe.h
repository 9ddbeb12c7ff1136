// worker/wipe.h — overwrites the secrets in messages that have been used. Both ends call it.
#pragma once

#include "proto/dial.pb.h"
#include "proto/worker.pb.h"

#include <string.h>

#include <string>

namespace openclaw::worker {

// All the memory the text has, not only what it holds now: a longer one may have been in it.
inline void wipe_text(std::string& text) {
    text.resize(text.capacity());
    explicit_bzero(text.data(), text.size());
    text.clear();
}

inline void wipe_secrets(wire::Configure& configure) {
    for (auto& entry : *configure.mutable_secrets())
        explicit_bzero(entry.second.data(), entry.second.size());
    configure.clear_secrets();
}

// Where the proxy is stays known.
inline void wipe_credentials(wire::DialOrder& order) {
    if (!order.has_proxy()) return;
    wipe_text(*order.mutable_proxy()->mutable_user());
    wipe_text(*order.mutable_proxy()->mutable_password());
}

} // namespace openclaw::worker
