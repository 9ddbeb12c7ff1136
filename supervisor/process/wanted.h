// process/wanted.h — one worker that should run: its row, its name, and what it is handed at birth.
#pragma once

#include "common/base/secret.h"
#include "common/worker/spec.h"

#include <map>
#include <string>

namespace openclaw::process {

struct WantedWorker {
    const WorkerSpec* spec = nullptr; // outlives the worker: a constexpr row
    std::string id;                   // "telegram:default"; "agent" where there is one for all
    std::string settings_json;        // the instance's own part of the config, secrets left out
    std::map<std::string, Secret> secrets;
    bool isolation_required = false; // gateway.isolation
};

// Differs when a running worker must be replaced. Never shown: it covers the secrets.
std::uint64_t fingerprint(const WantedWorker& wanted);

} // namespace openclaw::process
