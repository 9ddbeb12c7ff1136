// process/environment.h — the few variables a worker gets. Everything else stays here: an
// environment is inherited by accident, is readable in /proc, and is where people keep tokens.
// Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::process {

// Keeps locale, time zone, PATH and the certificate locations. Not the proxy variables: they may
// hold credentials, and connections are made by egress as the supervisor says.
std::vector<std::string> worker_environment(std::span<const std::string_view> ours);

// This process's environment, as `ours`.
std::vector<std::string_view> own_environment();

} // namespace openclaw::process
