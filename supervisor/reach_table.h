// supervisor/reach_table.h — the configuration as rules about who may talk to whom. Knows kinds by
// their rows, never by name; the agent's hosts are its providers'.
#pragma once

#include "common/config/config.h"
#include "supervisor/policy/reach.h"

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace openclaw {

using ReachTable = std::map<std::string, policy::ReachRules, std::less<>>; // by worker id

ReachTable reach_table(const config::Config& config);

// Reads the proxy variables of this process. What cannot be understood is logged and left out.
policy::AmbientProxies ambient_proxies();

} // namespace openclaw
