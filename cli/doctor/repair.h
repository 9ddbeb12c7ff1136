// doctor/repair.h — making repairs: every write keeps what was there, prints one line, and happens
// once.
//
// Changes of the configuration go through common/config/edit, all of a round in one write: whole or
// not at all, checked as a whole, the file before kept as openclaw.json.bak. Never touched: secrets
// that are set, drop-ins of a unit, pairings, the ledger.
#pragma once

#include "cli/doctor/facts.h"
#include "cli/doctor/finding.h"

#include <string>
#include <vector>

namespace openclaw::cli::doctor {

struct Repaired {
    std::vector<std::string> done;   // one line each
    std::vector<std::string> failed; // … with the reason
    bool config_changed = false;

    void add(const Repaired& more);
};

// In an order in which they do not stand in each other's way; the same repair asked for twice is
// made once.
Repaired make_repairs(const Context& context, const UnitPlace& place, std::vector<Repair> repairs);

// A running gateway that should know of a changed configuration: it reads it again in place, and
// nobody is cut off. What was done, or nothing.
std::string tell_gateway(const Owner& owner, bool may_restart);

} // namespace openclaw::cli::doctor
