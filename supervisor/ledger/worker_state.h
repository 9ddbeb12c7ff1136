// ledger/worker_state.h — small things a worker wants back in its next life: a poll offset, a cache
// of who it is.
//
// Opaque, per instance, bounded, in memory as well. Usually written with Store::note: losing the
// last moments costs a worker a repetition, never a message.
#pragma once

#include "common/base/result.h"
#include "supervisor/ledger/store.h"

#include <map>
#include <string>
#include <string_view>

namespace openclaw::ledger {

class WorkerState {
  public:
    static constexpr std::size_t max_key_bytes = 256;
    static constexpr std::size_t max_value_bytes = std::size_t{64} * 1024;
    static constexpr std::size_t max_keys = 256; // per instance

    using Entries = std::map<std::string, std::string, std::less<>>;

    static Result<WorkerState> load(Store& store);

    const Entries& of(std::string_view instance) const;
    // Memory changes at once. An empty value removes the key. Error: invalid (a limit above;
    // nothing changed).
    Result<Write> put(std::string instance, std::string key, std::string value);
    // Everything an instance wrote, for example when its account is removed from the config.
    Write forget(std::string instance);

  private:
    std::map<std::string, Entries, std::less<>> by_instance_;
};

} // namespace openclaw::ledger
