// config/patience_rule.h — how long the texts of a channel wait for more of them before they become
// a turn, where messages.inbound does not say.
#pragma once

#include "common/base/clock.h"

#include <cstddef>

namespace openclaw::config {

struct PatienceRule {
    Milliseconds pause{0};
    std::size_t paste_characters = 0; // a text of so many may be the beginning of a paste; 0: never
    Milliseconds paste_pause{0};      // within which its continuation comes
};

} // namespace openclaw::config
