// policy/patience.h — how long a text waits for more of it before it becomes a turn (BEHAVIOUR.md
// A3.1).
//
// People write three lines in a row, and platforms split a long paste into several messages: one
// turn should answer both. Only texts wait: what carries files, and commands, go on at once.
#pragma once

#include "common/base/clock.h"
#include "common/config/patience_rule.h"
#include "common/config/session.h"
#include "supervisor/policy/facts.h"

#include <cstddef>
#include <string_view>

namespace openclaw::policy {

struct Patience {
    bool joins = false;    // what waits already; else it comes after that as a turn of its own
    Milliseconds pause{0}; // after each text; zero: nothing is waited for

    // However much comes, a turn begins after so much of it (BEHAVIOUR.md A3.1).
    static constexpr Milliseconds at_most{7500};
    static constexpr std::size_t most_messages = 12;
    static constexpr std::size_t most_characters = 50'000;
};

// messages.inbound.byChannel > messages.inbound.debounceMs > the channel's own; a text that fills a
// message of the platform waits as long as a paste needs, whatever those say.
Patience patience(const Facts& facts, const config::PatienceRule& rule,
                  const config::Messages& messages);

std::size_t count_characters(std::string_view utf8);

} // namespace openclaw::policy
